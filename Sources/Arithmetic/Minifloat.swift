/// A floating-point format of 4 or 8 bits: the codes of neural networks' small floats.
///
/// `real = (-1)^s * 2^(max(e, 1) - bias) * (m / 2^M + (e > 0 ? 1 : 0))`.
///
/// - Exactness: every code is exact in float32; `code(_:)` rounds to nearest, ties to even.
/// - Source: Micikevicius et al., "FP8 Formats for Deep Learning", arXiv 2209.05433; OCP Microscaling
///   Formats 1.0; ONNX, "Float stored in 8 bits" (the fnuz formats).
public enum Minifloat: String, Hashable, Sendable, CaseIterable {
  /// 4 exponent bits, 3 mantissa bits, no infinity: NaN is 0x7F and 0xFF.
  case e4m3fn
  /// 4 exponent bits, 3 mantissa bits, bias 8, no infinity, no negative zero: NaN is 0x80.
  case e4m3fnuz
  /// 5 exponent bits, 2 mantissa bits, with infinities and NaN as IEEE 754 has them.
  case e5m2
  /// 5 exponent bits, 2 mantissa bits, bias 16, no infinity, no negative zero: NaN is 0x80.
  case e5m2fnuz
  /// 2 exponent bits, 1 mantissa bit, neither infinity nor NaN: 0 to 6.
  case e2m1

  /// The bits of a code.
  public var bits: Int { self == .e2m1 ? 4 : 8 }

  /// The bits of the mantissa.
  public var mantissaBits: Int {
    switch self {
    case .e4m3fn, .e4m3fnuz: 3
    case .e5m2, .e5m2fnuz: 2
    case .e2m1: 1
    }
  }

  /// What the exponent field counts from.
  public var bias: Int {
    switch self {
    case .e4m3fn: 7
    case .e4m3fnuz: 8
    case .e5m2: 15
    case .e5m2fnuz: 16
    case .e2m1: 1
    }
  }

  /// Whether the code of a negative zero is NaN, as in the fnuz formats.
  private var hasUnsignedZero: Bool { self == .e4m3fnuz || self == .e5m2fnuz }

  private var signBit: Int { 1 << (bits - 1) }

  /// The code without sign of the largest finite number.
  private var largestCode: Int {
    switch self {
    case .e4m3fn: 0x7E
    case .e5m2: 0x7B
    case .e4m3fnuz, .e5m2fnuz: 0x7F
    case .e2m1: 0x7
    }
  }

  /// The largest finite number.
  public var largest: Float { real(largestCode) }

  /// The real number of a code; bits above the format's are ignored.
  public func real(_ code: Int) -> Float {
    let isNegative = code & signBit != 0
    let magnitude = code & (signBit - 1)
    if hasUnsignedZero, isNegative, magnitude == 0 { return .nan }
    if magnitude > largestCode {
      let isInfinite = self == .e5m2 && magnitude == 0x7C
      return isInfinite ? (isNegative ? -.infinity : .infinity) : .nan
    }
    let field = magnitude >> mantissaBits
    let mantissa = magnitude & ((1 << mantissaBits) - 1)
    let steps = Float(field > 0 ? mantissa + (1 << mantissaBits) : mantissa)
    let unit = Float(
      sign: .plus, exponent: max(field, 1) - bias - mantissaBits, significand: 1)
    return isNegative ? -steps * unit : steps * unit
  }

  /// The code of a real number: the nearest, ties to even.
  ///
  /// - Parameter saturates: whether numbers beyond the largest become the largest; otherwise they
  ///   become infinity or NaN. E2M1, which has neither, always saturates; NaN becomes its largest.
  public func code(_ real: Float, saturates: Bool = true) -> Int {
    let sign = real.sign == .minus ? signBit : 0
    if real.isNaN {
      switch self {
      case .e4m3fn: return sign | 0x7F
      case .e5m2: return sign | 0x7E
      case .e4m3fnuz, .e5m2fnuz: return 0x80
      case .e2m1: return largestCode
      }
    }
    let magnitude = abs(real)
    var code = largestCode + 1
    if magnitude.isFinite {
      let exponent = max(Int(magnitude.exponent), 1 - bias)
      // The steps of this binade, at most 2^(M+1): exact, then rounded once.
      let steps = Double(magnitude) * Self.power(mantissaBits - exponent)
      if steps < 1024 {
        let rounded = Int(steps.rounded(.toNearestOrEven))
        let field = exponent + bias - 1
        code = min((field << mantissaBits) + rounded, largestCode + 1)
      }
    }
    if code > largestCode {
      guard saturates || self == .e2m1 else {
        switch self {
        case .e4m3fn: return sign | 0x7F
        case .e5m2: return sign | 0x7C
        case .e4m3fnuz, .e5m2fnuz, .e2m1: return 0x80
        }
      }
      code = largestCode
    }
    return code == 0 && hasUnsignedZero ? 0 : sign | code
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
