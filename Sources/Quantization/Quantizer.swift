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
  /// What calibration saw of the cells of LSTM layers.
  let cells: CellMagnitudes
  /// The mean of each channel of each value; empty where they were not observed.
  let channelMeans: [[Double]]
  /// What windows of each layer of products saw; empty where that was not observed.
  let patches: [WindowPatches?]

  /// A quantizer of a fused network.
  ///
  /// - Parameters:
  ///   - observations: a histogram of each value over its exact range with zero inside; may be empty
  ///     when the scheme is calibrated.
  ///   - channelMeans: the mean of each channel of each value, where `calibrationDetail` has them.
  ///   - patches: what windows of each layer saw, where `calibrationDetail` has them.
  ///   - cells: the largest magnitudes of the cells of LSTM layers; where nothing was seen, what the
  ///     number of steps allows.
  public init(
    _ network: VerifiedNetwork, scheme: QuantizationScheme, observations: [Histogram?],
    channelMeans: [[Double]] = [], patches: [WindowPatches?] = [],
    cells: CellMagnitudes = CellMagnitudes()
  ) {
    self.network = network
    self.scheme = scheme
    self.observations = observations
    self.cells = cells
    self.channelMeans = channelMeans
    self.patches = patches
  }

  /// The integer network.
  public func quantized() throws(QuantizationError) -> QuantizedNetwork {
    var cache = QuantizedLayerCache(memoryLimit: 0)
    return try quantized(reusing: &cache)
  }

  /// The integer network, with layers that a cache of the same network and observations holds.
  public func quantized(
    reusing cache: inout QuantizedLayerCache
  ) throws(QuantizationError) -> QuantizedNetwork {
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
          operation: try operation(index, layer, inputs, output, &cache), inputs: layer.inputs,
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
    _ output: ActivationQuantization, _ cache: inout QuantizedLayerCache
  ) throws(QuantizationError) -> QuantizedOperation {
    let shape = layer.inputs.first.map { network.shapes[$0] } ?? Shape([1])
    if let product = try ProductLayer(layer, input: shape) {
      return .linear(
        try cache.layer(index, name: layer.name, input: inputs[0], scheme: scheme) {
          () throws(QuantizationError) in try linear(index, product, inputs[0])
        })
    }
    switch layer.operation {
    case .convolution, .fullyConnected, .channelAffine:
      throw QuantizationError(layer: layer.name, reason: .unsupported(layer.operation.kind))
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
    case .lstm(let lstm):
      return .lstm(try recurrence(lstm, ofLayer: index, inputs[0], output))
    }
  }
}
