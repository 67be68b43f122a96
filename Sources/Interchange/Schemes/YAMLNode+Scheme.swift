internal import Arithmetic
internal import Networks
internal import Quantization

extension YAMLNode {
  /// A number format of activations such as `int8` or `fixed8`, or of weights such as `kmeans4` too, or nil
  /// (reported).
  func format(_ problems: inout YAMLProblems, isForWeights: Bool = false) -> NumberFormat? {
    guard let text = text(example: "int8", &problems) else { return nil }
    do throws(NumberFormat.SpellingError) {
      let format = try NumberFormat(spelling: text)
      if format.isQuantizable || (isForWeights && format.isForWeights) { return format }
      problems.add(
        place, "no network is quantized to \(format)",
        "write e.g. int8, uint4, fixed8, fp8-e4m3 or kmeans4")
    } catch {
      problems.add(place, error.rule, error.remedy)
    }
    return nil
  }

  /// An accumulator such as `16:saturate`, or nil (reported).
  func accumulator(_ problems: inout YAMLProblems) -> Accumulator? {
    guard let text = text(example: "16:saturate", &problems) else { return nil }
    do throws(Accumulator.SpellingError) {
      return try Accumulator(spelling: text)
    } catch {
      switch error {
      case .form:
        problems.add(
          place, "\"\(text)\" is not an accumulator",
          "write e.g. 16:saturate, 32:wrap, fp16 or unlimited")
      case .width(let bits):
        problems.add(
          place, "an accumulator has 2 to 64 bits, not \(bits)", "write e.g. 16:saturate")
      }
      return nil
    }
  }

  /// What a scheme says of one layer, or nil (reported).
  func layerScheme(_ problems: inout YAMLProblems) -> LayerScheme? {
    var layer = LayerScheme()
    if case .empty = content { return layer }
    let keys = [
      "weights", "activations", "granularity", "calibrator", "weightCalibrator", "codebook",
      "biasCorrection", "weightAdjustment", "accumulator", "output", "weightScales", "inputMeans",
      "cellScale",
    ]
    guard let map = mapping(keys: keys, &problems) else { return nil }
    layer.weights = map["weights"]?.format(&problems, isForWeights: true)
    layer.activations = map["activations"]?.format(&problems)
    layer.granularity = map["granularity"]?.choice(of: Granularity.self, &problems)
    layer.calibrator = map["calibrator"]?.choice(of: Calibrator.self, &problems)
    layer.weightCalibrator = map["weightCalibrator"]?.choice(of: Calibrator.self, &problems)
    layer.codebook = map["codebook"]?.choice(of: CodebookFit.self, &problems)
    layer.biasCorrection = map["biasCorrection"]?.flag(&problems)
    layer.weightAdjustment = map["weightAdjustment"]?.choice(of: WeightAdjustment.self, &problems)
    layer.inputMeans = map["inputMeans"]?.means(&problems)
    layer.accumulator = map["accumulator"]?.accumulator(&problems)
    layer.output = map["output"]?.activationQuantization(&problems)
    layer.cellScale = map["cellScale"]?.scale(&problems)
    if let node = map["weightScales"],
      let nodes = node.sequence(example: "[0.01, 0.02]", &problems)
    {
      layer.weightScales = nodes.compactMap { $0.scale(&problems) }
      if nodes.isEmpty {
        problems.add(node.place, "the list is empty", "write one scale, or one for each channel")
      }
    }
    return layer
  }

