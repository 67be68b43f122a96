public import Arithmetic

/// A choice for every layer takes away what single layers say of it, and the scales that depended on it.
extension QuantizationScheme {
  /// Puts one weight format in every layer.
  public mutating func replaceWeights(with format: NumberFormat) {
    weights = format
    for name in layers.keys {
      layers[name]?.weights = nil
      layers[name]?.weightScales = nil
    }
  }

  /// Puts one activation format in every layer.
  public mutating func replaceActivations(with format: NumberFormat) {
    activations = format
    for name in layers.keys {
      layers[name]?.activations = nil
      layers[name]?.output = nil
    }
  }

  /// Chooses every range anew.
  public mutating func replaceCalibrator(with choice: Calibrator) {
    calibrator = choice
    for name in layers.keys {
      layers[name]?.calibrator = nil
      layers[name]?.output = nil
      layers[name]?.weightScales = nil
      layers[name]?.cellScale = nil
    }
  }

  /// Chooses every weight scale anew.
  public mutating func replaceGranularity(with choice: Granularity) {
    granularity = choice
    for name in layers.keys {
      layers[name]?.granularity = nil
      layers[name]?.weightScales = nil
    }
  }

  /// Chooses every range of weights anew.
  public mutating func replaceWeightCalibrator(with choice: Calibrator) {
    weightCalibrator = choice
    for name in layers.keys {
      layers[name]?.weightCalibrator = nil
      layers[name]?.weightScales = nil
    }
  }

  /// Finds every codebook in one way.
  public mutating func replaceCodebook(with choice: CodebookFit) {
    codebook = choice
    for name in layers.keys { layers[name]?.codebook = nil }
  }

  /// Corrects the biases of all layers, or of none.
  public mutating func replaceBiasCorrection(with choice: Bool) {
    biasCorrection = choice
    for name in layers.keys { layers[name]?.biasCorrection = nil }
  }

  /// Makes the weights of every layer fit in one way.
  public mutating func replaceWeightAdjustment(with choice: WeightAdjustment) {
    weightAdjustment = choice
    for name in layers.keys {
      layers[name]?.weightAdjustment = nil
      layers[name]?.weightScales = nil
    }
  }

  /// Equalizes the channels between layers, or does not: another float network, so that all scales and
  /// means are found anew where that changes.
  public mutating func replaceEqualization(with choice: Bool) {
    guard choice != equalization else { return }
    equalization = choice
    for name in layers.keys {
      layers[name]?.output = nil
      layers[name]?.weightScales = nil
      layers[name]?.inputMeans = nil
    }
  }

  /// Puts one accumulator in every layer; weights that are adjusted to it are scaled anew.
  public mutating func replaceAccumulator(with choice: Accumulator) {
    accumulator = choice
    for name in layers.keys {
      if weightAdjustment(of: name) != .unchanged { layers[name]?.weightScales = nil }
      layers[name]?.accumulator = nil
    }
  }
}
