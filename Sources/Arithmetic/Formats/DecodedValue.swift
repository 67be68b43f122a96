/// What a code stands for, exactly: an integer times a power of two, or no number.
///
/// Equal values are equal: a significand is odd, or the value is `0 * 2^0`. Zero has no sign here.
public enum DecodedValue: Hashable, Sendable {
  /// `significand * 2^exponent`; made by `exact(_:_:)`, which makes the significand odd or zero.
  case finite(significand: Int64, exponent: Int)
  /// Infinity.
  case infinity(isNegative: Bool)
  /// NaN, or a code that the format does not use.
  case notANumber

  /// The value `significand * 2^exponent`.
  @inlinable
  public static func exact(_ significand: Int64, _ exponent: Int) -> DecodedValue {
    guard significand != 0 else { return .finite(significand: 0, exponent: 0) }
    let places = significand.trailingZeroBitCount
    return .finite(significand: significand >> Int64(places), exponent: exponent + places)
  }

  /// The value as a double: exact for every code of every format of up to 32 bits.
  public var double: Double {
    switch self {
    case .finite(let significand, let exponent):
      Double(significand) * Double(sign: .plus, exponent: exponent, significand: 1)
    case .infinity(let isNegative): isNegative ? -.infinity : .infinity
    case .notANumber: .nan
    }
  }

  /// Whether it is a number.
  public var isFinite: Bool {
    if case .finite = self { true } else { false }
  }

  /// The integer `n` with value `n * 2^unit`; nil where there is none or it takes more than 64 bits.
  public func integer(unit: Int) -> Int64? {
    guard case .finite(let significand, let exponent) = self else { return nil }
    guard significand != 0 else { return 0 }
    let places = exponent - unit
    guard (0..<63).contains(places) else { return nil }
    let (product, overflows) = significand.multipliedReportingOverflow(by: 1 << Int64(places))
    return overflows ? nil : product
  }
}