  /// `{format: uint8, scale: 0.05, zeroPoint: 128}`, or nil (reported).
  private func activationQuantization(_ problems: inout YAMLProblems) -> ActivationQuantization? {
    let keys = ["format", "scale", "zeroPoint", "centroids"]
    guard let map = mapping(keys: keys, &problems) else { return nil }
    let format = map.required("format", example: "format: uint8", &problems)?.format(&problems)
    let scaleNode = map.required("scale", example: "scale: 0.05", &problems)
    let scale = scaleNode?.scale(&problems)
    let zeroPoint = map.required("zeroPoint", example: "zeroPoint: 128", &problems)
    guard let format, let zeroPoint else { return nil }
    if case .codebook(let table) = format {
      return scale.flatMap { codebook(map, table, scale: $0, zeroPoint, &problems) }
    }
    if let node = map["centroids"] {
      problems.add(
        node.place, "\(format) has no centroids", "remove them, or use a format such as kmeans4")
      return nil
    }
    let codes = format.ranks()
    let zero = zeroPoint.integer(in: codes, example: 0, &problems)
    guard let zero, let scaleNode, let scale else { return nil }
    if case .affine = format {
      return ActivationQuantization(format: format, scale: scale, zeroPoint: zero)
    }
    if format.sharedScale != .real, scale.significand != 1 {
      problems.add(
        scaleNode.place, "the scale of \(format) must be a power of two, not \(scale)",
        "write e.g. 0.0078125, or a format such as uint8")
    }
    if zero != 0 {
      problems.add(
        zeroPoint.place, "the zero point of \(format) must be 0, not \(zero)",
        "write 0, or a format such as uint8")
    }
    let own = format.ownScale
    if let own, scale != own {
      problems.add(
        scaleNode.place, "the scale of \(format) is \(own), not \(scale)", "write \(own)")
    }
    return ActivationQuantization(format: format, scale: scale, zeroPoint: zero)
  }

  /// The means of input channels, or nil (reported).
  private func means(_ problems: inout YAMLProblems) -> [Double]? {
    guard let nodes = sequence(example: "[0.5, 0]", &problems) else { return nil }
    if nodes.isEmpty {
      problems.add(place, "the list is empty", "write one for each input channel")
    }
    return nodes.compactMap { node in
      guard let mean = node.number(example: "0.5", &problems) else { return nil }
      if abs(mean) <= 1e30 { return mean }
      problems.add(
        node.place, "a mean must lie between -1e30 and 1e30, not \(mean)", "write e.g. 0.5")
      return nil
    }
  }

  /// The quantization to centroids `real = scale * centroid`, or nil (reported).
  private func codebook(
    _ map: YAMLMapping, _ format: CodebookFormat, scale: Double, _ zeroPoint: YAMLNode,
    _ problems: inout YAMLProblems
  ) -> ActivationQuantization? {
    guard
      let node = map.required("centroids", example: "centroids: [-12, 0, 7, 90]", &problems),
      let nodes = node.sequence(example: "[-12, 0, 7, 90]", &problems)
    else { return nil }
    let range = format.centroid.lowest...format.centroid.highest
    let centroids = nodes.compactMap { $0.integer(in: range, example: 7, &problems) }
    guard centroids.count == nodes.count else { return nil }
    let integers = centroids.map { Int32($0) }
    guard Codebook.isTable(integers, format), scale.significand == 1 else {
      problems.add(
        node.place,
        "the centroids of \(NumberFormat.codebook(format)) are 1 to \(format.entries) rising integers "
          + "of a scale that is a power of two", "write e.g. centroids: [-12, 0, 7, 90]")
      return nil
    }
    let result = ActivationQuantization(
      codebook: Codebook(format: format, centroids: integers, exponent: Int(scale.exponent)))
    let zero = result.zeroPoint
    return zeroPoint.integer(in: zero...zero, example: zero, &problems).map { _ in result }
  }

  /// A scale that arithmetic can work with, or nil (reported).
  private func scale(_ problems: inout YAMLProblems) -> Double? {
    guard let scale = number(example: "0.05", &problems) else { return nil }
    guard (1e-30...1e30).contains(scale) else {
      problems.add(
        place, "a scale must lie between 1e-30 and 1e30, not \(scale)", "write e.g. 0.05")
      return nil
    }
    return scale
  }
}

extension NumberFormat {
  /// The only scale that activations of the format have; nil where calibration chooses it.
  fileprivate var ownScale: Double? {
    switch self {
    case .fixedPoint(_, let fraction?): Double(sign: .plus, exponent: -fraction, significand: 1)
    case .minifloat(let format): format.bits > 8 ? 1 : nil
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .powerOfTwo, .codebook, .bipolar,
      .ternary, .float32:
      nil
    }
  }
}
