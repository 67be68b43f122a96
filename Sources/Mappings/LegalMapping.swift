public import Devices
import Quantities

/// A mapping that fits its layer and its device: every loop covered, every tile within its capacity.
public struct LegalMapping: Hashable, Sendable {
  /// The mapping.
  public let mapping: Mapping
  /// The layer.
  public let work: LayerWork
  let nest: LoopNest

  /// The names of the memory levels, outermost first.
  public let levelNames: [String]

  /// Verifies a mapping.
  ///
  /// - Throws: the first rule that is broken.
  public init(_ mapping: Mapping, of work: LayerWork, on device: Device) throws(MappingError) {
    self.mapping = mapping
    self.work = work
    func fail(_ reason: MappingError.Reason) -> MappingError {
      MappingError(layer: work.name, reason: reason)
    }
    guard mapping.temporal.count == device.memories.count else {
      throw fail(.levels(mapping: mapping.temporal.count, device: device.memories.count))
    }
    if let unit = device.memories.firstIndex(where: \.isPerUnit),
      let inner = device.memories[unit...].first(where: { !$0.isPerUnit })
    {
      throw fail(.order(level: inner.name))
    }
    for operand in work.operands {
      let homes = device.memories.filter { !$0.isPerUnit && $0.operands.contains(operand) }
      if homes.isEmpty { throw fail(.homeless(operand)) }
    }
    nest = LoopNest(mapping, work: work, device: device)
    levelNames = device.memories.map(\.name)
    for axis in LoopAxis.allCases {
      var around = max(work.bounds[axis], 1)
      for loop in nest.loops where loop.axis == axis {
        guard (1...around).contains(loop.tile) else { throw fail(.tile(axis, loop.tile)) }
        around = loop.tile
      }
      if around > 1 { throw fail(.uncovered(axis)) }
    }
    let space = nest.unitsNeeded(rows: mapping.rows.count)
    if space.rows > device.compute.rows {
      throw fail(.space(needed: space.rows, available: device.compute.rows, isRows: true))
    }
    if space.columns > device.compute.columns {
      throw fail(.space(needed: space.columns, available: device.compute.columns, isRows: false))
    }
    if let overflow = nest.overflow(of: device) { throw fail(overflow) }
  }

  /// The units that have work in the fullest step.
  public var activeUnits: Int {
    let space = nest.unitsNeeded(rows: mapping.rows.count)
    return space.rows * space.columns
  }
}

extension LoopNest {
  /// The units that the loops in space need along each dimension of the array.
  func unitsNeeded(rows rowLoops: Int) -> (rows: Int, columns: Int) {
    var needed = (rows: 1, columns: 1)
    let first = loops.firstIndex(where: \.isSpatial) ?? 0
    for (position, loop) in loops.enumerated() where loop.isSpatial {
      let around = max(extent(loop.axis, depth: position), 1)
      let count = (around + loop.tile - 1) / loop.tile
      if position - first < rowLoops { needed.rows *= count } else { needed.columns *= count }
    }
    return needed
  }
}
