public import Devices
public import Mappings

/// Prices layers on one device with the model of its family, and remembers those that it has seen.
public struct CostModel: Sendable {
  /// What makes two layers cost the same.
  private struct Key: Hashable {
    var kind: LayerWork.Kind
    var bounds: LoopBounds
    var widths: OperandWidths
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
      }
  }

  /// The cost of a layer.
  ///
  /// - Throws: when the device cannot run the layer.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let key = Key(kind: work.kind, bounds: work.bounds, widths: work.widths)
    if var cost = known[key] {
      cost.name = work.name
      return cost
    }
    let cost = try model.cost(of: work)
    known[key] = cost
    return cost
  }
}
