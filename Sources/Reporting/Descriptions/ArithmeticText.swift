public import Arithmetic

/// Presets in words, at most 100 columns wide.
public enum ArithmeticText {
  /// One line for each named preset and one for the form with parameters.
  public static func list(_ presets: [ArithmeticPreset]) -> String {
    var rows = presets.map { preset in
      (([preset.name] + preset.aliases).joined(separator: ", "), preset.summary)
    }
    rows.append((ArithmeticPreset.fixedPointForm, ArithmeticPreset.fixedPointSummary))
    let width = rows.map(\.0.count).max() ?? 0
    return rows.flatMap { name, summary in
      LabelledText.wrapped(
        summary, after: name + String(repeating: " ", count: width - name.count + 2))
    }.map { $0 + "\n" }.joined()
  }

  /// Everything about one preset: what it does, where it comes from, what it was compared with.
  public static func text(_ preset: ArithmeticPreset) -> String {
    let spec = preset.spec
    var lines = LabelledText.wrapped(preset.summary, after: "\(preset.name): ")
    if !preset.aliases.isEmpty {
      lines += LabelledText.lines("also called", preset.aliases.joined(separator: ", "))
    }
    lines += LabelledText.lines("in words", ArithmeticWords.text(spec))
    lines += LabelledText.lines("evidence", preset.evidence)
    lines.append("")
    for (label, value) in fields(spec) { lines += LabelledText.lines(label, value) }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The fields by the keys that a hwconfig has for them, where it has one.
  private static func fields(_ spec: ArithmeticSpec) -> [(String, String)] {
    var fields = [("accumulator", "\(spec.accumulator)")]
    if let outer = spec.outer {
      fields.append(("outer", "\(outer.accumulator) after \(outer.tile) products"))
      fields.append(("innerScope", spec.innerScope.rawValue))
    }
    fields += [
      ("order", spec.order.rawValue), ("lanes", "\(spec.lanes)"), ("bias", spec.bias.rawValue),
      ("zeroPoint", spec.zeroPoint.rawValue),
    ]
    if let cast = spec.productCast {
      fields.append(("products", "\(cast.fractionBits) fraction bits, \(cast.rounding.rawValue)"))
    }
    var requantization = spec.requantization.rawValue
    if let flavour = spec.fullyConnectedRequantization {
      requantization += "; fully connected layers \(flavour.rawValue)"
    }
    requantization += "; 64-bit biases \(spec.wideBiasRequantization.rawValue)"
    if spec.requantization == .float {
      requantization += "; multipliers \(spec.floatMultiplier.rawValue)"
    }
    fields.append(("requantize", requantization))
    if spec.requantization == .cast {
      fields.append(
        (
          "output cast",
          "\(spec.outputCast.rounding.rawValue), \(spec.outputCast.overflow.rawValue)"
        ))
    }
    fields += [
      ("addition", spec.addition.rawValue), ("average", spec.average.rawValue),
      ("softmax", spec.softmax.rawValue),
    ]
    return fields
  }
}
