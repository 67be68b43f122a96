/// A dimension of the array along which units lie side by side.
public enum ArrayDimension: String, Hashable, Sendable, CaseIterable {
  /// The rows of the array.
  case rows
  /// The columns of the array.
  case columns
  /// The multipliers of one unit.
  case lanes
}

extension MemoryLevel {
  /// Whether the array has several instances of the level: one for each unit, or one for the units
  /// along the dimensions that share it.
  ///
  /// Setting it gives each multiplier its own, or the whole array one.
  public var isPerUnit: Bool {
    get { sharedAlong.count < Self.wholeArray.count }
    set { sharedAlong = newValue ? [] : Self.wholeArray }
  }

  /// The dimensions along which a level is shared that the whole array has once.
  public static let wholeArray = Set(ArrayDimension.allCases)
}
