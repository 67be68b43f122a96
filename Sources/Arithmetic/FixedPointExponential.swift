extension FixedPoint {
  /// The exponential of a number that is not above zero, without integer bits (Q0.15 or Q0.31).
  ///
  /// A Taylor polynomial of degree 4 on [-1/4, 0), times `exp(-2^k)` for each bit above.
  ///
  /// - Parameters:
  ///   - raw: the argument with `integerBits` integer bits; softmax uses Q5.26.
  /// - Exactness: bit-exact with gemmlowp's `exp_on_negative_values`.
  /// - Source: gemmlowp, `fixedpoint/fixedpoint.h`.
  /// - Precondition: 0 to 12 integer bits (of 16) or 0 to 28 (of 32).
  @inlinable
  public static func exponential<Raw: FixedWidthInteger & SignedInteger>(
    ofNegative raw: Raw, integerBits: Int
  ) -> Raw {
    let fractionBits = Raw.bitWidth - 1 - integerBits
    precondition(integerBits >= 0 && fractionBits >= 3, "a quarter needs three fraction bits")
    guard raw != 0 else { return Raw.max }
    if integerBits > 5 {
      // Below -32 the result is zero.
      let limit: Raw = constant(-(1 << Int32(36 - integerBits)))
      guard raw >= limit else { return 0 }
    }
    let quarter: Raw = 1 << Raw(fractionBits - 2)
    let fraction = (raw & (quarter - 1)) - quarter
    var result = exponentialNearZero(shiftedLeft(fraction, by: integerBits))
    let remainder = fraction &- raw
    // exp(-2^k) for k = -2 ... 4, in Q0.31.
    let factors: [Int32] = [
      1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
    ]
    for place in 0..<7 where integerBits > place - 2 {
      let bit: Raw = 1 << Raw(fractionBits + place - 2)
      if remainder & bit != 0 { result = highProduct(result, constant(factors[place])) }
    }
    return result
  }

  /// The exponential of a number in [-1/4, 0) without integer bits.
  @inlinable
  static func exponentialNearZero<Raw: FixedWidthInteger & SignedInteger>(_ raw: Raw) -> Raw {
    let expansionPoint: Raw = constant(1_895_147_668)
    let third: Raw = constant(715_827_883)
    let x = raw &+ (1 << Raw(Raw.bitWidth - 4))
    let square = highProduct(x, x)
    let cube = highProduct(square, x)
    let quarterOfFourth = shiftedRight(highProduct(square, square), by: 2)
    let higher = shiftedRight(highProduct(quarterOfFourth &+ cube, third) &+ square, by: 1)
    let product = highProduct(expansionPoint, x &+ higher)
    return Raw(clamping: Int(expansionPoint) + Int(product))
  }

  /// `1 / (1 + x)` of a number in [0, 1) without integer bits: three Newton steps.
  ///
  /// - Exactness: bit-exact with gemmlowp's `one_over_one_plus_x_for_x_in_0_1`.
  /// - Source: gemmlowp, `fixedpoint/fixedpoint.h`.
  @inlinable
  public static func reciprocal<Raw: FixedWidthInteger & SignedInteger>(ofOnePlus raw: Raw) -> Raw {
    shiftedLeft(twiceReciprocal(ofOnePlus: raw), by: 1)
  }

  /// `2 / (1 + x)` with two integer bits.
  @inlinable
  static func twiceReciprocal<Raw: FixedWidthInteger & SignedInteger>(
    ofOnePlus raw: Raw
  ) -> Raw {
    let half = halfSum(raw, Raw.max)
    let one: Raw = 1 << Raw(Raw.bitWidth - 3)
    // 48/17 and -32/17 with two integer bits.
    let start: Raw = constant(1_515_870_810)
    var x = start &+ highProduct(half, constant(-1_010_580_540))
    for _ in 0..<3 {
      x = x &+ shiftedLeft(highProduct(x, one &- highProduct(half, x)), by: 2)
    }
    return x
  }

  /// The logistic function without integer bits, in [0, 1).
  ///
  /// - Exactness: bit-exact with gemmlowp's `logistic`; TFLM's int8 LOGISTIC, integer LSTM of LiteRT.
  /// - Source: gemmlowp, `fixedpoint/fixedpoint.h`.
  @inlinable
  public static func logistic<Raw: FixedWidthInteger & SignedInteger>(
    _ raw: Raw, integerBits: Int
  ) -> Raw {
    guard raw != 0 else { return constant(1 << 30) }
    let negative = raw > 0 ? 0 &- raw : raw
    let positive = reciprocal(
      ofOnePlus: exponential(ofNegative: negative, integerBits: integerBits))
    return raw > 0 ? positive : Raw.max &- positive
  }

  /// The hyperbolic tangent without integer bits, in (-1, 1).
  ///
  /// - Exactness: bit-exact with gemmlowp's `tanh`; TFLM's int8 TANH, integer LSTM of LiteRT.
  /// - Source: gemmlowp, `fixedpoint/fixedpoint.h`.
  @inlinable
  public static func tanh<Raw: FixedWidthInteger & SignedInteger>(
    _ raw: Raw, integerBits: Int
  ) -> Raw {
    guard raw != 0 else { return 0 }
    let negative = raw > 0 ? 0 &- raw : raw
    let power = exponential(ofNegative: negative, integerBits: integerBits + 1)
    let one: Raw = 1 << Raw(Raw.bitWidth - 3)
    // (1 - e) / (1 + e) = 2 / (1 + e) - 1.
    let magnitude = shiftedLeft(twiceReciprocal(ofOnePlus: power) &- one, by: 2)
    return raw > 0 ? magnitude : 0 &- magnitude
  }
}
