internal import Arithmetic
public import Networks
public import Statistics
internal import Tensors

/// Makes an integer network of a float network and a scheme, without retraining.
public struct Quantizer: Sendable {
  let network: VerifiedNetwork
  let scheme: QuantizationScheme
  /// What calibration saw of each value; nil where the scheme has its scales.
  let observations: [Histogram?]

  /// A quantizer of a fused network.
  ///
  /// - Parameters:
  ///   - observations: a histogram of each value over its exact range with zero inside; may be empty
  ///     when the scheme is calibrated.
  public init(
    _ network: VerifiedNetwork, scheme: QuantizationScheme, observations: [Histogram?]
  ) {
    self.network = network
    self.scheme = scheme
    self.observations = observations
  }

  /// The integer network.
  public func quantized() throws(QuantizationError) -> QuantizedNetwork {
    try verifyScheme()
    let layers = network.network.layers
    var quantizations = [try chosen(value: 0, name: QuantizationScheme.inputName)]
    var results: [QuantizedLayer] = []
    for (index, layer) in layers.enumerated() {
      let inputs = layer.inputs.map { quantizations[$0] }
      let output = try outputQuantization(index, layer, inputs)
      quantizations.append(output)
      results.append(
        QuantizedLayer(
          name: layer.name, kind: layer.operation.kind,
          operation: try operation(index, layer, inputs, output), inputs: layer.inputs,
          clamp: Self.clamp(layer.fusedActivation, output)))
    }
    return QuantizedNetwork(
      name: network.network.name, layers: results, shapes: network.shapes,
      quantizations: quantizations, output: network.network.output)
  }

  /// The codes that a fused activation leaves.
  private static func clamp(_ activation: Activation?, _ output: ActivationQuantization)
    -> ClosedRange<Int>
  {
    guard case .clip(let low, let high) = activation else { return output.codes }
    let lowest = output.code(Double(low))
    return lowest...max(lowest, output.code(Double(high)))
  }

  /// The scale of a value: the scheme's, or calibrated.
  private func chosen(value: Int, name: String) throws(QuantizationError)
    -> ActivationQuantization
  {
    let own = scheme.layers[name]
    let format = own?.activations ?? scheme.activations
    if let output = own?.output, own?.activations == nil || own?.activations == output.format {
      try check(output.format, name)
      return output
    }
    try check(format, name)
    guard let histogram = observations.indices.contains(value) ? observations[value] : nil
    else { return QuantizerRules.activation(0...1, format: format) }
    let calibrator = own?.calibrator ?? scheme.calibrator
    if format.isUneven || format == .ternary {
      let range = calibrator.range(of: histogram, bits: format.bits)
      return QuantizerRules.uneven(
        histogram, range: range, format: format, calibrator: calibrator)
    }
    return QuantizerRules.activation(
      calibrator.range(of: histogram, bits: format.integer.bits), format: format)
  }

  private func check(_ format: NumberFormat, _ name: String) throws(QuantizationError) {
    guard format.isQuantizable else {
      throw QuantizationError(
        layer: name,
        reason: .activationFormat(format.description, rule: format.activationRule))
    }
  }

  private func outputQuantization(
    _ index: Int, _ layer: Layer, _ inputs: [ActivationQuantization]
  ) throws(QuantizationError) -> ActivationQuantization {
    let own = scheme.layers[layer.name]
    switch layer.operation {
    case .pool, .pad, .reshape, .transpose, .slice:
      if let format = own?.activations, format != inputs[0].format {
        throw QuantizationError(
          layer: layer.name, reason: .sharedFormat(layer.operation.kind))
      }
      return inputs[0]
    case .activation(.sign):
      let format = own?.activations ?? scheme.activations
      try check(format, layer.name)
      if format.isUneven { return try chosen(value: index + 1, name: layer.name) }
      let integer = IntegerFormat(
        bits: format.integer.bits,
        isSigned: format.integer.isSigned || format != .affine(format.integer))
      return ActivationQuantization(
        format: format == .affine(format.integer) ? .affine(integer) : .fixedPoint(integer),
        scale: 1, zeroPoint: integer.isSigned ? 0 : 1)
    case .softmax:
      let format = own?.activations ?? scheme.activations
      try check(format, layer.name)
      if format.isUneven { return try chosen(value: index + 1, name: layer.name) }
      let scale = Double(sign: .plus, exponent: -format.integer.bits, significand: 1)
      return ActivationQuantization(
        format: .affine(format.integer), scale: scale, zeroPoint: format.integer.lowest)
    case .convolution, .fullyConnected, .binary, .activation, .channelAffine, .concatenation,
      .matrixProduct, .constant, .lstm:
      return try chosen(value: index + 1, name: layer.name)
    }
  }

