internal import Arithmetic
internal import Networks
internal import Tensors

/// Biases in the units of accumulators, and what calibration tells about them.
extension Quantizer {
  /// Real biases in units of `inputScale * weightScale`, half to even, clipped to a limit.
  static func integers(
    _ bias: [Double], _ input: ActivationQuantization, _ scales: [Double], limit: Double
  ) -> [Int] {
    zip(bias, scales).map { value, scale in
      let steps = (value / (input.integerScale * scale)).rounded(.toNearestOrEven)
      return Int(min(max(steps, -limit), limit))
    }
  }

  /// The bias less the mean error that the codes of the weights cause.
  func correctedBias(
    _ layer: ProductLayer, _ linear: QuantizedLinear, _ means: [Double]
  ) -> [Double] {
    let depth = max(layer.layout.depth, 1)
    let decoded = linear.storedWeights.enumerated().map { index, code in
      Float(Double(code) * linear.weightScales[index / depth])
    }
    let errors = BiasCorrection.outputErrors(
      weights: layer.weights ?? [], decoded: decoded, inputMeans: means, layout: layer.layout)
    return errors.enumerated().map { Double(layer.bias?[$0] ?? 0) - $1 }
  }

  /// The mean of each input channel: the scheme's, or observed.
  func inputMeans(_ index: Int, _ layer: ProductLayer) throws(QuantizationError) -> [Double] {
    let value = network.network.layers[index].inputs.first ?? 0
    let observed = channelMeans.indices.contains(value) ? channelMeans[value] : []
    let means = scheme.layers[layer.name]?.inputMeans ?? observed
    guard !means.isEmpty else {
      throw QuantizationError(layer: layer.name, reason: .notObserved("the means of its inputs"))
    }
    guard means.count == layer.layout.inputs else {
      throw QuantizationError(
        layer: layer.name,
        reason: .inputMeanCount(given: means.count, channels: layer.layout.inputs))
    }
    return means
  }

  /// The windows that accumulator-aware rounding looks at; nil for other adjustments.
  func patches(_ index: Int, _ layer: ProductLayer) throws(QuantizationError) -> WindowPatches? {
    guard scheme.weightAdjustment(of: layer.name) == .accumulatorAware else { return nil }
    guard patches.indices.contains(index), let patches = patches[index] else {
      throw QuantizationError(layer: layer.name, reason: .notObserved("samples of its inputs"))
    }
    return patches
  }

  /// What the accumulator of a layer leaves to its weights; nil where they are not adjusted to it.
  func budget(
    _ layer: ProductLayer, _ input: ActivationQuantization, _ format: NumberFormat
  ) throws(QuantizationError) -> LayerBudget? {
    let adjustment = scheme.weightAdjustment(of: layer.name)
    guard adjustment != .unchanged else { return nil }
    guard let accumulator = scheme.accumulator(of: layer.name), accumulator.float == nil else {
      throw QuantizationError(
        layer: layer.name, reason: .adjustmentWithoutAccumulator(adjustment.rawValue))
    }
    // Sums of the engine never need more.
    guard accumulator.bits <= 62, input.integerRange.count > 1 else { return nil }
    return LayerBudget(layer: layer, input: input, format: format, accumulator: accumulator)
  }
}
