internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// A convolution, depthwise or not.
  ///
  /// - Shapes: weights in the file OHWI, or for depthwise layers [1, height, width, outputs].
  mutating func takeConvolution(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let options = try options(operation)
    let isDepthwise = operation.kind == .depthwiseConv2D
    let value = try value(of: try input(0, of: operation))
    let weights = try input(1, of: operation)
    guard weights.extents.count == 4, extents[value].count == 4 else {
      throw problem(operation, "weights and input must have four axes; convert the model again")
    }
    let shape = weights.extents
    let channels = extents[value][3]
    let outputs = shape[isDepthwise ? 3 : 0]
    let depth = isDepthwise ? 1 : shape[3]
    guard !isDepthwise || shape[0] == 1, channels % depth == 0, outputs % (channels / depth) == 0
    else {
      throw problem(
        operation,
        "weights \(Shape(shape)) do not fit an input of \(channels) channels; "
          + "the file is damaged, convert the model again")
    }
    let field = isDepthwise ? 5 : 4
    let window = try window(
      value,
      rows: TFLiteStride(
        stride: try options.int(2), kernel: shape[1],
        dilation: try options.int(field + 1, default: 1)),
      columns: TFLiteStride(
        stride: try options.int(1), kernel: shape[2],
        dilation: try options.int(field, default: 1)),
      isSame: try isSame(options, operation), operation)
    try takeProducts(
      operation, value, weights, axis: isDepthwise ? 3 : 0,
      order: isDepthwise ? .channelsLast : .channelsFirst,
      bias: try optionalInput(2, of: operation),
      Convolution(
        inputChannels: channels, outputChannels: outputs, groups: channels / depth,
        window: window),
      activation: try options.byte(isDepthwise ? 4 : 3))
  }

  /// A transposed convolution: a convolution over an upsampled image with the kernel flipped.
  ///
  /// The window starts at `i * stride - pad`, with the padding of a convolution from the output's extents.
  mutating func takeTransposedConvolution(
    _ operation: TFLiteOperator
  ) throws(TFLiteProblem) {
    let options = try options(operation)
    let value = try value(of: try input(2, of: operation))
    let weights = try input(1, of: operation)
    let output = try output(of: operation)
    let (shape, image, result) = (weights.extents, extents[value], output.extents)
    guard shape.count == 4, image.count == 4, result.count == 4, image[0] == 1, result[0] == 1,
      image[3] == shape[3], result[3] == shape[0]
    else {
      throw problem(
        operation,
        "weights \(Shape(shape)), input \(Shape(image)) and output \(Shape(result)) do "
          + "not fit; the file is damaged, convert the model again")
    }
    let strides = [try options.int(2), try options.int(1)]
    try check(strides + shape + image + result, operation)
    let same = try isSame(options, operation)
    var before: [Int] = []
    var after: [Int] = []
    for axis in 0..<2 {
      let step = TFLiteStride(stride: strides[axis], kernel: shape[axis + 1])
      let start = step.kernel - 1 - Self.padding(result[axis + 1], step, isSame: same).before
      let spread = (image[axis + 1] - 1) * strides[axis] + 1
      before.append(start)
      after.append(result[axis + 1] - 1 - spread - start + step.kernel)
    }
    guard (before + after).allSatisfy({ abs($0) <= Self.largestStep }) else {
      throw problem(operation, "is cropped or padded by more than 2^20; use a smaller stride")
    }
    let window = WindowGeometry(
      height: image[1], width: image[2], kernelHeight: shape[1], kernelWidth: shape[2],
      padTop: before[0], padLeft: before[1], padBottom: after[0], padRight: after[1],
      upsampleY: strides[0], upsampleX: strides[1])
    try takeProducts(
      operation, value, weights, axis: 0, order: .flipped,
      bias: try optionalInput(3, of: operation),
      Convolution(inputChannels: image[3], outputChannels: shape[0], window: window),
      activation: try options.byte(3), result: result)
  }

  /// How the weights of the file become OHWI.
  enum WeightOrder {
    /// They are OHWI already.
    case channelsFirst
    /// [1, height, width, outputs] of depthwise layers.
    case channelsLast
    /// OHWI with both kernel axes backwards.
    case flipped
  }

  /// The layer of a convolution, in float or integers.
  private mutating func takeProducts(
    _ operation: TFLiteOperator, _ value: Int, _ weights: TFLiteTensor, axis: Int,
    order: WeightOrder, bias: TFLiteTensor?, _ convolution: Convolution, activation: Int,
    result: [Int]? = nil
  ) throws(TFLiteProblem) {
    var float = convolution
    guard let count = convolution.weightShape.checkedCount, count == weights.count else {
      throw problem(operation, "weights do not fit; the file is damaged, convert the model again")
    }
    if quantizations[value].format == .float32 {
      float.weights = Tensor(
        shape: convolution.weightShape,
        elements: Self.ordered(try floats(weights), weights.extents, order))
      float.bias = try floatBias(bias, convolution.outputChannels, operation)
      return try takeLayer(
        operation, float: .convolution(float), integer: .requantize, inputs: [value],
        activation: activation)
    }
    try checkSameType(operation, value)
    let stored = try self.weights(
      weights, axis: axis, bias: bias, operation)
    let linear = QuantizedLinear(
      inputChannels: convolution.inputChannels, outputChannels: convolution.outputChannels,
      groups: convolution.groups, window: convolution.window, weightFormat: stored.format,
      weights: Tensor(
        shape: convolution.weightShape,
        elements: Self.ordered(stored.codes, weights.extents, order)),
      weightZeroPoints: stored.zeroPoints, weightScales: stored.scales, bias: stored.bias,
      biasBits: stored.biasBits)
    guard let result else {
      return try takeLayer(
        operation, float: .convolution(convolution), integer: .linear(linear), inputs: [value],
        activation: activation)
    }
    // The shape rule of convolutions knows no cropping; the window was made for this output.
    let output = try output(of: operation)
    let quantization = try output.quantization()
    let layer = try append(
      .linear(linear), kind: "conv", name: output.name, inputs: [value], extents: result,
      quantization: quantization,
      clamp: try clamp(try fusedRange(activation, operation), quantization, operation))
    try define(output, as: layer, by: operation)
  }

  private static func ordered<Element: Sendable>(
    _ elements: [Element], _ extents: [Int], _ order: WeightOrder
  ) -> [Element] {
    switch order {
    case .channelsFirst: return elements
    case .channelsLast:
      return Tensor(shape: Shape(extents), elements: elements).transposed([3, 1, 2, 0]).elements
    case .flipped:
      let (area, depth) = (extents[1] * extents[2], extents[3])
      return elements.indices.map { index in
        let (row, channel) = (index / depth, index % depth)
        let flipped = row / area * area + (area - 1 - row % area)
        return elements[flipped * depth + channel]
      }
    }
  }

  /// Inputs and outputs of a layer of products have the same type in every runtime.
  func checkSameType(
    _ operation: TFLiteOperator, _ value: Int
  ) throws(TFLiteProblem) {
    guard let index = operation.outputs.first else { return }
    let format = try model.tensor(index).quantization().format
    guard quantizations[value].format == format, format.bits <= 16 else {
      throw problem(
        operation,
        "reads \(quantizations[value].format) and writes \(format); both must be int8, "
          + "uint8 or int16")
    }
  }
}
