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
  /// The devices, the one used longest ago first.
  private var order: [Key] = []
  private let memoryLimit: Int

  /// A cache of nothing yet.
  ///
  /// - Parameter memoryLimit: The bytes that remembered layers of all devices may take, roughly; devices
  ///   used longest ago are forgotten first. Costs do not depend on it.
  public init(memoryLimit: Int = 4 * CostModel.defaultMemoryLimit) {
    self.memoryLimit = memoryLimit
  }

  /// The bytes that remembered layers take, roughly.
  public var memoryUse: Int { models.values.reduce(0) { $0 + $1.memoryUse } }

  /// A model of the costs on a device, with what earlier runs have found.
  public func model(of device: Device, objective: MappingObjective) -> CostModel {
    models[Key(device, objective)]
      ?? CostModel(
        device: device, objective: objective,
        memoryLimit: min(memoryLimit, CostModel.defaultMemoryLimit))
  }

  /// The model of the costs on a device, until it is given back with `keep`: nothing is copied when it
  /// finds more.
  public mutating func take(_ device: Device, objective: MappingObjective) -> CostModel {
    let known = model(of: device, objective: objective)
    models[Key(device, objective)] = nil
    return known
  }

  /// Keeps what a model has found.
  public mutating func keep(_ model: CostModel) {
    let key = Key(model.device, model.objective)
    models[key] = model
    order.removeAll { $0 == key }
    order.append(key)
    while order.count > 1, memoryUse > memoryLimit { models[order.removeFirst()] = nil }
  }
}
