internal import Arithmetic

/// An arithmetic in words: the fields that every one has, then those that are not the usual ones.
enum ArithmeticWords {
  /// One sentence; the name of a preset in front.
  ///
  /// - Parameter followsMapping: whether mappings say what is added when.
  static func text(
    _ arithmetic: ArithmeticSpec, preset: String? = nil, followsMapping: Bool = false
  ) -> String {
    let lanes = arithmetic.lanes == 1 ? "1 product" : "\(arithmetic.lanes) products"
    var text = preset.map { "\(label($0, for: arithmetic)): " } ?? ""
    text += "\(accumulator(arithmetic.accumulator)) accumulators"
    if let outer = arithmetic.outer {
      text += " of \(outer.tile) products behind \(accumulator(outer.accumulator)) ones"
      text += arithmetic.innerScope == .all ? "" : " (\(arithmetic.innerScope.rawValue) layers)"
    }
    text +=
      followsMapping
      ? ", added as the mappings say" : ", \(lanes) an addition, \(arithmetic.order.rawValue) order"
    text +=
      ", bias \(arithmetic.bias.rawValue), \(arithmetic.requantization.rawValue) requantization"
    for (what, value) in unusual(arithmetic) { text += ", \(what) \(value)" }
    return text
  }

  /// The name of a preset; more than another accumulator makes it a changed one.
  private static func label(_ preset: String, for arithmetic: ArithmeticSpec) -> String {
    guard var original = try? ArithmeticPreset(spelling: preset).spec else { return preset }
    original.accumulator = arithmetic.accumulator
    original.wideBiasAccumulator = arithmetic.wideBiasAccumulator
    original.outer = arithmetic.outer
    return original == arithmetic ? preset : preset + ", changed"
  }

  /// The fields beyond the basic ones that differ from an arithmetic with the same basic ones.
  private static func unusual(_ arithmetic: ArithmeticSpec) -> [(what: String, value: String)] {
    let usual = ArithmeticSpec(requantization: arithmetic.requantization)
    var found: [(String, String)] = []
    func add(_ what: String, _ value: String, _ isUnusual: Bool) {
      if isUnusual { found.append((what, value)) }
    }
    if let flavour = arithmetic.fullyConnectedRequantization {
      found.append(("fully connected", flavour.rawValue))
    }
    add(
      "64-bit biases", arithmetic.wideBiasRequantization.rawValue,
      arithmetic.wideBiasRequantization != usual.wideBiasRequantization)
    add(
      "multipliers", arithmetic.floatMultiplier.rawValue,
      arithmetic.floatMultiplier != usual.floatMultiplier)
    if let cast = arithmetic.productCast {
      found.append(
        ("products cast to", "\(cast.fractionBits) fraction bits by \(cast.rounding.rawValue)"))
    }
    add(
      "outputs cast by",
      "\(arithmetic.outputCast.rounding.rawValue) and \(arithmetic.outputCast.overflow.rawValue)",
      arithmetic.requantization == .cast)
    add("zero points", arithmetic.zeroPoint.rawValue, arithmetic.zeroPoint != usual.zeroPoint)
    add("sums of activations", arithmetic.addition.rawValue, arithmetic.addition != usual.addition)
    add("averages", arithmetic.average.rawValue, arithmetic.average != usual.average)
    add("softmax", arithmetic.softmax.rawValue, arithmetic.softmax != usual.softmax)
    return found
  }

  private static func accumulator(_ accumulator: Accumulator) -> String {
    if let float = accumulator.float { return "\(float) floating-point" }
    return switch accumulator.overflow {
    case .unlimited: "unlimited"
    case .saturateToZero, .saturateSymmetric, .wrapSignMagnitude:
      "\(accumulator.bits)-bit \(accumulator.overflow.rawValue)"
    case .saturate: "\(accumulator.bits)-bit saturating"
    case .wrap: "\(accumulator.bits)-bit wrapping"
    }
  }
}
