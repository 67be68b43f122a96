public import Arithmetic
internal import Networks
internal import Tensors

/// Weights in formats that are not integers with a real scale: encoded, and decoded to what is multiplied.
extension Quantizer {
  /// What a layer of products is apart from its codes.
  struct LinearOutline {
    var name: String
    var input: ActivationQuantization
    var window: WindowGeometry
    var channels: (input: Int, output: Int, groups: Int)
    var bias: [Float]?
  }

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
    _ outline: LinearOutline, format: NumberFormat, granularity: Granularity,
    calibrator: Calibrator, weights: [Float]
  ) throws(QuantizationError) -> QuantizedLinear {
    func refuse(_ reason: QuantizationError.Reason) -> QuantizationError {
      QuantizationError(layer: outline.name, reason: reason)
    }
    guard format.isForWeights else { throw refuse(.weightFormat(format.description)) }
    if case .group = granularity, !format.hasGroups {
      throw refuse(.groupedScales(format.description))
    }
    guard scheme.layers[outline.name]?.weightScales == nil else {
      throw refuse(.scalesOfEncoded(format.description))
    }
    let channels = outline.channels
    let window = outline.window
    let shape = Shape([
      channels.output, window.kernelHeight, window.kernelWidth, channels.input / channels.groups,
    ])
    let groups = WeightGroups(shape: shape, format: format, granularity: granularity)
    let encoder = WeightEncoder(
      format: format, calibrator: calibrator,
      floors: Self.floors(outline, largest: format.isSignOnly ? 1 : 127))
    let encoded = encoder.encoded(weights, groups)
    let decoded: DecodedWeights
    do throws(DecodedWeights.Refusal) {
      decoded = try DecodedWeights(encoded)
    } catch {
      throw refuse(.decodedWeights(format: format.description, bits: error.bits))
    }
    let depth = groups.depth
    let least = Self.floors(outline, largest: 1)
    let scales = decoded.scales.enumerated().map { channel, scale in
      let isZero = decoded.integers[channel * depth..<(channel + 1) * depth].allSatisfy { $0 == 0 }
      return isZero && least[channel] > scale
        ? QuantizerRules.powerOfTwo(atLeast: least[channel]) : scale
    }
    let limit = Double(1 << 60)
    return QuantizedLinear(
      inputChannels: channels.input, outputChannels: channels.output, groups: channels.groups,
      window: window, weightFormat: format,
      weights: Tensor(shape: shape, elements: decoded.integers), weightScales: scales,
      bias: outline.bias.map { bias in
        bias.enumerated().map { channel, value in
          let unit = outline.input.integerScale * scales[channel]
          let steps = (Double(value) / unit).rounded(.toNearestOrEven)
          return Int(min(max(steps, -limit), limit))
        }
      },
      encoding: WeightEncoding(
        storage: encoded.storage, integers: decoded.format, units: decoded.units))
  }

  /// The magnitude that the scale of each channel has to hold so that its bias stays below 2^30 units of
  /// a format whose integers reach `largest`.
  private static func floors(_ outline: LinearOutline, largest: Double) -> [Double] {
    (0..<outline.channels.output).map { channel in
      let bias = outline.bias.map { abs(Double($0[channel])) } ?? 0
      return bias / (outline.input.integerScale * 1_073_741_824) * largest
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
