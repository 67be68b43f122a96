public import Devices
public import Mappings
internal import Quantities

/// Arrays of units, spatial or systolic: layers run under the best mapping that is found.
public struct ArrayModel: ComputeModel {
  private var mapper: Mapper

  /// A model of the costs on a device.
  public init(device: Device) { mapper = Mapper(device: device) }

  /// The cost of a layer under the mapping found with the least product of energy and cycles.
  ///
  /// - Throws: when the device cannot hold one tile or has no unit as wide as the operands.
  public mutating func cost(of work: LayerWork) throws(MappingError) -> LayerCost {
    let best = try mapping(of: work)
    return try LayerCost(mapping: best.mapping, accesses: best.accesses, device: mapper.device)
  }

  /// The mapping that `cost(of:)` prices, with its accesses.
  ///
  /// - Throws: as `cost(of:)`.
  public mutating func mapping(
    of work: LayerWork
  ) throws(MappingError) -> (mapping: LegalMapping, accesses: AccessCounts) {
    let device = mapper.device
    let rate = try device.compute.peak(of: work)
    return try mapper.mapping(for: work) { mapping, accesses in
      let traffic = LinkTraffic.links(of: mapping, accesses: accesses, device: device)
      let cycles = CycleCount(
        mapping: mapping, accesses: accesses, traffic: traffic, device: device, rate: rate)
      let energy = EnergyShare.shares(
        of: work, traffic: traffic, busy: cycles.busy, device: device)
      return MappingScore(
        energy: energy.reduce(0) { $0 + $1.energy.value }, cycles: cycles.total.count)
    }
  }
}
