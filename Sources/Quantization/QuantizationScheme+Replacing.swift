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
}
