/// The rescaling of one channel: from accumulator units to output codes, before the zero point.
///
/// `code = clamp(zeroPoint + rounded(M * accumulator))`, where `M = s_x * s_w / s_y` and the flavour
/// says how the product is rounded.
///
/// - Exactness: bit-exact with the named runtimes for accumulators that fit 32 bits; wider ones follow
///   the same formula in 128 bits, without the 32-bit wrap of a left shift.
/// - Source: `numerics.md` section 2, R1, R3, R4, R6, R7.
public struct Requantization: Hashable, Sendable {
  /// The rounding.
  public let flavour: RequantizationFlavour
  /// The exact multiplier M.
  public let real: Double
  /// M as a Q31 mantissa and exponent (R1, R3).
  public let quantized: QuantizedMultiplier
  /// M in float32 (R4).
  public let float: Float
  /// The integer factor k (R7); 1 for R6.
  public let factor: Int
  /// The right shift: n of R6 (negative shifts left), d of R7.
  public let shift: Int

  /// How far R7's factor resolves M: `d = ceil(log2(256 / M))`, so `k` has 8 to 9 significant bits.
  public static let floorResolution = 256.0

  /// The rescaling by a real multiplier.
  ///
  /// - Precondition: `real` is positive and finite; a power of two for `.shift`.
  public init(_ real: Double, flavour: RequantizationFlavour) {
    precondition(real > 0 && real.isFinite, "a rescaling multiplier is positive and finite")
    self.flavour = flavour
    self.real = real
    quantized = QuantizedMultiplier(real)
    float = Float(real)
    switch flavour {
    case .gemmlowp, .single, .float:
      factor = 1
      shift = 0
    case .shift:
      precondition(real.significand == 1, "a shift rescales by a power of two")
      factor = 1
      shift = -Int(real.exponent)
    case .floor:
      let ratio = Self.floorResolution / real
      let ceiling = ratio.significand == 1 ? Int(ratio.exponent) : Int(ratio.exponent) + 1
      let places = min(max(ceiling, 0), 62)
      shift = places
      factor = Int((real * Double(sign: .plus, exponent: places, significand: 1)).rounded())
    }
  }

  /// The constant that devices of this flavour add before accumulating: `2^(n-1)` for R6, else 0.
  public var preloadedRounding: Int { flavour == .shift && shift > 0 ? 1 << (shift - 1) : 0 }

  /// The rescaled accumulator, before zero point and clamp.
  @inlinable
  public func rescaled(_ accumulator: Int) -> Int {
    switch flavour {
    case .gemmlowp:
      return Self.doubleRounded(accumulator, Int(quantized.mantissa), quantized.exponent)
    case .single:
      return Self.singleRounded(accumulator, Int(quantized.mantissa), quantized.exponent)
    case .float:
      return Self.saturating((Float(accumulator) * float).rounded(.toNearestOrEven))
    case .shift:
      return shift >= 0 ? accumulator >> min(shift, 63) : accumulator << min(-shift, 62)
    case .floor:
      return Self.shifted(accumulator, times: factor, by: shift, rounding: 0)
    }
  }

  /// R1: saturating rounding doubling high multiply, then a shift that rounds half away from zero.
  ///
  /// `RDBP(SRDHM(a << max(e, 0), m), max(-e, 0))`; `SRDHM(a, m) = (a * m + 2^30) >> 31`.
  @inlinable
  public static func doubleRounded(_ accumulator: Int, _ mantissa: Int, _ exponent: Int) -> Int {
    let left = max(exponent, 0)
    let fits = Int(Int32(truncatingIfNeeded: accumulator)) == accumulator
    let high: Int
    if fits {
      let value = Int(Int32(truncatingIfNeeded: accumulator << left))
      high = (value * mantissa + (1 << 30)) >> 31
    } else {
      high = shifted(accumulator, times: mantissa << left, by: 31, rounding: 1 << 30)
    }
    return roundingShift(high, by: max(-exponent, 0))
  }

  /// RDBP: a right shift that rounds to nearest, ties away from zero.
  @inlinable
  public static func roundingShift(_ value: Int, by places: Int) -> Int {
    guard places > 0 else { return value }
    let mask = (1 << places) - 1
    let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
    return (value >> places) + ((value & mask) > threshold ? 1 : 0)
  }

  /// R3: `(a * m + 2^(30-e)) >> (31-e)`, half up.
  @inlinable
  public static func singleRounded(_ accumulator: Int, _ mantissa: Int, _ exponent: Int) -> Int {
    let places = 31 - exponent
    guard places > 0 else { return accumulator * mantissa << -places }
    return shifted(accumulator, times: mantissa, by: places, rounding: 1 << (places - 1))
  }

  /// `(value * factor + rounding) >> places` in 128 bits, clipped to 64.
  @inlinable
  public static func shifted(_ value: Int, times factor: Int, by places: Int, rounding: Int) -> Int
  {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    if !overflow {
      let (sum, overflow) = product.addingReportingOverflow(rounding)
      if !overflow { return sum >> places }
    }
    let wide = (Int128(value) * Int128(factor) + Int128(rounding)) >> Int128(places)
    return Int(clamping: wide)
  }

  /// A rounded float as an integer, clipped to ±2^62 so that adding a zero point cannot trap.
  @inlinable
  public static func saturating(_ value: Float) -> Int {
    let limit: Float = 4_611_686_018_427_387_904
    return Int(min(max(value, -limit), limit))
  }
}
