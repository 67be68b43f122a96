internal import Arithmetic
internal import Networks
public import Quantization

/// Quantization schemes as YAML files.
public enum SchemeFile {
  /// The version of the format that is written and read.
  public static let schema = 1

  /// The scheme of a file.
  ///
  /// - Throws: All problems of the file, each with its place, rule and remedy.
  public static func scheme(at path: String) throws(YAMLError) -> QuantizationScheme {
    var problems = YAMLProblems(file: path)
    let root = try YAMLDocument(path: path, &problems).root
    var scheme = QuantizationScheme()
    let keys = [
      "schema", "weights", "activations", "granularity", "calibrator", "accumulator", "layers",
    ]
    if let map = root.mapping(keys: keys, &problems) {
      _ = map.required("schema", example: "schema: \(schema)", &problems)?
        .integer(in: schema...schema, example: schema, &problems)
      if let node = map["weights"], let format = node.format(&problems, isForWeights: true) {
        scheme.weights = format
      }
      if let node = map["activations"], let format = node.format(&problems) {
        scheme.activations = format
      }
      if let node = map["granularity"], let choice = node.choice(of: Granularity.self, &problems) {
        scheme.granularity = choice
      }
      if let node = map["calibrator"], let choice = node.choice(of: Calibrator.self, &problems) {
        scheme.calibrator = choice
      }
      scheme.accumulator = map["accumulator"]?.accumulator(&problems)
      if let node = map["layers"] {
        if case .mapping(let entries) = node.content {
          for entry in entries {
            if let layer = entry.value.layerScheme(&problems) { scheme.layers[entry.key] = layer }
          }
        } else {
          node.reportWrongType("layers by name", example: "conv1: {weights: int4}", &problems)
        }
      }
    }
    try problems.check()
    return scheme
  }

  /// The text of a scheme; reading it back gives the same scheme.
  ///
  /// - Parameters:
  ///   - order: the layers in the order of the network; others follow by name.
  public static func text(_ scheme: QuantizationScheme, order: [String]) -> String {
    var lines = [
      "# Quantization scheme of Widthwise; use it with --scheme.",
      "# output: real = scale * (code - zeroPoint); weightScales: one, or one for each channel.",
      "schema: \(schema)",
      "weights: \(scheme.weights)",
      "activations: \(scheme.activations)",
      "granularity: \(scheme.granularity.rawValue)",
      "calibrator: \(scheme.calibrator.rawValue)",
    ]
    if let accumulator = scheme.accumulator { lines.append("accumulator: \(accumulator)") }
    let known = order.filter { scheme.layers[$0] != nil }
    let others = scheme.layers.keys.filter { !order.contains($0) }.sorted()
    if !scheme.layers.isEmpty { lines.append("layers:") }
    for name in known + others {
      guard let layer = scheme.layers[name] else { continue }
      lines.append("  \(quoted(name)):\(layer == LayerScheme() ? " {}" : "")")
      if let weights = layer.weights { lines.append("    weights: \(weights)") }
      if let activations = layer.activations { lines.append("    activations: \(activations)") }
      if let granularity = layer.granularity {
        lines.append("    granularity: \(granularity.rawValue)")
      }
      if let calibrator = layer.calibrator {
        lines.append("    calibrator: \(calibrator.rawValue)")
      }
      if let accumulator = layer.accumulator { lines.append("    accumulator: \(accumulator)") }
      if let output = layer.output {
        lines.append(
          "    output: {format: \(output.format), scale: \(output.scale), "
            + "zeroPoint: \(output.zeroPoint)\(centroids(output))}")
      }
      if let scales = layer.weightScales {
        let numbers = Set(scales).count == 1 ? Array(scales.prefix(1)) : scales
        lines.append("    weightScales: [\(numbers.map { "\($0)" }.joined(separator: ", "))]")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The centroids of a codebook format.
  private static func centroids(_ output: ActivationQuantization) -> String {
    guard let codebook = output.codebook else { return "" }
    return ", centroids: [\(codebook.centroids.map { "\($0)" }.joined(separator: ", "))]"
  }

  /// A name as a YAML string, safe for any character.
  private static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
