/// Arithmetic on fixed-point numbers in 16 or 32 bits, as gemmlowp does it.
///
/// A raw integer `r` of `b` bits with `i` integer bits stands for `r * 2^(i + 1 - b)`; products add
/// their integer bits.
///
/// - Exactness: bit-exact with gemmlowp's scalar code for `Int16` and `Int32`.
/// - Source: gemmlowp, `fixedpoint/fixedpoint.h`.
public enum FixedPoint {
  /// SRDHM: the upper half of twice a product, `(a * b + 2^(b-2)) >> (b-1)`, saturated.
  @inlinable
  public static func highProduct<Raw: FixedWidthInteger & SignedInteger>(
    _ first: Raw, _ second: Raw
  ) -> Raw {
    let places = Raw.bitWidth - 1
    return Raw(clamping: (Int(first) * Int(second) + (1 << (places - 1))) >> places)
  }

  /// A left shift that saturates.
  @inlinable
  public static func shiftedLeft<Raw: FixedWidthInteger & SignedInteger>(
    _ value: Raw, by places: Int
  ) -> Raw {
    Raw(clamping: Int(value) << places)
  }

  /// RDBP: a right shift that rounds to nearest, ties away from zero.
  @inlinable
  public static func shiftedRight<Raw: FixedWidthInteger & SignedInteger>(
    _ value: Raw, by places: Int
  ) -> Raw {
    Raw(truncatingIfNeeded: Requantization.roundingShift(Int(value), by: places))
  }

  /// Half of a sum, rounded away from zero.
  @inlinable
  public static func halfSum<Raw: FixedWidthInteger & SignedInteger>(
    _ first: Raw, _ second: Raw
  ) -> Raw {
    let sum = Int(first) + Int(second)
    return Raw(truncatingIfNeeded: (sum + (sum >= 0 ? 1 : -1)) / 2)
  }

  /// A constant given in 32 bits, in the bits of `Raw`.
  @inlinable
  static func constant<Raw: FixedWidthInteger & SignedInteger>(_ value: Int32) -> Raw {
    Raw(truncatingIfNeeded: Requantization.roundingShift(Int(value), by: 32 - Raw.bitWidth))
  }
}
