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
    try self.init(mapping, of: work, on: DeviceOutline(device))
  }

  /// Verifies one of many mappings for a device.
  ///
  /// - Throws: the first rule that is broken.
  package init(
    _ mapping: Mapping, of work: LayerWork, on device: DeviceOutline
  ) throws(MappingError) {
    self.mapping = mapping
    self.work = work
    func fail(_ reason: MappingError.Reason) -> MappingError {
      MappingError(layer: work.name, reason: reason)
    }
    guard mapping.depths.count == device.levels.count else {
      throw fail(.levels(mapping: mapping.depths.count, device: device.levels.count))
    }
    if let unit = device.firstPerUnit,
      let inner = device.levels[unit...].firstIndex(where: { !$0.isPerUnit })
    {
      throw fail(.order(level: device.names[inner]))
    }
    let operands = work.operands
    for operand in operands where !device.homes.contains(operand) {
      throw fail(.homeless(operand))
    }
    for operand in operands {
      if let broken = Self.brokenRule(mapping, operand, on: device) { throw fail(broken) }
    }
    nest = LoopNest(mapping, work: work, on: device)
    levelNames = device.names
    levelOperands = device.operands
    for axis in LoopAxis.allCases {
      var around = max(work.bounds[axis], 1)
      for loop in nest.loops where loop.axis == axis {
        guard (1...around).contains(loop.tile) else { throw fail(.tile(axis, loop.tile)) }
        around = loop.tile
      }
      if around > 1 { throw fail(.uncovered(axis)) }
    }
    for (place, available) in [
      (LoopPlace.rows, device.units.rows), (.columns, device.units.columns),
      (.lanes, device.units.lanes),
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

  /// The first rule on where levels hold their tiles that an operand breaks.
  private static func brokenRule(
    _ mapping: Mapping, _ operand: Operand, on device: DeviceOutline
  ) -> MappingError.Reason? {
    var outer = 0
    var around: Int?
    var hasHome = false
    for (index, memory) in device.levels.enumerated() {
      guard let depth = mapping.depths[index][operand] else { continue }
      guard memory.holds.contains(operand) else {
        return .notKept(operand, level: device.names[index])
      }
      guard (outer...mapping.loops.count).contains(depth) else {
        return .depth(operand, level: device.names[index], depth: depth)
      }
      outer = depth
      guard memory.isPerUnit else {
        hasHome = true
        continue
      }
      if let around, !memory.shared.isSubset(of: device.levels[around].shared) {
        return .sharing(operand, level: device.names[index], outer: device.names[around])
      }
      around = index
    }
    return hasHome ? nil : .homeless(operand)
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
    return (max(loop.around, 1) + loop.tile - 1) / loop.tile
  }
}
