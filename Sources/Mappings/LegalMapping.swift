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
  /// The operands that each memory level of the device can hold, outermost first.
  public let levelOperands: [Set<Operand>]

  /// Verifies a mapping.
  ///
  /// - Throws: the first rule that is broken.
  public init(_ mapping: Mapping, of work: LayerWork, on device: Device) throws(MappingError) {
    self.mapping = mapping
    self.work = work
    func fail(_ reason: MappingError.Reason) -> MappingError {
      MappingError(layer: work.name, reason: reason)
    }
    guard mapping.depths.count == device.memories.count else {
      throw fail(.levels(mapping: mapping.depths.count, device: device.memories.count))
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
    try Self.check(mapping, of: work, on: device)
    nest = LoopNest(mapping, work: work, device: device)
    levelNames = device.memories.map(\.name)
    levelOperands = device.memories.map(\.operands)
    for axis in LoopAxis.allCases {
      var around = max(work.bounds[axis], 1)
      for loop in nest.loops where loop.axis == axis {
        guard (1...around).contains(loop.tile) else { throw fail(.tile(axis, loop.tile)) }
        around = loop.tile
      }
      if around > 1 { throw fail(.uncovered(axis)) }
    }
    let compute = device.compute
    for (place, available) in [
      (LoopPlace.rows, compute.rows), (.columns, compute.columns), (.lanes, compute.lanes),
    ] {
      let needed = nest.unitsNeeded(mapping, along: place)
      if needed > available {
        throw fail(.space(needed: needed, available: available, place: place))
      }
    }
    if let overflow = nest.overflow(of: device) { throw fail(overflow) }
  }

  /// The units that have work in the fullest step.
  public var activeUnits: Int {
    nest.unitsNeeded(mapping, along: .rows) * nest.unitsNeeded(mapping, along: .columns)
      * nest.unitsNeeded(mapping, along: .lanes)
  }

  /// The instances of a level that hold a tile of an operand in the fullest step; 1 where it passes by.
  ///
  /// - Parameter level: the index of the level, outermost first.
  public func activeInstances(ofLevel level: Int, for operand: Operand) -> Int {
    guard nest.levels[level].depths[operand] != nil else { return 1 }
    return nest.loops.indices.filter { nest.separates(level, operand, $0) }
      .reduce(1) { $0 * nest.blocks(at: $1) }
  }

  /// The rules on where levels hold their tiles.
  private static func check(
    _ mapping: Mapping, of work: LayerWork, on device: Device
  ) throws(MappingError) {
    func fail(_ reason: MappingError.Reason) -> MappingError {
      MappingError(layer: work.name, reason: reason)
    }
    for operand in work.operands {
      var outer = 0
      var around: MemoryLevel?
      for (memory, depths) in zip(device.memories, mapping.depths) {
        guard let depth = depths[operand] else { continue }
        guard memory.operands.contains(operand) else {
          throw fail(.notKept(operand, level: memory.name))
        }
        guard (outer...mapping.loops.count).contains(depth) else {
          throw fail(.depth(operand, level: memory.name, depth: depth))
        }
        outer = depth
        guard memory.isPerUnit else { continue }
        if let around, !memory.sharedAlong.isSubset(of: around.sharedAlong) {
          throw fail(.sharing(operand, level: memory.name, outer: around.name))
        }
        around = memory
      }
      let homes = zip(device.memories, mapping.depths)
        .filter { !$0.isPerUnit && $1[operand] != nil }
      if homes.isEmpty { throw fail(.homeless(operand)) }
    }
  }
}

extension LoopNest {
  /// The units that the loops along one dimension of the array need.
  func unitsNeeded(_ mapping: Mapping, along place: LoopPlace) -> Int {
    var needed = 1
    for position in loops.indices where mapping.loops[position].place == place {
      needed *= blocks(at: position)
    }
    return needed
  }

  /// The iterations of a loop in the fullest step.
  func blocks(at position: Int) -> Int {
    let loop = loops[position]
    let around = max(extent(loop.axis, depth: position), 1)
    return (around + loop.tile - 1) / loop.tile
  }
}
