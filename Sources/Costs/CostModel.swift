import Dispatch
public import Devices
public import Mappings
import Synchronization

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
  /// Layers that differ are priced on several threads; the costs do not depend on how many.
  /// Only families whose layers work at the same time need it; without it each layer is a network.
  ///
  /// - Throws: when the device cannot run the network.
  public mutating func prepare(
    for network: [LayerWork], threads: Int = 1
  ) throws(MappingError) {
    try model.prepare(for: network)
    // Costs of layers that work together depend on the network.
    if model.timing != nil { known = [:] }
    price(network, threads: threads)
  }

  /// Prices layers that differ side by side; those that fail are left for `cost(of:)` to report in order.
  private mutating func price(_ network: [LayerWork], threads: Int) {
    guard threads > 1, model.timing == nil else { return }
    var seen = Set(known.keys)
    let new = network.filter { seen.insert(key(of: $0)).inserted }
    guard new.count > 1 else { return }
    // Neighbours are alike: dealt out in turn, the parts take about as long.
    let parts = min(threads, new.count)
    let (model, device) = (model, device)
    let costs = Mutex<[Key: LayerCost]>([:])
    let keys = new.map { key(of: $0) }
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      var own = model
      for index in stride(from: part, to: new.count, by: parts) {
        guard var cost = try? own.cost(of: new[index]) else { continue }
        cost.complete(new[index], on: device)
        costs.withLock { $0[keys[index]] = cost }
      }
    }
    known.merge(costs.withLock { $0 }) { old, _ in old }
  }

  private func key(of work: LayerWork) -> Key {
    Key(
      kind: work.kind, bounds: work.bounds, widths: work.widths, fusion: work.fusion,
      name: model.timing == nil ? "" : work.name)
  }

  /// How long the network takes when its layers work at the same time; nil when they take turns.
  public var timing: NetworkTiming? { model.timing }

  /// The cost of a layer.
  ///
  /// - Throws: when the device cannot run the layer.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let key = key(of: work)
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
