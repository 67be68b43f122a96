public import Arithmetic
public import Networks

/// What a scheme says of one layer; what it does not say comes from the scheme's defaults.
public struct LayerScheme: Hashable, Sendable {
  /// The format of the weights.
  public var weights: NumberFormat?
  /// The format of the output activations.
  public var activations: NumberFormat?
  /// One scale for the tensor or one for each channel.
  public var granularity: Granularity?
  /// How the range of the output is chosen.
  public var calibrator: Calibrator?
  /// How the range of the weights is chosen.
  public var weightCalibrator: Calibrator?
  /// How the centroids of weights in a codebook are found.
  public var codebook: CodebookFit?
  /// Whether the bias takes back the mean error of quantized weights.
  public var biasCorrection: Bool?
  /// How weights are made to fit the accumulator.
  public var weightAdjustment: WeightAdjustment?
  /// The accumulator.
  public var accumulator: Accumulator?
  /// The scale and zero point of the output, once calibrated.
  public var output: ActivationQuantization?
  /// The scale of each channel's weights, or the only one, once calibrated.
  public var weightScales: [Double]?
  /// The real value of one step of an LSTM's 16-bit cell, a power of two, once calibrated.
  public var cellScale: Double?
  /// The mean of each input channel over the calibration samples, where the bias needs it, once calibrated.
  public var inputMeans: [Double]?

  /// Nothing said.
  public init() {}

  /// Whether the output has its scale, for the format that is asked for.
  var hasOutput: Bool {
    guard let output else { return false }
    return activations == nil || activations == output.format
  }
}

/// How a network is quantized: defaults, and what single layers have instead.
///
/// The network's input is the layer named `input`.
public struct QuantizationScheme: Hashable, Sendable {
  /// The name under which the input's quantization stands among the layers.
  public static let inputName = "input"

  /// The format of weights.
  public var weights: NumberFormat
  /// The format of activations.
  public var activations: NumberFormat
  /// One scale for each tensor or each channel of weights.
  public var granularity: Granularity
  /// How ranges are chosen: those of activations, and of weights unless `weightCalibrator` says another way.
  public var calibrator: Calibrator
  /// How ranges of weights are chosen; nil for `mse` where `calibrator` is that, and all of them if not.
  public var weightCalibrator: Calibrator?
  /// How the centroids of weights in a codebook are found.
  public var codebook = CodebookFit.kmeans
  /// Whether biases take back the mean error of quantized weights.
  public var biasCorrection = false
  /// Whether the channels between layers are scaled for equal ranges in the weights of both, before all else.
  public var equalization = false
  /// How weights are made to fit the accumulator.
  public var weightAdjustment = WeightAdjustment.unchanged
  /// The accumulator of every layer, when the scheme says one.
  public var accumulator: Accumulator?
  /// What single layers have instead.
  public var layers: [String: LayerScheme]

  /// The default scheme: int8 weights per channel, uint8 activations, min-max.
  public init(
    weights: NumberFormat = .affine(IntegerFormat(bits: 8, isSigned: true)),
    activations: NumberFormat = .affine(IntegerFormat(bits: 8, isSigned: false)),
    granularity: Granularity = .channel, calibrator: Calibrator = .minmax,
    accumulator: Accumulator? = nil, layers: [String: LayerScheme] = [:]
  ) {
    self.weights = weights
    self.activations = activations
    self.granularity = granularity
    self.calibrator = calibrator
    self.accumulator = accumulator
    self.layers = layers
  }

  /// Whether every layer of a network has its scales and means, so that no calibration is needed.
  ///
  /// Accumulator-aware rounding looks at samples each time.
  public func isCalibrated(for network: Network) -> Bool {
    layers[Self.inputName]?.hasOutput == true
      && network.layers.allSatisfy { layer in
        let own = layers[layer.name]
        if case .lstm = layer.operation, own?.cellScale == nil { return false }
        return own?.hasOutput == true
      }
      && network.layers.allSatisfy { layer in
        guard layer.hasProducts else { return true }
        return weightAdjustment(of: layer.name) != .accumulatorAware
          && (layers[layer.name]?.inputMeans != nil || !needsInputMeans(of: layer.name))
      }
  }

  /// Which weights of a layer share a scale.
  public func granularity(of layer: String) -> Granularity {
    layers[layer]?.granularity ?? granularity
  }

  /// The accumulators that layers have instead of the arithmetic's.
  public var accumulators: [String: Accumulator] { layers.compactMapValues(\.accumulator) }
}
