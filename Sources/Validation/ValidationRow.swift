/// How near a figure must come to the published one.
public enum ValidationBar: Hashable, Sendable {
  /// Equal integers.
  case exact
  /// A relative difference of at most this fraction.
  case within(Double)
  /// Not below the published figure, which is a lower bound.
  case atLeast
  /// No bar: shown for what it is.
  case reported
}

/// One figure of ours beside the published one.
public struct ValidationRow: Hashable, Sendable {
  /// What is compared: `conv3, buffer traffic`.
  public var item: String
  /// The unit of both figures: `MB`, `cycles`.
  public var unit: String
  /// Our figure.
  public var ours: Double
  /// The published figure.
  public var theirs: Double
  /// How near ours must come.
  public var bar: ValidationBar
  /// Whether the published figure was used to fit a parameter; such rows show a fit, not a prediction.
  public var isFitted: Bool
  /// Why the row misses its bar, or what a reader must know; empty when there is nothing to say.
  public var note: String

  /// A comparison.
  public init(
    _ item: String, unit: String, ours: Double, theirs: Double, bar: ValidationBar,
    isFitted: Bool = false, note: String = ""
  ) {
    self.item = item
    self.unit = unit
    self.ours = ours
    self.theirs = theirs
    self.bar = bar
    self.isFitted = isFitted
    self.note = note
  }

  /// Ours less theirs over theirs; 0 when both are zero, infinite when only theirs is.
  public var difference: Double {
    if theirs == 0 { return ours == 0 ? 0 : .infinity }
    return (ours - theirs) / theirs.magnitude
  }

  /// Whether the figure meets its bar; nil for a row without one.
  public var passes: Bool? {
    switch bar {
    case .exact: ours == theirs
    case .within(let tolerance): difference.magnitude <= tolerance
    case .atLeast: ours >= theirs
    case .reported: nil
    }
  }
}
