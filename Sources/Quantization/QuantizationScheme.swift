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
  /// The accumulator.
  public var accumulator: Accumulator?
  /// The scale and zero point of the output, once calibrated.
  public var output: ActivationQuantization?
  /// The scale of each channel's weights, or the only one, once calibrated.
  public var weightScales: [Double]?
  /// The real value of one step of an LSTM's 16-bit cell, a power of two, once calibrated.
  public var cellScale: Double?

  /// Nothing said.
  public init() {}
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
  /// How ranges are chosen.
  public var calibrator: Calibrator
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

  /// Whether every layer of a network has its scales, so that no calibration is needed.
  public func isCalibrated(for network: Network) -> Bool {
    layers[Self.inputName]?.output != nil
      && network.layers.allSatisfy { layer in
        let own = layers[layer.name]
        if case .lstm = layer.operation, own?.cellScale == nil { return false }
        return own?.output != nil
      }
  }

  /// Which weights of a layer share a scale.
  public func granularity(of layer: String) -> Granularity {
    layers[layer]?.granularity ?? granularity
  }

  /// The accumulators that layers have instead of the arithmetic's.
  public var accumulators: [String: Accumulator] { layers.compactMapValues(\.accumulator) }
}
