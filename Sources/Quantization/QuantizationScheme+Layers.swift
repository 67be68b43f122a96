public import Arithmetic
internal import Networks

/// What holds of one layer: its own, or the scheme's.
extension QuantizationScheme {
  /// How the range of a layer's weights is chosen.
  ///
  /// The layer's `weightCalibrator`, then the scheme's; without either, `mse` where the calibrator of the
  /// layer is that, and the largest magnitude if not.
  public func weightCalibrator(of layer: String) -> Calibrator {
    if let given = layers[layer]?.weightCalibrator ?? weightCalibrator { return given }
    return layers[layer]?.calibrator ?? calibrator == .mse ? .mse : .minmax
  }

  /// How the centroids of a layer's codebook are found.
  public func codebook(of layer: String) -> CodebookFit { layers[layer]?.codebook ?? codebook }

  /// Whether the bias of a layer takes back the mean error of its weights.
  public func correctsBias(of layer: String) -> Bool {
    layers[layer]?.biasCorrection ?? biasCorrection
  }

  /// How the weights of a layer are made to fit its accumulator.
  public func weightAdjustment(of layer: String) -> WeightAdjustment {
    layers[layer]?.weightAdjustment ?? weightAdjustment
  }

  /// The accumulator of a layer, when the scheme says one.
  public func accumulator(of layer: String) -> Accumulator? {
    layers[layer]?.accumulator ?? accumulator
  }

  /// Whether the weights of any layer are made to fit its accumulator.
  public var adjustsWeights: Bool {
    weightAdjustment != .unchanged
      || layers.keys.contains { weightAdjustment(of: $0) != .unchanged }
  }

  /// Whether the bias of a layer depends on the means of its inputs.
  public func needsInputMeans(of layer: String) -> Bool {
    correctsBias(of: layer) || weightAdjustment(of: layer) == .zeroCentred
  }

  /// What calibration has to observe beside ranges.
  public var calibrationDetail: CalibrationDetail {
    var detail: CalibrationDetail = []
    let own = layers.keys.sorted()
    if biasCorrection || weightAdjustment == .zeroCentred || own.contains(where: needsInputMeans) {
      detail.insert(.channelMeans)
    }
    if weightAdjustment == .accumulatorAware
      || own.contains(where: { weightAdjustment(of: $0) == .accumulatorAware })
    {
      detail.insert(.patches)
    }
    if needsDistribution(nil) || layers.values.contains(where: needsDistribution) {
      detail.insert(.distributions)
    }
    return detail
  }

  /// Whether the values of a layer, or those that the defaults hold for, need more than their range.
  private func needsDistribution(_ layer: LayerScheme?) -> Bool {
    if layer?.hasOutput == true { return false }
    let format = layer?.activations ?? activations
    return (layer?.calibrator ?? calibrator) != .minmax || format.isUneven || format == .ternary
  }
}

extension Layer {
  /// Whether the layer is made of products with weights that a scheme gives a format.
  var hasProducts: Bool {
    switch operation {
    case .convolution, .fullyConnected, .channelAffine: true
    case .pool, .binary, .activation, .concatenation, .pad, .reshape, .transpose, .softmax,
      .matrixProduct, .constant, .slice, .lstm:
      false
    }
  }
}
