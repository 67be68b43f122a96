/// A small floating-point format: a sign, an exponent field and a mantissa field, with subnormals.
///
/// `real = (-1)^s * 2^(max(e, 1) - bias) * (m / 2^M + (e > 0 ? 1 : 0))`.
///
/// - Exactness: every code is exact in double; `code(_:)` rounds once, to nearest, ties to the even code.
/// - Source: IEEE 754-2019; OCP 8-bit Floating Point Specification 1.0; OCP Microscaling Formats 1.0;
///   ONNX, "Float stored in 8 bits" (the fnuz formats).
public struct Minifloat: Hashable, Sendable {
  /// Which codes are not finite numbers.
  public enum Specials: String, Hashable, Sendable, CaseIterable {
    /// The highest exponent holds the infinities and NaN.
    case ieee
    /// NaN is the code of all ones, with either sign; no infinity (OCP E4M3).
    case fn
    /// NaN is the code of a negative zero; no infinity.
    case fnuz
    /// Every code is a number, zero has two (OCP FP6 and FP4).
    case none
  }

  /// The widths an exponent field can have.
  public static let exponentWidths = 1...8
  /// The widths a mantissa field can have.
  public static let mantissaWidths = 0...23
  /// What an exponent field can count from.
  public static let biases = -127...255

  /// The bits of the exponent field.
  public let exponentBits: Int
  /// The bits of the mantissa field, without the hidden one.
  public let mantissaBits: Int
  /// What the exponent field counts from.
  public let bias: Int
  /// Which codes are not finite numbers.
  public let specials: Specials

  /// A format; without a bias it is `2^(e - 1) - 1`, as IEEE 754 has it.
  ///
  /// - Precondition: 1 to 8 exponent bits and 0 to 23 mantissa bits, with specials at least 2 and 1;
  ///   a bias from -127 to 255.
  public init(
    exponentBits: Int, mantissaBits: Int, bias: Int? = nil, specials: Specials = .none
  ) {
    precondition(
      Self.exponentWidths.contains(exponentBits), "a minifloat has 1 to 8 exponent bits")
    precondition(
      Self.mantissaWidths.contains(mantissaBits), "a minifloat has 0 to 23 mantissa bits")
    precondition(
      specials == .none || (exponentBits >= 2 && mantissaBits >= 1),
      "infinity and NaN need 2 exponent bits and 1 mantissa bit")
    let bias = bias ?? (1 << (exponentBits - 1)) - 1
    precondition(Self.biases.contains(bias), "a minifloat has a bias from -127 to 255")
    self.exponentBits = exponentBits
    self.mantissaBits = mantissaBits
    self.bias = bias
    self.specials = specials
  }

  /// The bits of a code: sign, exponent and mantissa.
  public var bits: Int { 1 + exponentBits + mantissaBits }

  /// The largest finite number.
  public var largest: Double { real(largestCode) }

  /// The smallest positive number, which every finite number is a multiple of: `2^(1 - bias - M)`.
  public var smallest: Double { Double(sign: .plus, exponent: unit, significand: 1) }

  /// The exponent of the smallest positive number.
  public var unit: Int { 1 - bias - mantissaBits }

  private var signBit: Int { 1 << (bits - 1) }

  /// The code without sign of the largest finite number.
  public var largestCode: Int {
    switch specials {
    case .ieee: ((1 << exponentBits) - 1) << mantissaBits - 1
    case .fn: signBit - 2
    case .fnuz, .none: signBit - 1
    }
  }

  /// What a code stands for; bits above the format's are ignored.
  public func decode(_ code: Int) -> DecodedValue {
    let isNegative = code & signBit != 0
    let magnitude = code & (signBit - 1)
    if specials == .fnuz, isNegative, magnitude == 0 { return .notANumber }
    if magnitude > largestCode {
      let isInfinite = specials == .ieee && magnitude == largestCode + 1
      return isInfinite ? .infinity(isNegative: isNegative) : .notANumber
    }
    let field = magnitude >> mantissaBits
    let mantissa = magnitude & ((1 << mantissaBits) - 1)
    let significand = Int64(field > 0 ? mantissa + (1 << mantissaBits) : mantissa)
    return .exact(isNegative ? -significand : significand, unit + max(field, 1) - 1)
  }

  /// The real number of a code, NaN or an infinity; a negative zero keeps its sign.
  public func real(_ code: Int) -> Double {
    let value = decode(code).double
    return value == 0 && code & signBit != 0 ? -0.0 : value
  }

  /// The code of a real number: the nearest, ties to the even code.
  ///
  /// - Parameter saturates: whether numbers beyond the largest become the largest; otherwise they
  ///   become infinity or NaN, and beyond means from half a step above it. A format that has neither
  ///   always saturates, and NaN becomes its largest.
  public func code(_ real: Double, saturates: Bool = true) -> Int {
    let sign = real.sign == .minus ? signBit : 0
    if real.isNaN { return notANumberCode(sign) }
    let nearest = nearestMagnitude(abs(real))
    if nearest > largestCode && !saturates {
      switch specials {
      case .ieee: return sign | (largestCode + 1)
      case .fn, .fnuz: return notANumberCode(sign)
      case .none: break
      }
    }
    let code = min(nearest, largestCode)
    return code == 0 && specials == .fnuz ? 0 : sign | code
  }

  /// The code of a magnitude; `largestCode + 1` for anything that rounds beyond it.
  private func nearestMagnitude(_ magnitude: Double) -> Int {
    guard magnitude.isFinite else { return largestCode + 1 }
    let exponent = max(Int(magnitude.exponent), 1 - bias)
    // The steps of this binade, below 2^(M+1): exact, so that it is rounded once.
    let steps =
      magnitude * Double(sign: .plus, exponent: mantissaBits - exponent, significand: 1)
    let floor = steps.rounded(.down)
    let below = (exponent + bias - 1) << mantissaBits + Int(floor)
    let rest = steps - floor
    let goesUp = rest > 0.5 || (rest == 0.5 && below & 1 == 1)
    return min(goesUp ? below + 1 : below, largestCode + 1)
  }

  private func notANumberCode(_ sign: Int) -> Int {
    switch specials {
    case .ieee: sign | (largestCode + 1) | 1 << (mantissaBits - 1)
    case .fn: sign | (signBit - 1)
    case .fnuz: signBit
    case .none: largestCode
    }
  }
}
