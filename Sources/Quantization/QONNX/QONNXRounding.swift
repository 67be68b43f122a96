/// The rounding modes of QONNX, each with the meaning that its reference implementation gives it.
///
/// | name | meaning |
/// |---|---|
/// | `ROUND`, `HALF_EVEN` | to nearest, ties to even |
/// | `CEIL` | towards plus infinity |
/// | `FLOOR` | towards minus infinity |
/// | `UP` | away from zero |
/// | `DOWN` | towards zero |
/// | `HALF_UP` | to nearest, ties away from zero: `sign(x) * floor(\|x\| + 0.5)` |
/// | `HALF_DOWN` | to nearest, ties towards zero: `sign(x) * ceil(\|x\| - 0.5)` |
///
/// - Exactness: `\|x\| ± 0.5` is rounded to float32 as NumPy does it, so 0.49999997 rounds half up to 1.
/// - Source: qonnx 1.0.0, `custom_op/general/intquant.py`, `resolve_rounding_mode`.
public enum QONNXRounding: String, Hashable, Sendable, CaseIterable {
  /// To nearest, ties to even.
  case halfEven = "HALF_EVEN"
  /// Towards plus infinity.
  case ceiling = "CEIL"
  /// Towards minus infinity.
  case floor = "FLOOR"
  /// Away from zero.
  case up = "UP"
  /// Towards zero.
  case down = "DOWN"
  /// To nearest, ties away from zero.
  case halfUp = "HALF_UP"
  /// To nearest, ties towards zero.
  case halfDown = "HALF_DOWN"

  /// The mode of a name as it stands in a file, in letters of either case; nil for an unknown one.
  public init?(spelling: String) {
    let name = spelling.uppercased()
    guard let mode = name == "ROUND" ? .halfEven : QONNXRounding(rawValue: name) else { return nil }
    self = mode
  }

  /// The whole number that a number is rounded to.
  public func rounded(_ x: Float) -> Float {
    switch self {
    case .halfEven: x.rounded(.toNearestOrEven)
    case .ceiling: x.rounded(.up)
    case .floor: x.rounded(.down)
    case .up: x.rounded(.awayFromZero)
    case .down: x.rounded(.towardZero)
    case .halfUp: x < 0 ? -(-x + 0.5).rounded(.down) : (x + 0.5).rounded(.down)
    // A tiny number gives ceil(-0.5 + ...), which is -0 or 0.
    case .halfDown: x < 0 ? -(-x - 0.5).rounded(.up) : x > 0 ? (x - 0.5).rounded(.up) : x
    }
  }
}
