internal import Networks
public import Quantization
public import Simulation

/// A point of a search: what single layers have instead of what a baseline gives them.
///
/// A layer says only what changes; the rest stays the baseline's. The network's input is the layer named
/// `input`. Two candidates that say the same are equal, so that a search knows one that it has seen.
public struct Candidate: Hashable, Sendable {
  /// What the layers have instead, by their names.
  public var layers: [String: LayerScheme]

  /// A candidate; without layers it is the baseline.
  public init(layers: [String: LayerScheme] = [:]) { self.layers = layers }

  /// The scheme of a baseline with the changes put in.
  ///
  /// Scales that were found for another format, granularity or calibrator are left out, so that they are
  /// found anew. The result can be written and run as it is.
  public func scheme(over baseline: QuantizationScheme) -> QuantizationScheme {
    var scheme = baseline
    for (name, change) in layers {
      scheme.layers[name] = (baseline.layers[name] ?? LayerScheme()).changed(
        by: change, in: baseline)
    }
    return scheme
  }

  /// The run of a baseline with the changes put in.
  public func options(over baseline: SimulationOptions) -> SimulationOptions {
    var options = baseline
    options.scheme = scheme(over: baseline.scheme)
    return options
  }
}

extension LayerScheme {
  /// Takes what another says, and keeps the rest.
  mutating func take(_ other: LayerScheme) {
    weights = other.weights ?? weights
    activations = other.activations ?? activations
    granularity = other.granularity ?? granularity
    calibrator = other.calibrator ?? calibrator
    weightCalibrator = other.weightCalibrator ?? weightCalibrator
    codebook = other.codebook ?? codebook
    biasCorrection = other.biasCorrection ?? biasCorrection
    weightAdjustment = other.weightAdjustment ?? weightAdjustment
    inputMeans = other.inputMeans ?? inputMeans
    cellScale = other.cellScale ?? cellScale
    accumulator = other.accumulator ?? accumulator
    output = other.output ?? output
    weightScales = other.weightScales ?? weightScales
    cellScale = other.cellScale ?? cellScale
  }

  /// What a layer has after a change.
  fileprivate func changed(
    by change: LayerScheme, in scheme: QuantizationScheme
  ) -> LayerScheme {
    var result = self
    if let format = change.weights, format != weights ?? scheme.weights {
      result.weights = format
      result.weightScales = nil
    }
    if let format = change.activations,
      format != activations ?? output?.format ?? scheme.activations
    {
      result.activations = format
      result.output = nil
    }
    if let choice = change.granularity, choice != granularity ?? scheme.granularity {
      result.granularity = choice
      result.weightScales = nil
    }
    if let choice = change.calibrator, choice != calibrator ?? scheme.calibrator {
      result.calibrator = choice
      result.output = nil
      result.weightScales = nil
      result.cellScale = nil
    }
    if let choice = change.weightCalibrator, choice != weightCalibrator ?? scheme.weightCalibrator {
      result.weightCalibrator = choice
      result.weightScales = nil
    }
    if let choice = change.weightAdjustment, choice != weightAdjustment ?? scheme.weightAdjustment {
      result.weightAdjustment = choice
      result.weightScales = nil
    }
    result.codebook = change.codebook ?? codebook
    result.biasCorrection = change.biasCorrection ?? biasCorrection
    result.inputMeans = change.inputMeans ?? inputMeans
    result.accumulator = change.accumulator ?? accumulator
    // Scales of adjusted weights are those of one accumulator.
    if result.weightAdjustment ?? scheme.weightAdjustment != .unchanged,
      result.accumulator != accumulator ?? scheme.accumulator
    {
      result.weightScales = nil
    }
    result.output = change.output ?? result.output
    result.weightScales = change.weightScales ?? result.weightScales
    result.cellScale = change.cellScale ?? result.cellScale
    return result
  }
}
