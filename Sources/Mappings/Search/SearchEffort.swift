/// What a search for mappings did.
public struct SearchEffort: Hashable, Sendable {
  /// The plans that were laid out: all of those estimated, and those that did not fit.
  public var tried = 0
  /// The mappings whose energy and cycles were estimated.
  public var estimated = 0
  /// The mappings that were counted and priced exactly.
  public var counted = 0

  /// No effort yet.
  public init() {}

  /// The effort of two searches together.
  public static func + (left: SearchEffort, right: SearchEffort) -> SearchEffort {
    var sum = left
    sum.tried += right.tried
    sum.estimated += right.estimated
    sum.counted += right.counted
    return sum
  }

  /// The effort after another one.
  public static func - (left: SearchEffort, right: SearchEffort) -> SearchEffort {
    var rest = left
    rest.tried -= right.tried
    rest.estimated -= right.estimated
    rest.counted -= right.counted
    return rest
  }

  /// Adds the effort of another search.
  public static func += (left: inout SearchEffort, right: SearchEffort) { left = left + right }
}
