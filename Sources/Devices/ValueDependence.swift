public import Quantities

/// How the energy of a multiply-accumulate depends on the values of its operands.
///
/// A product with a zero operand costs `1 - zeroGating` of one without, where the hardware watches that
/// operand; of what is left, `toggleShare` grows with the bits of the input that change from one element to
/// the next: `E * (1 - gated * zeroGating) * (1 - toggleShare + toggleShare * activity / referenceActivity)`.
///
/// - Model: means over a layer; changes are counted in storage order, which is not the order of every
///   array. Clocks and control are in the part that does not change.
public struct ValueDependence: Hashable, Sendable {
  /// The operand whose zeros the hardware watches.
  public enum Watched: String, Hashable, Sendable, CaseIterable {
    /// Zero inputs only (Eyeriss).
    case inputs
    /// Zero weights only.
    case weights
    /// Products in which either is zero.
    case either
  }

  /// The share of the energy of a multiply-accumulate that a zero operand saves: 0 to 1.
  public var zeroGating = 0.0
  /// The operand whose zeros are watched.
  public var watched = Watched.either
  /// The share of the energy that grows with the changing bits of the inputs: 0 to 1.
  public var toggleShare = 0.0
  /// The changing bits an input bit and element for which the energy was given; 0.5 is random data.
  public var referenceActivity = 0.5

  /// An energy that does not depend on values.
  public init() {}

  /// Whether values change the energy at all.
  public var isActive: Bool { zeroGating > 0 || toggleShare > 0 }
}

/// The ends of the energies that are published for one operation.
public struct EnergyRange: Hashable, Sendable {
  /// The lowest.
  public var low: Picojoules
  /// The highest.
  public var high: Picojoules

  /// A range.
  public init(low: Picojoules, high: Picojoules) {
    self.low = low
    self.high = high
  }
}