  private func operation(
    _ index: Int, _ layer: Layer, _ inputs: [ActivationQuantization],
    _ output: ActivationQuantization
  ) throws(QuantizationError) -> QuantizedOperation {
    let shape = layer.inputs.first.map { network.shapes[$0] } ?? Shape([1])
    switch layer.operation {
    case .convolution(let convolution):
      return .linear(
        try linear(
          layer.name, inputs[0], window: convolution.window,
          channels: (convolution.inputChannels, convolution.outputChannels, convolution.groups),
          weights: convolution.weights, bias: convolution.bias))
    case .fullyConnected(let connected):
      let rows = shape.count / connected.inputFeatures
      return .linear(
        try linear(
          layer.name, inputs[0],
          window: WindowGeometry(height: rows, width: 1, kernelHeight: 1, kernelWidth: 1),
          channels: (connected.inputFeatures, connected.outputFeatures, 1),
          weights: connected.weights, bias: connected.bias))
    case .channelAffine(let affine):
      let isImage = shape.rank == 4 && affine.axis == 1
      guard isImage || (shape.rank != 4 && affine.axis == shape.rank - 1) else {
        throw QuantizationError(
          layer: layer.name, reason: .affineAxis(axis: affine.axis, rank: shape.rank))
      }
      let channels = affine.scale.count
      return .linear(
        try linear(
          layer.name, inputs[0],
          window: WindowGeometry(
            height: isImage ? shape[2] : shape.count / channels, width: isImage ? shape[3] : 1,
            kernelHeight: 1, kernelWidth: 1),
          channels: (channels, channels, channels),
          weights: Tensor(shape: Shape([channels, 1, 1, 1]), elements: affine.scale),
          bias: affine.offset))
    case .pool(let pool): return .pool(pool)
    case .binary(let kind):
      guard kind != .divide, kind != .power else {
        throw QuantizationError(layer: layer.name, reason: .unsupported(layer.operation.kind))
      }
      return .binary(kind)
    case .activation(let activation):
      return .table(
        inputs[0].codes.map { Int32(output.code(activation.value(inputs[0].real($0)))) })
    case .concatenation(let axis): return .concatenation(axis: axis)
    case .pad(let before, let after, let value):
      return .pad(before: before, after: after, code: inputs[0].code(Double(value)))
    case .reshape: return .reshape
    case .transpose(let axes): return .transpose(axes)
    case .softmax(let axis): return .softmax(axis: axis)
    case .matrixProduct(let product): return .matrixProduct(product)
    case .slice(let slice): return .slice(slice)
    case .constant(let tensor):
      return .constant(tensor.elements.map { Int32(output.code(Double($0))) })
    case .lstm:
      throw QuantizationError(layer: layer.name, reason: .unsupported(layer.operation.kind))
    }
  }

  private func linear(
    _ name: String, _ input: ActivationQuantization, window: WindowGeometry,
    channels: (input: Int, output: Int, groups: Int), weights: Tensor<Float>?, bias: [Float]?
  ) throws(QuantizationError) -> QuantizedLinear {
    let own = scheme.layers[name]
    let format = own?.weights ?? scheme.weights
    let granularity = own?.granularity ?? scheme.granularity
    if Self.encodes(format, granularity), let weights {
      return try encodedLinear(
        LinearOutline(name: name, input: input, window: window, channels: channels, bias: bias),
        format: format, granularity: granularity,
        calibrator: own?.calibrator ?? scheme.calibrator, weights: weights.elements)
    }
    guard format.isForWeights else {
      throw QuantizationError(layer: name, reason: .weightFormat(format.description))
    }
    guard let weights else { throw QuantizationError(layer: name, reason: .noWeights) }
    let depth = weights.elements.count / channels.output
    var scales = self.scales(
      weights.elements, depth: depth, channels: channels.output, format: format, own: own)
    if let given = own?.weightScales, own?.weights == nil || own?.weights == format {
      guard given.count == channels.output || given.count == 1 else {
        throw QuantizationError(
          layer: name,
          reason: .weightScaleCount(given: given.count, channels: channels.output))
      }
      scales = given.count == 1 ? Array(repeating: given[0], count: channels.output) : given
    } else {
      Self.widen(&scales, forBias: bias, inputScale: input.integerScale, format: format)
    }
    var codes = [Int32](repeating: 0, count: weights.elements.count)
    let highest = Double(format.integer.highest)
    for channel in 0..<channels.output {
      for index in channel * depth..<(channel + 1) * depth {
        let steps = (Double(weights.elements[index]) / scales[channel]).rounded(.toNearestOrEven)
        codes[index] = Int32(min(max(steps, -highest), highest))
      }
    }
    let limit = input.format.integer.bits <= 8 ? Double(Int32.max) : 1e12
    return QuantizedLinear(
      inputChannels: channels.input, outputChannels: channels.output, groups: channels.groups,
      window: window, weightFormat: format,
      weights: Tensor(
        shape: Shape([
          channels.output, window.kernelHeight, window.kernelWidth,
          channels.input / channels.groups,
        ]), elements: codes),
      weightScales: scales,
      bias: bias.map { bias in
        bias.enumerated().map { channel, value in
          let steps = (Double(value) / (input.integerScale * scales[channel])).rounded(
            .toNearestOrEven)
          return Int(min(max(steps, -limit), limit))
        }
      })
  }

  /// The scale of each channel from the weights alone.
  private func scales(
    _ weights: [Float], depth: Int, channels: Int, format: NumberFormat, own: LayerScheme?
  ) -> [Double] {
    let calibrator = own?.calibrator ?? scheme.calibrator
    switch own?.granularity ?? scheme.granularity {
    case .tensor:
      let scale = QuantizerRules.weightScale(weights[...], format: format, calibrator: calibrator)
      return [Double](repeating: scale > 0 ? scale : 1, count: channels)
    case .channel, .group:
      let scales = (0..<channels).map {
        QuantizerRules.weightScale(
          weights[$0 * depth..<($0 + 1) * depth], format: format, calibrator: calibrator)
      }
      // A channel of zeros has no scale of its own; any will do.
      let largest = scales.max() ?? 0
      return scales.map { $0 > 0 ? $0 : (largest > 0 ? largest : 1) }
    }
  }

  /// Widens scales so small that the bias would not fit 31 bits.
  private static func widen(
    _ scales: inout [Double], forBias bias: [Float]?, inputScale: Double, format: NumberFormat
  ) {
    guard let bias else { return }
    for (channel, value) in bias.enumerated() {
      let least = abs(Double(value)) / (inputScale * 1_073_741_824)
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
