internal import Arithmetic
internal import Networks
internal import Tensors

/// Layers of products: weights centred, quantized, adjusted to the accumulator, and the bias corrected.
extension Quantizer {
  /// The integer form of a layer of products.
  func linear(
    _ index: Int, _ product: ProductLayer, _ input: ActivationQuantization
  ) throws(QuantizationError) -> QuantizedLinear {
    let name = product.name
    let format = scheme.layers[name]?.weights ?? scheme.weights
    let granularity = scheme.granularity(of: name)
    guard format.isForWeights else {
      throw QuantizationError(layer: name, reason: .weightFormat(format.description))
    }
    guard product.weights != nil else {
      throw QuantizationError(layer: name, reason: .noWeights)
    }
    let adjustment = scheme.weightAdjustment(of: name)
    let means = scheme.needsInputMeans(of: name) ? try inputMeans(index, product) : []
    guard Self.encodes(format, granularity) else {
      return try integerLinear(
        index, try centred(product, input, format, means), input, format: format, means: means)
    }
    guard adjustment == .unchanged else {
      throw QuantizationError(
        layer: name, reason: .adjustedFormat(adjustment.rawValue, "\(format)"))
    }
    var linear = try encodedLinear(product, input, format: format, granularity: granularity)
    if scheme.correctsBias(of: name) {
      let reals = correctedBias(product, linear, means)
      linear.bias = Self.integers(reals, input, linear.weightScales, limit: Double(1 << 60))
    }
    return linear
  }

  /// The layer with the channels centred that do not fit their accumulator, where the scheme says so.
  private func centred(
    _ layer: ProductLayer, _ input: ActivationQuantization, _ format: NumberFormat,
    _ means: [Double]
  ) throws(QuantizationError) -> ProductLayer {
    guard scheme.weightAdjustment(of: layer.name) == .zeroCentred,
      let budget = try budget(layer, input, format)
    else { return layer }
    let channels = budget.overflowing(scales: unadjustedScales(layer, input, format))
    return layer.zeroCentred(inputMeans: means, channels: channels)
  }

  /// The scale of each channel whatever the accumulator is.
  private func unadjustedScales(
    _ layer: ProductLayer, _ input: ActivationQuantization, _ format: NumberFormat
  ) -> [Double] {
    var scales = weightScales(layer, format: format)
    Self.widen(&scales, forBias: layer.bias, reach: input.biasReach, format: format)
    return scales
  }

  /// The layer with integers and a real scale for each channel or the tensor.
  private func integerLinear(
    _ index: Int, _ layer: ProductLayer, _ input: ActivationQuantization, format: NumberFormat,
    means: [Double]
  ) throws(QuantizationError) -> QuantizedLinear {
    let budget = try budget(layer, input, format)
    let own = scheme.layers[layer.name]
    var scales: [Double]
    if let given = own?.weightScales, own?.weights == nil || own?.weights == format {
      guard given.count == layer.layout.outputs || given.count == 1 else {
        throw QuantizationError(
          layer: layer.name,
          reason: .weightScaleCount(given: given.count, channels: layer.layout.outputs))
      }
      scales = given.count == 1 ? Array(repeating: given[0], count: layer.layout.outputs) : given
    } else {
      scales = unadjustedScales(layer, input, format)
      if let budget {
        scales = budget.scales(
          from: scales, areShared: scheme.granularity(of: layer.name) == .tensor)
      }
    }
    let codes: [Int32]
    if let budget {
      codes = try budget.codes(scales: scales, patches: try patches(index, layer))
    } else {
      codes = Self.nearest(layer, scales: scales, largest: format.integer.highest)
    }
    let wide = input.format.hasRanks ? 0x1p58 : 1e12
    let limit = input.format.integer.bits <= 8 ? Double(Int32.max) : wide
    var linear = QuantizedLinear(
      inputChannels: layer.layout.inputs, outputChannels: layer.layout.outputs,
      groups: layer.layout.groups, window: layer.window, weightFormat: format,
      weights: Tensor(shape: layer.weightShape, elements: codes), weightScales: scales,
      bias: layer.bias.map { Self.integers($0.map(Double.init), input, scales, limit: limit) })
    if scheme.correctsBias(of: layer.name) {
      let bias = Self.integers(correctedBias(layer, linear, means), input, scales, limit: limit)
      linear.bias = budget?.fitting(bias, codes) ?? bias
    }
    return linear
  }

  /// Codes of weights, each to the nearest.
  private static func nearest(_ layer: ProductLayer, scales: [Double], largest: Int) -> [Int32] {
    let weights = layer.weights ?? []
    let highest = Double(largest)
    var codes = [Int32](repeating: 0, count: weights.count)
    for channel in 0..<layer.layout.outputs {
      for index in layer.range(of: channel) {
        let steps = (Double(weights[index]) / scales[channel]).rounded(.toNearestOrEven)
        codes[index] = Int32(min(max(steps, -highest), highest))
      }
    }
    return codes
  }

  /// The scale of each channel from the weights alone.
  private func weightScales(_ layer: ProductLayer, format: NumberFormat) -> [Double] {
    let calibrator = scheme.weightCalibrator(of: layer.name)
    let weights = layer.weights ?? []
    switch scheme.granularity(of: layer.name) {
    case .tensor:
      let scale = QuantizerRules.weightScale(weights[...], format: format, calibrator: calibrator)
      return [Double](repeating: scale > 0 ? scale : 1, count: layer.layout.outputs)
    case .channel, .group:
      let scales = (0..<layer.layout.outputs).map {
        QuantizerRules.weightScale(
          weights[layer.range(of: $0)], format: format, calibrator: calibrator)
      }
      // A channel of zeros has no scale of its own; any will do.
      let largest = scales.max() ?? 0
      return scales.map { $0 > 0 ? $0 : (largest > 0 ? largest : 1) }
    }
  }

  /// Widens scales so small that the bias would not fit 31 bits, or what wider inputs leave room for.
  private static func widen(
    _ scales: inout [Double], forBias bias: [Float]?, reach: Double, format: NumberFormat
  ) {
    guard let bias else { return }
    for (channel, value) in bias.enumerated() {
      let least = abs(Double(value)) / reach
      guard scales[channel] < least else { continue }
      scales[channel] =
        if case .fixedPoint = format {
          QuantizerRules.powerOfTwo(atLeast: least)
        } else {
          QuantizerRules.stored(least * (1 + 1e-6))
        }
    }
  }
}
