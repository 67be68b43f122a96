extension Minifloat: CustomStringConvertible {
  /// 4 exponent bits, 3 mantissa bits, no infinity: OCP's E4M3, up to 448.
  public static let e4m3fn = Minifloat(exponentBits: 4, mantissaBits: 3, specials: .fn)
  /// 4 exponent bits, 3 mantissa bits, bias 8, no negative zero: up to 240.
  public static let e4m3fnuz = Minifloat(
    exponentBits: 4, mantissaBits: 3, bias: 8, specials: .fnuz)
  /// 5 exponent bits, 2 mantissa bits, with infinities: OCP's E5M2, up to 57344.
  public static let e5m2 = Minifloat(exponentBits: 5, mantissaBits: 2, specials: .ieee)
  /// 5 exponent bits, 2 mantissa bits, bias 16, no negative zero: up to 57344.
  public static let e5m2fnuz = Minifloat(
    exponentBits: 5, mantissaBits: 2, bias: 16, specials: .fnuz)
  /// 3 exponent bits, 2 mantissa bits, numbers only: up to 28.
  public static let e3m2 = Minifloat(exponentBits: 3, mantissaBits: 2)
  /// 2 exponent bits, 3 mantissa bits, numbers only: up to 7.5.
  public static let e2m3 = Minifloat(exponentBits: 2, mantissaBits: 3)
  /// 2 exponent bits, 1 mantissa bit, numbers only: up to 6.
  public static let e2m1 = Minifloat(exponentBits: 2, mantissaBits: 1)
  /// IEEE 754 binary16.
  public static let half = Minifloat(exponentBits: 5, mantissaBits: 10, specials: .ieee)
  /// bfloat16: the upper half of a binary32.
  public static let brain = Minifloat(exponentBits: 8, mantissaBits: 7, specials: .ieee)
  /// IEEE 754 binary32.
  public static let single = Minifloat(exponentBits: 8, mantissaBits: 23, specials: .ieee)

  /// The formats with names, in the order of lists.
  public static let named: [(name: String, format: Minifloat)] = [
    ("fp8-e4m3", .e4m3fn), ("fp8-e5m2", .e5m2), ("fp8-e4m3fnuz", .e4m3fnuz),
    ("fp8-e5m2fnuz", .e5m2fnuz), ("fp6-e3m2", .e3m2), ("fp6-e2m3", .e2m3), ("fp4-e2m1", .e2m1),
    ("fp16", .half), ("bf16", .brain), ("fp32", .single),
  ]

  /// The spelling people type: a name, or `fp-e3m4`, `fp-e3m4b5` with a bias that is not IEEE's, and
  /// `-ieee`, `-fn` or `-fnuz` behind it where not every code is a number.
  public var description: String {
    if let known = Self.named.first(where: { $0.format == self }) { return known.name }
    let usual = (1 << (exponentBits - 1)) - 1
    return "fp-e\(exponentBits)m\(mantissaBits)" + (bias == usual ? "" : "b\(bias)")
      + (specials == .none ? "" : "-\(specials.rawValue)")
  }

  /// The format of a name or of the form `fp-e3m4`, `fp-e3m4b5`, `fp-e5m10-ieee`.
  ///
  /// - Throws: The rule that a spelling breaks.
  public init(spelling: String) throws(NumberFormat.SpellingError) {
    if let known = Self.named.first(where: { $0.name == spelling }) {
      self = known.format
      return
    }
    var reader = SpellingReader(spelling)
    guard reader.take("fp-e"), let exponentBits = reader.number(), reader.take("m"),
      let mantissaBits = reader.number()
    else { throw .unknown(spelling) }
    var bias: Int?
    if reader.take("b") {
      let isNegative = reader.take("-")
      guard let size = reader.number() else { throw .unknown(spelling) }
      bias = isNegative ? -size : size
    }
    guard let specials = Specials(suffix: reader.rest) else { throw .unknown(spelling) }
    let rule: String? =
      if !Self.exponentWidths.contains(exponentBits) {
        "a minifloat has 1 to 8 exponent bits, not \(exponentBits)"
      } else if !Self.mantissaWidths.contains(mantissaBits) {
        "a minifloat has 0 to 23 mantissa bits, not \(mantissaBits)"
      } else if let bias, !Self.biases.contains(bias) {
        "a minifloat has a bias from -127 to 255, not \(bias)"
      } else if specials != .none && (exponentBits < 2 || mantissaBits < 1) {
        "infinity and NaN need 2 exponent bits and 1 mantissa bit"
      } else {
        nil
      }
    if let rule { throw .rule(spelling, rule, example: "fp-e3m4") }
    self.init(
      exponentBits: exponentBits, mantissaBits: mantissaBits, bias: bias, specials: specials)
  }
}

extension Minifloat.Specials {
  /// The rule of a suffix such as `-ieee`; of none, that every code is a number.
  fileprivate init?(suffix: Substring) {
    guard !suffix.isEmpty else {
      self = .none
      return
    }
    guard suffix.hasPrefix("-"), let known = Self(rawValue: String(suffix.dropFirst())),
      known != .none
    else { return nil }
    self = known
  }
}
