package import Devices
import Quantities

/// What the rules of mappings need of a device: worked out once for many mappings.
package struct DeviceOutline: Sendable {
  /// What they need of a memory level.
  struct Level: Sendable {
    var holds: OperandMask
    /// The dimensions of the array along which units share an instance.
    var shared: DimensionMask
    /// The dimensions along which they have instances of their own; none for a level that all share.
    var split: DimensionMask
    var isPerUnit: Bool
    var keepsHalo: Bool
    var isDoubleBuffered: Bool
    /// The bits of one instance; nil for any number.
    var capacity: Int?
    /// The bits that an operand has for itself.
    var own: PerOperand<Int?>
    /// Whether anything is limited.
    var isLimited: Bool
  }

  let levels: [Level]
  let names: [String]
  let operands: [Set<Operand>]
  /// The first level of the units; nil without one.
  let firstPerUnit: Int?
  /// The operands that a level holds which all units share.
  let homes: OperandMask
  let dataflow: Dataflow
  let latched: OperandMask
  /// The units along rows, columns and lanes.
  let units: (rows: Int, columns: Int, lanes: Int)

  /// The outline of a device.
  package init(_ device: Device) {
    levels = device.memories.map { memory in
      let shared = DimensionMask(sharedBy: memory)
      var own = PerOperand<Int?>(repeating: nil)
      for operand in Operand.allCases { own[operand] = memory.operandCapacity[operand]?.count }
      return Level(
        holds: OperandMask(memory.operands), shared: shared,
        split: memory.isPerUnit ? shared.others : .none, isPerUnit: memory.isPerUnit,
        keepsHalo: memory.keepsHalo, isDoubleBuffered: memory.isDoubleBuffered,
        capacity: memory.capacity?.count, own: own,
        isLimited: memory.capacity != nil || !memory.operandCapacity.isEmpty)
    }
    names = device.memories.map(\.name)
    operands = device.memories.map(\.operands)
    firstPerUnit = device.memories.firstIndex(where: \.isPerUnit)
    var homes = OperandMask()
    for level in levels where !level.isPerUnit { homes.formUnion(level.holds) }
    self.homes = homes
    let compute = device.compute
    dataflow = compute.dataflow
    latched = OperandMask(compute.dataflow.latched)
    units = (compute.rows, compute.columns, compute.lanes)
  }
}
