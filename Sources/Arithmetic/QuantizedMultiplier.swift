/// A positive real multiplier as the integers that devices use: Q31 mantissa and exponent.
///
/// `M ≈ mantissa * 2^(exponent - 31)` with `mantissa` in `[2^30, 2^31)`, as TFLite's
/// `QuantizeMultiplier` makes it: `frexp M = q * 2^e`, `mantissa = round_half_away(q * 2^31)`.
///
/// - Source: TensorFlow Lite, `quantization_util.cc`; `numerics.md` section 2.
public struct QuantizedMultiplier: Hashable, Sendable {
  /// The Q31 mantissa; 0 for a multiplier below `2^-32`.
  public let mantissa: Int32
  /// The exponent e; positive shifts left.
  public let exponent: Int

  /// The multiplier of a mantissa and an exponent as files hold them.
  ///
  /// - Precondition: the mantissa is not negative.
  public init(mantissa: Int32, exponent: Int) {
    precondition(mantissa >= 0, "a mantissa is not negative")
    self.mantissa = mantissa
    self.exponent = exponent
  }

  /// The nearest multiplier to a real number.
  ///
  /// - Precondition: `real` is finite and not negative.
  public init(_ real: Double) {
    precondition(real.isFinite && real >= 0, "a multiplier is finite and not negative")
    guard real > 0 else {
      mantissa = 0
      exponent = 0
      return
    }
    var exponent = Int(real.exponent) + 1
    var mantissa = (real.significand / 2 * 2_147_483_648).rounded(.toNearestOrAwayFromZero)
    if mantissa == 2_147_483_648 {
      mantissa /= 2
      exponent += 1
    }
    if exponent < -31 {
      self.mantissa = 0
      self.exponent = 0
    } else {
      self.mantissa = Int32(mantissa)
      self.exponent = exponent
    }
  }
}
