import Devices

/// A set of operands in a few bits.
struct OperandMask: Hashable, Sendable {
  private var bits: UInt8 = 0

  /// No operand.
  init() {}

  /// The operands that are asked for.
  init(weights: Bool, inputs: Bool, outputs: Bool) {
    bits = (weights ? 1 : 0) | (inputs ? 2 : 0) | (outputs ? 4 : 0)
  }

  /// The operands of a set.
  init(_ operands: some Sequence<Operand>) {
    for operand in operands { insert(operand) }
  }

  /// Whether an operand is in the set.
  func contains(_ operand: Operand) -> Bool { contains(operand.index) }

  /// Whether the operand at an index is in the set.
  func contains(_ index: Int) -> Bool { bits & 1 << UInt8(truncatingIfNeeded: index) != 0 }

  /// Adds an operand; whether it is new.
  @discardableResult
  mutating func insert(_ operand: Operand) -> Bool {
    defer { bits |= 1 << UInt8(truncatingIfNeeded: operand.index) }
    return !contains(operand)
  }

  /// Adds the operands of another set.
  mutating func formUnion(_ other: OperandMask) { bits |= other.bits }
}

/// Dimensions of the array in a few bits.
struct DimensionMask: Hashable, Sendable {
  /// The mask as an index below `count`.
  let index: Int

  /// How many masks there are.
  static let count = 8

  /// The dimensions along which the instances of a level are shared.
  init(sharedBy memory: MemoryLevel) {
    var bits = 0
    if memory.sharedAlong.contains(.rows) { bits |= 1 }
    if memory.sharedAlong.contains(.columns) { bits |= 2 }
    if memory.sharedAlong.contains(.lanes) { bits |= 4 }
    index = bits
  }

  private init(index: Int) { self.index = index }

  /// Whether a dimension is among them.
  func contains(_ dimension: ArrayDimension) -> Bool {
    switch dimension {
    case .rows: index & 1 != 0
    case .columns: index & 2 != 0
    case .lanes: index & 4 != 0
    }
  }

  /// Whether all of these dimensions are among others.
  func isSubset(of other: DimensionMask) -> Bool { index & ~other.index == 0 }

  /// No dimension.
  static let none = DimensionMask(index: 0)

  /// The other dimensions.
  var others: DimensionMask { DimensionMask(index: Self.count - 1 - index) }
}
