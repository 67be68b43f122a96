public import Devices
public import Mappings

/// Prices layers on one device with the model of its family, and remembers those that it has seen.
public struct CostModel: Sendable {
  /// What makes two layers cost the same.
  private struct Key: Hashable {
    var kind: LayerWork.Kind
    var bounds: LoopBounds
    var widths: OperandWidths
    var fusion: PoolFusion
    /// The name where the place in the network matters, else empty.
    var name: String
  }

  /// The device.
  public let device: Device
  /// What mappings are chosen for.
  public let objective: MappingObjective
  private var model: any ComputeModel
  private var known: [Key: LayerCost] = [:]

  /// A model of the costs on a device.
  public init(device: Device, objective: MappingObjective = .product) {
    self.device = device
    self.objective = objective
    model =
      switch device.compute.family {
      case .array: ArrayModel(device: device, objective: objective)
      case .convolutionCore(let core): ConvolutionCoreModel(device: device, core: core)
      case .fusionArray: FusionArrayModel(device: device)
      case .pipeline: PipelineModel(device: device)
      case .processor(let processor): VectorProcessorModel(processor, device: device)
      }
  }

  /// Gets to know the layers of a network, in order, before the first of them is priced.
  ///
  /// Only families whose layers work at the same time need it; without it each layer is a network.
  ///
  /// - Throws: when the device cannot run the network.
  public mutating func prepare(for network: [LayerWork]) throws(MappingError) {
    try model.prepare(for: network)
    // Costs of layers that work together depend on the network.
    if model.timing != nil { known = [:] }
  }

  /// How long the network takes when its layers work at the same time; nil when they take turns.
  public var timing: NetworkTiming? { model.timing }

  /// The cost of a layer.
  ///
  /// - Throws: when the device cannot run the layer.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let key = Key(
      kind: work.kind, bounds: work.bounds, widths: work.widths, fusion: work.fusion,
      name: model.timing == nil ? "" : work.name)
    if var cost = known[key] {
      cost.name = work.name
      return cost
    }
    var cost = try model.cost(of: work)
    cost.complete(work, on: device)
    known[key] = cost
    return cost
  }
}
