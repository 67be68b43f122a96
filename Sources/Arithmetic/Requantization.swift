/// The rescaling of one channel: from accumulator units to output codes, before the zero point.
///
/// `code = clamp(zeroPoint + rounded(M * accumulator))`, where `M = s_x * s_w / s_y` and the flavour
/// says how the product is rounded.
///
/// - Exactness: bit-exact with the named runtimes for accumulators that fit 32 bits; wider ones follow
///   the same formula in 128 bits, without the 32-bit wrap of a left shift. Results are clipped to
///   ±2^62, so that adding a zero point cannot trap.
/// - Source: `numerics.md` section 2, R1 to R7, R9, R10.
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
  /// The right shift: n of R6 and R10 (negative shifts left), d of R7.
  public let shift: Int
  /// What happens to the bits that R10 drops.
  public let rounding: FixedPointRounding

  /// How far R7's factor resolves M: `d = ceil(log2(2^8 / M))`, so `k` is from 2^8 to 2^9.
  public static let floorBits = 8

  /// The largest result in magnitude: 2^62.
  public static let largest = 1 << 62

  /// R6's largest right shift with a result other than 0: accumulators have 62 bits at most.
  public static let largestShift = 61

  /// The rescaling by a real multiplier.
  ///
  /// - Parameters:
  ///   - float: the multiplier of R4 where it is not the nearest float32 to `real`.
  ///   - rounding: what happens to the bits that R10 drops.
  /// - Precondition: `real` is positive and finite; a power of two for `.shift` and `.cast`.
  public init(
    _ real: Double, flavour: RequantizationFlavour, float: Float? = nil,
    rounding: FixedPointRounding = .truncate
  ) {
    precondition(real > 0 && real.isFinite, "a rescaling multiplier is positive and finite")
    self.flavour = flavour
    self.real = real
    quantized = QuantizedMultiplier(real)
    self.float = min(float ?? Float(real), .greatestFiniteMagnitude)
    self.rounding = rounding
    switch flavour {
    case .gemmlowp, .ruy, .single, .float, .reduced, .thresholds:
      factor = 1
      shift = 0
    case .shift, .cast:
      precondition(real.significand == 1, "a shift rescales by a power of two")
      factor = 1
      shift = -Int(real.exponent)
    case .floor:
      shift = min(max(Self.floorBits - Int(real.exponent), 0), 62)
      let scaled = real * Double(sign: .plus, exponent: shift, significand: 1)
      factor = Int(min(scaled.rounded(), Double(Self.largest)))
    }
  }

  /// The constant that devices of this flavour add before accumulating: `2^(n-1)` for R6, else 0.
  public var preloadedRounding: Int {
    flavour == .shift && (1...Self.largestShift).contains(shift) ? 1 << (shift - 1) : 0
  }

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
    case .ruy:
      let high = Self.doubleRounded(
        accumulator, Int(quantized.mantissa), max(quantized.exponent, 0))
      let places = max(-quantized.exponent, 0)
      return places == 0 ? high : (high + (1 << (places - 1))) >> places
    case .reduced:
      return Self.reducedRounded(accumulator, Int(quantized.mantissa), quantized.exponent)
    case .thresholds:
      return Self.nearest(accumulator, times: real)
    case .shift:
      guard shift < 0 else { return shift > Self.largestShift ? 0 : accumulator >> shift }
      return Self.shifted(accumulator, times: 1 << min(-shift, 62), by: 0, rounding: 0)
    case .cast:
      guard shift < 0 else { return rounding.rounded(accumulator, droppingBits: shift) }
      return Self.shifted(accumulator, times: 1 << min(-shift, 62), by: 0, rounding: 0)
    case .floor:
      return Self.shifted(accumulator, times: factor, by: shift, rounding: 0)
    }
  }

  /// R1: saturating rounding doubling high multiply, then a shift that rounds half away from zero.
  ///
  /// `RDBP(SRDHM(a << max(e, 0), m), max(-e, 0))`; `SRDHM(a, m) = (a * m + 2^30) >> 31`.
  @inlinable @inline(__always)
  public static func doubleRounded(_ accumulator: Int, _ mantissa: Int, _ exponent: Int) -> Int {
    let left = max(exponent, 0)
    let fits = Int(Int32(truncatingIfNeeded: accumulator)) == accumulator
    let high: Int
    if fits {
      let value = Int(Int32(truncatingIfNeeded: accumulator << left))
      high = (value * mantissa + (1 << 30)) >> 31
    } else {
      // Any wide accumulator reaches the limit beyond 32 places.
      high = shifted(accumulator, times: mantissa << min(left, 32), by: 31, rounding: 1 << 30)
    }
    return roundingShift(high, by: max(-exponent, 0))
  }

  /// RDBP: a right shift that rounds to nearest, ties away from zero.
  @inlinable @inline(__always)
  public static func roundingShift(_ value: Int, by places: Int) -> Int {
    guard places > 0 else { return value }
    let mask = (1 << places) - 1
    let threshold = (mask >> 1) + (value < 0 ? 1 : 0)
    return (value >> places) + ((value & mask) > threshold ? 1 : 0)
  }

  /// R3: `(a * m + 2^(30-e)) >> (31-e)`, half up.
  @inlinable @inline(__always)
  public static func singleRounded(_ accumulator: Int, _ mantissa: Int, _ exponent: Int) -> Int {
    let places = 31 - exponent
    guard places > 0 else {
      return shifted(accumulator, times: mantissa << min(-places, 32), by: 0, rounding: 0)
    }
    return shifted(accumulator, times: mantissa, by: places, rounding: 1 << (places - 1))
  }

  /// R5: `r = m < 0x7FFF0000 ? (m + 2^15) >> 16 : 0x7FFF`, then `(a * r + 2^(14-e)) >> (15-e)`.
  @inlinable @inline(__always)
  public static func reducedRounded(_ accumulator: Int, _ mantissa: Int, _ exponent: Int) -> Int {
    let reduced = mantissa < 0x7FFF_0000 ? (mantissa + (1 << 15)) >> 16 : 0x7FFF
    let places = 15 - exponent
    guard places > 0 else {
      return shifted(accumulator, times: reduced << min(-places, 32), by: 0, rounding: 0)
    }
    return shifted(accumulator, times: reduced, by: places, rounding: 1 << (places - 1))
  }

  /// R9: the integer nearest to the exact product with a real number, ties to even, clipped to ±2^62.
  @inlinable
  public static func nearest(_ accumulator: Int, times real: Double) -> Int {
    let product = Double(accumulator) * real
    let whole = product.rounded(.toNearestOrEven)
    // The product in double is off by at most 2^-52 of itself; far from a tie that cannot matter.
    if abs(product) < 1_048_576 && abs(abs(product - whole) - 0.5) > 1e-6 { return Int(whole) }
    guard abs(product) < Double(largest) else { return product < 0 ? -largest : largest }
    // 53 bits of the multiplier times 64 bits of the accumulator, exactly; `places` binary places.
    let places = 52 - Int(real.exponent)
    let mantissa = Int128(Int(real.significand * 4_503_599_627_370_496))
    let wide: Int128 = Int128(accumulator) * mantissa
    guard places > 0 else { return Int(wide << Int128(-places)) }
    guard places < 126 else { return 0 }
    let floor: Int128 = wide >> Int128(places)
    let rest: Int128 = wide - (floor << Int128(places))
    let half: Int128 = Int128(1) << Int128(places - 1)
    let goesUp = rest > half || (rest == half && floor & 1 == 1)
    return Int(floor) + (goesUp ? 1 : 0)
  }

  /// `(value * factor + rounding) >> places` in 128 bits, clipped to ±2^62.
  @inlinable @inline(__always)
  public static func shifted(_ value: Int, times factor: Int, by places: Int, rounding: Int) -> Int
  {
    let (product, overflow) = value.multipliedReportingOverflow(by: factor)
    if !overflow {
      let (sum, overflow) = product.addingReportingOverflow(rounding)
      if !overflow { return min(max(sum >> places, -largest), largest) }
    }
    return shiftedWide(value, factor, places, rounding)
  }

  @usableFromInline
  static func shiftedWide(_ value: Int, _ factor: Int, _ places: Int, _ rounding: Int) -> Int {
    let wide = (Int128(value) * Int128(factor) + Int128(rounding)) >> Int128(places)
    return Int(min(max(wide, Int128(-largest)), Int128(largest)))
  }

  /// A rounded float as an integer, clipped to ±2^62.
  @inlinable
  public static func saturating(_ value: Float) -> Int {
    let limit = Float(largest)
    return Int(min(max(value, -limit), limit))
  }
}
