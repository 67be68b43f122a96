public import Devices
public import Mappings
internal import Quantities

/// The cost models of several runs, so that a layer seen in one of them is not mapped again in another.
///
/// Layers are equal in their loops and operand widths, devices in all that costs depend on: the arithmetic
/// of a device, whose accumulator is part of the widths, and its name and sources do not count.
public struct CostCache: Sendable {
  private struct Key: Hashable {
    var clock: Double
    var technology: Int
    var compute: Compute
    var memories: [MemoryLevel]
    var objective: MappingObjective

    init(_ device: Device, _ objective: MappingObjective) {
      clock = device.clock.value
      technology = device.technology
      compute = device.compute
      memories = device.memories
      self.objective = objective
    }
  }

  private var models: [Key: CostModel] = [:]

  /// A cache of nothing yet.
  public init() {}

  /// A model of the costs on a device, with what earlier runs have found.
  public func model(of device: Device, objective: MappingObjective) -> CostModel {
    models[Key(device, objective)] ?? CostModel(device: device, objective: objective)
  }

  /// Keeps what a model has found.
  public mutating func keep(_ model: CostModel) {
    models[Key(model.device, model.objective)] = model
  }
}
