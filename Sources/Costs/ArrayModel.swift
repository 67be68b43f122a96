public import Devices
public import Mappings
import Quantities

/// Arrays of units, spatial or systolic: layers run under the best mapping that is found.
public struct ArrayModel: ComputeModel {
  private var mapper: Mapper

  /// A model of the costs on a device.
  public init(device: Device, objective: MappingObjective = .product) {
    mapper = Mapper(device: device, objective: objective)
  }

  /// What all searches so far did.
  public var effort: SearchEffort { mapper.effort }

  /// The cost of a layer under the best mapping found.
  ///
  /// - Throws: when the device cannot hold one tile or has no unit as wide as the operands.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let (best, bound) = try search(work)
    var cost = try LayerCost(mapping: best.mapping, accesses: best.accesses, device: mapper.device)
    // The search prices bits; what rows and standing by add says nothing about other mappings.
    guard cost.dram == nil else { return cost }
    cost.quality = MappingQuality(
      of: best.score, objective: mapper.objective, bound: bound, isExhaustive: best.isExhaustive)
    return cost
  }

  /// The mapping that `cost(of:)` prices, with its accesses.
  ///
  /// - Throws: as `cost(of:)`.
  public mutating func mapping(
    of work: LayerWork
  ) throws(MappingError) -> (mapping: LegalMapping, accesses: AccessCounts) {
    let best = try search(work).best
    return (best.mapping, best.accesses)
  }

  private mutating func search(
    _ work: LayerWork
  ) throws(MappingError) -> (best: FoundMapping, bound: MappingScore) {
    let device = mapper.device
    let rate = device.compute.rate(of: work, peak: try device.compute.peak(of: work))
    let bound = MappingScore.bound(of: work, device: device, rate: rate)
    // mW over GHz are pJ a cycle.
    let leakage = (device.leakage * (Cycles(1) / device.clock)).value
    let best = try mapper.mapping(for: work, rate: rate, bound: bound) { mapping, accesses in
      let traffic = LinkTraffic.links(of: mapping, accesses: accesses, device: device)
      let cycles = CycleCount(
        mapping: mapping, accesses: accesses, traffic: traffic, device: device, rate: rate)
      let energy = EnergyShare.shares(
        of: mapping.work, traffic: traffic, busy: cycles.busy, device: device)
      return MappingScore(
        energy: energy.reduce(leakage * Double(cycles.total.count)) { $0 + $1.energy.value },
        cycles: cycles.total.count)
    }
    return (best, bound)
  }
}
