internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// A fully connected layer over rows of features: all axes but the last are flattened.
  mutating func takeFullyConnected(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let weights = try input(1, of: operation)
    let output = try output(of: operation)
    var value = try value(of: try input(0, of: operation))
    guard try operation.options?.byte(1) ?? 0 == 0, weights.extents.count == 2 else {
      throw problem(operation, "weights must be a plain matrix; convert the model again")
    }
    let (outputs, features) = (weights.extents[0], weights.extents[1])
    let count = shapes[value].count
    guard count % features == 0, output.count == count / features * outputs,
      output.extents.last == outputs
    else {
      throw problem(
        operation,
        "weights \(Shape(weights.extents)) do not fit an input of \(count) elements and "
          + "an output of \(Shape(output.extents)); the file is damaged, convert the model again")
    }
    let rows = count / features
    try check([rows, features, outputs], operation)
    let isFloat = quantizations[value].format == .float32
    guard isFloat == (output.type == .float32) else {
      throw problem(operation, "mixes float32 and integers; quantize the model fully")
    }
    // Images are no rows of features: their last axis is the height.
    let wanted = output.extents.count == 4 ? [rows, outputs] : output.extents
    let fits = extents[value].count != 4 && extents[value].last == features
    if !fits || (isFloat && extents[value].dropLast() != wanted.dropLast()) {
      value = try reshaped(
        value, to: wanted.dropLast() + [features], name: output.name + "/rows")
    }
    let layer =
      isFloat
      ? try floatProducts(operation, value, weights, output, wanted)
      : try integerProducts(operation, value, weights, output, wanted, rows: rows)
    try define(
      output, as: try reshaped(layer, to: output.extents, name: output.name + "/axes"),
      by: operation)
  }

  private mutating func floatProducts(
    _ operation: TFLiteOperator, _ value: Int, _ weights: TFLiteTensor, _ output: TFLiteTensor,
    _ wanted: [Int]
  ) throws(TFLiteProblem) -> Int {
    let (outputs, features) = (weights.extents[0], weights.extents[1])
    let layer = FullyConnected(
      inputFeatures: features, outputFeatures: outputs,
      weights: Tensor(shape: Shape([outputs, features]), elements: try floats(weights)),
      bias: try floatBias(try optionalInput(2, of: operation), outputs, operation))
    let product = try append(
      .float(.fullyConnected(layer)), kind: "fc", name: output.name, inputs: [value],
      extents: wanted, quantization: .float32)
    guard let range = try fusedRange(try operation.options?.byte(0) ?? 0, operation) else {
      return product
    }
    return try append(
      .float(.activation(.clip(low: range.low, high: range.high))), kind: "activation",
      name: output.name + "/activation", inputs: [product], extents: wanted,
      quantization: .float32)
  }

  private mutating func integerProducts(
    _ operation: TFLiteOperator, _ value: Int, _ weights: TFLiteTensor, _ output: TFLiteTensor,
    _ wanted: [Int], rows: Int
  ) throws(TFLiteProblem) -> Int {
    try checkSameType(operation, value)
    let (outputs, features) = (weights.extents[0], weights.extents[1])
    let stored = try self.weights(
      weights, axis: 0, bias: try optionalInput(2, of: operation), operation)
    let linear = QuantizedLinear(
      inputChannels: features, outputChannels: outputs, groups: 1,
      window: WindowGeometry(height: rows, width: 1, kernelHeight: 1, kernelWidth: 1),
      weightFormat: stored.format,
      weights: Tensor(shape: Shape([outputs, 1, 1, features]), elements: stored.codes),
      weightZeroPoints: stored.zeroPoints, weightScales: stored.scales, bias: stored.bias,
      biasBits: stored.biasBits)
    let quantization = try output.quantization()
    let range = try fusedRange(try operation.options?.byte(0) ?? 0, operation)
    return try append(
      .linear(linear), kind: "fc", name: output.name, inputs: [value], extents: wanted,
      quantization: quantization, clamp: try clamp(range, quantization, operation))
  }
}
