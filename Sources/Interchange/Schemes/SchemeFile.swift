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
      "schema", "weights", "activations", "granularity", "calibrator", "weightCalibrator",
      "codebook", "biasCorrection", "equalization", "weightAdjustment", "accumulator", "layers",
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
      read(map, into: &scheme, &problems)
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

  /// What a scheme says of weights beside their format.
  private static func read(
    _ map: YAMLMapping, into scheme: inout QuantizationScheme, _ problems: inout YAMLProblems
  ) {
    scheme.weightCalibrator = map["weightCalibrator"]?.choice(of: Calibrator.self, &problems)
    if let choice = map["codebook"]?.choice(of: CodebookFit.self, &problems) {
      scheme.codebook = choice
    }
    if let flag = map["biasCorrection"]?.flag(&problems) { scheme.biasCorrection = flag }
    if let flag = map["equalization"]?.flag(&problems) { scheme.equalization = flag }
    if let choice = map["weightAdjustment"]?.choice(of: WeightAdjustment.self, &problems) {
      scheme.weightAdjustment = choice
    }
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
    lines += weightLines(scheme)
    if let accumulator = scheme.accumulator { lines.append("accumulator: \(accumulator)") }
    let known = order.filter { scheme.layers[$0] != nil }
    let others = scheme.layers.keys.filter { !order.contains($0) }.sorted()
    if !scheme.layers.isEmpty { lines.append("layers:") }
    for name in known + others {
      guard let layer = scheme.layers[name] else { continue }
      lines.append("  \(quoted(name)):\(layer == LayerScheme() ? " {}" : "")")
      lines += entries(layer).map { "    \($0.key): \($0.value)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// What a scheme says of weights beside their format, where that is not the default.
  private static func weightLines(_ scheme: QuantizationScheme) -> [String] {
    var lines: [String] = []
    if let choice = scheme.weightCalibrator { lines.append("weightCalibrator: \(choice.rawValue)") }
    if scheme.codebook != .kmeans { lines.append("codebook: \(scheme.codebook.rawValue)") }
    if scheme.biasCorrection { lines.append("biasCorrection: true") }
    if scheme.equalization { lines.append("equalization: true") }
    if scheme.weightAdjustment != .unchanged {
      lines.append("weightAdjustment: \(scheme.weightAdjustment.rawValue)")
    }
    return lines
  }

  /// What a layer says, as keys and YAML values.
  private static func entries(_ layer: LayerScheme) -> [(key: String, value: String)] {
    func list(_ numbers: [Double]) -> String {
      "[\(numbers.map { "\($0)" }.joined(separator: ", "))]"
    }
    let entries: [(key: String, value: String?)] = [
      ("weights", layer.weights?.description), ("activations", layer.activations?.description),
      ("granularity", layer.granularity?.rawValue), ("calibrator", layer.calibrator?.rawValue),
      ("weightCalibrator", layer.weightCalibrator?.rawValue),
      ("codebook", layer.codebook?.rawValue),
      ("biasCorrection", layer.biasCorrection.map { "\($0)" }),
      ("weightAdjustment", layer.weightAdjustment?.rawValue),
      ("accumulator", layer.accumulator?.description),
      (
        "output",
        layer.output.map {
          "{format: \($0.format), scale: \($0.scale), zeroPoint: \($0.zeroPoint)\(centroids($0))}"
        }
      ),
      (
        "weightScales",
        layer.weightScales.map { list(Set($0).count == 1 ? Array($0.prefix(1)) : $0) }
      ),
      ("inputMeans", layer.inputMeans.map(list)),
      ("cellScale", layer.cellScale.map { "\($0)" }),
    ]
    return entries.compactMap { entry in entry.value.map { (entry.key, $0) } }
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
