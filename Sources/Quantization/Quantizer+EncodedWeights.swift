public import Arithmetic
internal import Networks
internal import Tensors

/// Weights in formats that are not integers with a real scale: encoded, and decoded to what is multiplied.
extension Quantizer {
  /// Whether weights are encoded, rather than being integers with a real scale a channel or tensor.
  static func encodes(_ format: NumberFormat, _ granularity: Granularity) -> Bool {
    switch (format, granularity) {
    case (.affine, .tensor), (.affine, .channel): false
    case (.fixedPoint(_, fraction: nil), .tensor), (.fixedPoint(_, fraction: nil), .channel): false
    default: true
    }
  }

  /// The layer with weights in a format of any kind.
  func encodedLinear(
    _ layer: ProductLayer, _ input: ActivationQuantization, format: NumberFormat,
    granularity: Granularity
  ) throws(QuantizationError) -> QuantizedLinear {
    func refuse(_ reason: QuantizationError.Reason) -> QuantizationError {
      QuantizationError(layer: layer.name, reason: reason)
    }
    if case .group = granularity, !format.hasGroups {
      throw refuse(.groupedScales(format.description))
    }
    guard scheme.layers[layer.name]?.weightScales == nil else {
      throw refuse(.scalesOfEncoded(format.description))
    }
    let shape = layer.weightShape
    let groups = WeightGroups(shape: shape, format: format, granularity: granularity)
    let encoder = WeightEncoder(
      format: format, calibrator: scheme.weightCalibrator(of: layer.name),
      codebook: scheme.codebook(of: layer.name),
      floors: Self.floors(layer, input, largest: format.isSignOnly ? 1 : 127))
    let encoded = encoder.encoded(layer.weights ?? [], groups)
    let decoded: DecodedWeights
    do throws(DecodedWeights.Refusal) {
      decoded = try DecodedWeights(encoded)
    } catch {
      throw refuse(.decodedWeights(format: format.description, bits: error.bits))
    }
    let depth = groups.depth
    let least = Self.floors(layer, input, largest: 1)
    let scales = decoded.scales.enumerated().map { channel, scale in
      let isZero = decoded.integers[channel * depth..<(channel + 1) * depth].allSatisfy { $0 == 0 }
      return isZero && least[channel] > scale
        ? QuantizerRules.powerOfTwo(atLeast: least[channel]) : scale
    }
    return QuantizedLinear(
      inputChannels: layer.layout.inputs, outputChannels: layer.layout.outputs,
      groups: layer.layout.groups, window: layer.window, weightFormat: format,
      weights: Tensor(shape: shape, elements: decoded.integers), weightScales: scales,
      bias: layer.bias.map {
        Self.integers($0.map(Double.init), input, scales, limit: Double(1 << 60))
      },
      encoding: WeightEncoding(
        storage: encoded.storage, integers: decoded.format, codeCounts: encoded.codeCounts,
        units: decoded.units))
  }

  /// The magnitude that the scale of each channel has to hold so that its bias stays within reach, of
  /// a format whose integers reach `largest`.
  private static func floors(
    _ layer: ProductLayer, _ input: ActivationQuantization, largest: Double
  ) -> [Double] {
    (0..<layer.layout.outputs).map { channel in
      let bias = layer.bias.map { abs(Double($0[channel])) } ?? 0
      return bias / input.biasReach * largest
    }
  }
}

extension NumberFormat {
  /// Whether groups of weights smaller than a channel can share a scale: powers of two only, since sums
  /// add up in integers.
  public var hasGroups: Bool {
    switch self {
    case .affine, .microscaling, .codebook, .bipolar, .ternary, .float32: false
    case .fixedPoint, .dynamicFixedPoint, .minifloat, .powerOfTwo: sharedScale == .powerOfTwo
    }
  }

  /// Whether a value is a sign, or zero.
  fileprivate var isSignOnly: Bool { self == .bipolar || self == .ternary }
}
