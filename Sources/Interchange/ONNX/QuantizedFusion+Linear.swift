internal import Arithmetic
internal import Networks
internal import Tensors

extension ONNXQuantizedFusion {
  /// A convolution or a fully connected layer of codes; nil when its weights or codes do not allow it.
  ///
  /// Without a QuantizeLinear behind it a fully connected layer gives its accumulators, whose scale is
  /// `inputScale * weightScale`.
  mutating func linear(
    _ value: Int, _ layer: Layer, _ input: Int, _ target: Target?
  ) throws(ONNXProblem) -> Int? {
    let quantization = quantizations[input]
    guard var product = products(value, layer, shapes[input]),
      quantization.format.integer.bits <= Self.widestFactor,
      let codes = source.weights[value], codes.format.bits <= Self.widestFactor,
      let (scales, zeroPoints) = codes.channels(product.outputChannels)
    else { return nil }
    let inputScale = Float(quantization.scale)
    let steps = scales.map { Double(inputScale * $0) }
    guard steps.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let accumulators = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 32, isSigned: true)), scale: steps[0], zeroPoint: 0)
    let isUniform = steps.allSatisfy { $0 == steps[0] }
    let output: ActivationQuantization
    if let target {
      output = target.quantization
      guard output.format.integer.bits <= Self.widestFactor || (isUniform && output == accumulators)
      else { return nil }
    } else {
      guard case .fullyConnected = layer.operation, isUniform else { return nil }
      output = accumulators
    }
    product.weightFormat = .affine(codes.format)
    product.replaceWeights(codes.codes)
    product.weightZeroPoints = zeroPoints.allSatisfy { $0 == 0 } ? [] : zeroPoints.map { Int($0) }
    product.weightScales = scales.map { Double($0) }
    product.bias = try bias(value, layer, steps: steps)
    product.outputStage = output == accumulators ? .accumulator : .rescaled
    let shape = source.graph.shapes[value]
    guard layer.operation.kind == "fc", shape.rank == 4 else {
      return append(
        layer.name, .linear(product), [input], shape, output, kind: layer.operation.kind,
        clamp: target?.clamp)
    }
    // Values of four axes are images, in which the features would be rows.
    let rows = shape[1] * shape[2]
    let flat = append(
      "\(layer.name).flatten", .reshape, [input],
      Shape([shape[0], rows, product.inputChannels]), quantization)
    let result = append(
      layer.name, .linear(product), [flat], Shape([shape[0], rows, product.outputChannels]), output,
      kind: layer.operation.kind, clamp: target?.clamp)
    return append("\(layer.name).unflatten", .reshape, [result], shape, output)
  }

  /// The geometry of a layer of products, its constants still missing.
  private func products(_ value: Int, _ layer: Layer, _ input: Shape) -> QuantizedLinear? {
    func layerOf(
      _ channels: (input: Int, output: Int, groups: Int), _ window: WindowGeometry, _ shape: Shape
    ) -> QuantizedLinear {
      QuantizedLinear(
        inputChannels: channels.input, outputChannels: channels.output, groups: channels.groups,
        window: window, weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
        weights: Tensor(shape: shape, repeating: 0), weightScales: [], bias: nil)
    }
    switch layer.operation {
    case .convolution(let layer):
      return layerOf(
        (layer.inputChannels, layer.outputChannels, layer.groups), layer.window, layer.weightShape)
    case .fullyConnected(let layer):
      let rows = input.count / max(layer.inputFeatures, 1)
      return layerOf(
        (layer.inputFeatures, layer.outputFeatures, 1),
        WindowGeometry(height: rows, width: 1, kernelHeight: 1, kernelWidth: 1),
        Shape([layer.outputFeatures, 1, 1, layer.inputFeatures]))
    case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape, .transpose,
      .softmax, .matrixProduct, .constant, .slice, .lstm:
      return nil
    }
  }

  /// The bias of each channel in accumulator units; onnxruntime rounds a float one half to even.
  private func bias(
    _ value: Int, _ layer: Layer, steps: [Double]
  ) throws(ONNXProblem) -> [Int]? {
    if let codes = source.biases[value] {
      let elements = codes.codes
      guard elements.count == steps.count || elements.count == 1 else {
        throw problem(value, "has \(elements.count) biases for \(steps.count) channels")
      }
      return try steps.indices.map { channel throws(ONNXProblem) in
        let index = elements.count == 1 ? 0 : channel
        let scale = Double(codes.scale(index))
        guard codes.zeroPoint(index) == 0,
          abs(scale - steps[channel]) <= 1e-5 * steps[channel]
        else {
          throw problem(
            value,
            "the scale \(scale) and zero point \(codes.zeroPoint(index)) of its bias must "
              + "be the input's scale times the weights', \(steps[channel]), and 0; quantize it again"
          )
        }
        return Int(elements[index])
      }
    }
    let reals: [Float]?
    switch layer.operation {
    case .convolution(let layer): reals = layer.bias
    case .fullyConnected(let layer): reals = layer.bias
    case .pool, .binary, .activation, .channelAffine, .concatenation, .pad, .reshape, .transpose,
      .softmax, .matrixProduct, .constant, .slice, .lstm:
      reals = nil
    }
    guard let reals else { return nil }
    let format = IntegerFormat(bits: 32, isSigned: true)
    guard reals.allSatisfy(\.isFinite), reals.count == steps.count else {
      throw problem(value, "has a bias that is not finite; every constant must be finite")
    }
    return steps.indices.map {
      format.code(reals[$0], scale: Float(steps[$0]), zeroPoint: 0)
    }
  }
}
