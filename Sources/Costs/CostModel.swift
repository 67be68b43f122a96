public import Devices
public import Mappings
import Quantities

/// Maps and prices layers on one device, and remembers those that it has seen.
public struct CostModel: Sendable {
  /// What makes two layers cost the same.
  private struct Key: Hashable {
    var kind: LayerWork.Kind
    var bounds: LoopBounds
    var widths: OperandWidths
  }

  private var mapper: Mapper
  private var known: [Key: LayerCost] = [:]

  /// The device.
  public var device: Device { mapper.device }

  /// A model of the costs on a device.
  public init(device: Device) { mapper = Mapper(device: device) }

  /// The cost of a layer under the mapping found with the least product of energy and cycles.
  ///
  /// - Throws: when the device cannot hold one tile or has no unit as wide as the operands.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let key = Key(kind: work.kind, bounds: work.bounds, widths: work.widths)
    if var cost = known[key] {
      cost.name = work.name
      return cost
    }
    let device = device
    let rate = try device.compute.peak(of: work)
    let best = try mapper.mapping(for: work) { mapping, accesses in
      let traffic = LinkTraffic.links(of: mapping, accesses: accesses, device: device)
      let cycles = CycleCount(
        mapping: mapping, accesses: accesses, traffic: traffic, device: device, rate: rate)
      let energy = EnergyShare.shares(
        of: work, traffic: traffic, busy: cycles.busy, device: device)
      return MappingScore(
        energy: energy.reduce(0) { $0 + $1.energy.value }, cycles: cycles.total.count)
    }
    let cost = try LayerCost(mapping: best.mapping, accesses: best.accesses, device: device)
    known[key] = cost
    return cost
  }
}
