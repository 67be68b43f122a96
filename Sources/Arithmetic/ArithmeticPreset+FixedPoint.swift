extension ArithmeticPreset {
  /// The form with parameters, for lists of names.
  public static let fixedPointForm = "ap-fixed<W,I,Q,O>"

  /// The integer bits that `ap-fixed` takes; more or fewer than W are allowed, as in HLS.
  public static let fixedPointIntegerBits = -64...64

  /// One line about `ap-fixed<W,I,Q,O>`.
  public static let fixedPointSummary =
    "HLS C++ as hls4ml writes it: W bits, I of them integer, every product cast before it is added"

  /// The arithmetic of `ap_fixed<W,I,Q,O>` accumulators: hls4ml, Vitis HLS.
  ///
  /// The bias is the first content; each product is cast to W bits with W - I fraction bits by Q and O
  /// before it is added, each sum is stored by O, and the result is cast to the output's format by Q and O.
  ///
  /// - Parameters:
  ///   - bits: W, 2 to 64.
  ///   - integerBits: I, the sign included.
  ///   - rounding: Q; HLS's default truncates.
  ///   - overflow: O; HLS's default wraps.
  /// - Source: AMD UG1399, "Arbitrary Precision Fixed-Point Data Types"; hls4ml 1.3.0
  ///   `nnet_dense_latency.h`; `numerics.md` section 2, R10.
  public static func fixedPoint(
    bits: Int, integerBits: Int, rounding: FixedPointRounding = .truncate,
    overflow: OverflowPolicy = .wrap
  ) -> ArithmeticPreset {
    var spec = ArithmeticSpec(
      accumulator: Accumulator(bits: bits, overflow: overflow), bias: .first,
      requantization: .cast)
    spec.productCast = FixedPointCast(fractionBits: bits - integerBits, rounding: rounding)
    spec.outputCast = .init(rounding: rounding, overflow: overflow)
    let mode = fixedPointModes.first { $0.overflow == overflow }?.name ?? "WRAP"
    let isDefault = rounding == .truncate && overflow == .wrap
    let modes = isDefault ? "" : ",\(rounding.rawValue),\(mode)"
    return ArithmeticPreset(
      "ap-fixed<\(bits),\(integerBits)\(modes)>", summary: fixedPointSummary,
      evidence:
        "UG1399; hls4ml 1.3.0. Needs power-of-two scales (fixed8 and the like). Sums of two "
        + "activations and pools follow TFLite's integers, not HLS.",
      spec: spec)
  }

  /// The overflow modes of `ap_fixed` by their names there.
  private static let fixedPointModes: [(name: String, overflow: OverflowPolicy)] = [
    ("WRAP", .wrap), ("SAT", .saturate), ("SAT_ZERO", .saturateToZero),
    ("SAT_SYM", .saturateSymmetric), ("WRAP_SM", .wrapSignMagnitude),
  ]

  /// The preset of `ap-fixed<W,I>`, `ap-fixed<W,I,Q>` or `ap-fixed<W,I,Q,O>`.
  static func fixedPoint(_ text: String) throws(SpellingError) -> ArithmeticPreset {
    let rest = text.dropFirst("ap-fixed".count)
    guard rest.first == "<", rest.last == ">", rest.count > 2 else {
      throw .fixedPoint(text, rule: "the parameters stand in angle brackets")
    }
    let fields = rest.dropFirst().dropLast()
      .split(separator: ",", omittingEmptySubsequences: false)
      .map { $0.drop { $0 == " " } }
    guard (2...4).contains(fields.count) else {
      throw .fixedPoint(text, rule: "there are two to four parameters, not \(fields.count)")
    }
    guard let bits = Int(fields[0]), let integerBits = Int(fields[1]) else {
      throw .fixedPoint(text, rule: "W and I are whole numbers")
    }
    guard Accumulator.widths.contains(bits) else {
      throw .fixedPoint(text, rule: "W is 2 to 64 bits, not \(bits)")
    }
    guard fixedPointIntegerBits.contains(integerBits) else {
      throw .fixedPoint(text, rule: "I is -64 to 64 bits, not \(integerBits)")
    }
    var rounding = FixedPointRounding.truncate
    if fields.count > 2 {
      guard let known = FixedPointRounding(rawValue: modeName(fields[2])) else {
        let names = FixedPointRounding.allCases.map(\.rawValue).joined(separator: ", ")
        throw .fixedPoint(text, rule: "Q is one of \(names), not \(fields[2])")
      }
      rounding = known
    }
    var overflow = OverflowPolicy.wrap
    if fields.count > 3 {
      let name = modeName(fields[3])
      guard let known = fixedPointModes.first(where: { $0.name == name }) else {
        let names = fixedPointModes.map(\.name).joined(separator: ", ")
        throw .fixedPoint(text, rule: "O is one of \(names), not \(fields[3])")
      }
      overflow = known.overflow
    }
    return fixedPoint(
      bits: bits, integerBits: integerBits, rounding: rounding, overflow: overflow)
  }

  /// A mode without the prefix that HLS gives it: `AP_RND` is `RND`.
  private static func modeName(_ text: Substring) -> String {
    String(text.hasPrefix("AP_") ? text.dropFirst(3) : text)
  }
}
