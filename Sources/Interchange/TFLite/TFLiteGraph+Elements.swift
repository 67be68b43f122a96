internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// A sum, difference, product, maximum or minimum of two activations that broadcast.
  mutating func takeBinary(
    _ operation: TFLiteOperator, _ kind: BinaryKind
  ) throws(TFLiteProblem) {
    let first = try input(0, of: operation)
    let second = try input(1, of: operation)
    let rank = max(first.extents.count, second.extents.count)
    let values = [try value(of: first, rank: rank), try value(of: second, rank: rank)]
    let result = try output(of: operation).quantization()
    let sources = values.map { quantizations[$0] }
    guard sources.allSatisfy({ $0.format == result.format }),
      result.format == .float32 || result.format.bits <= 16
    else {
      throw problem(operation, "its inputs and output must be of one type of at most 16 bits")
    }
    let compares = kind == .maximum || kind == .minimum
    guard !compares || sources.allSatisfy({ $0 == result }) else {
      throw problem(operation, "its inputs and output must share scale and zero point")
    }
    let hasActivation = operation.kind != .maximum && operation.kind != .minimum
    try takeLayer(
      operation, float: .binary(kind), integer: .binary(kind), inputs: values,
      activation: hasActivation ? try operation.options?.byte(0) ?? 0 : 0)
  }

  /// A product of two activations over their last two axes in the file's order.
  mutating func takeMatrixProduct(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let product = MatrixProduct(
      transposesFirst: try operation.options?.bool(0) ?? false,
      transposesSecond: try operation.options?.bool(1) ?? false)
    let output = try output(of: operation)
    let quantization = try output.quantization()
    var inputs: [Int] = []
    for position in 0..<2 {
      let value = try value(of: try input(position, of: operation))
      guard quantizations[value].format == quantization.format else {
        throw problem(operation, "its inputs and output must be of one type")
      }
      inputs.append(try fileAxes(value, name: "\(output.name)/axes\(position)"))
    }
    let isFloat = quantization.format == .float32
    guard isFloat || quantization.format.bits <= 16 else {
      throw problem(operation, "of \(quantization.format) is not supported; use int8")
    }
    let shape = try shape(of: .matrixProduct(product), inputs, operation)
    var value = try append(
      isFloat ? .float(.matrixProduct(product)) : .matrixProduct(product), kind: "matmul",
      name: output.name, inputs: inputs, onnx: shape, extents: shape.extents,
      quantization: quantization)
    if shape.rank == 4 {
      value = try transposed(
        value, [0, 3, 1, 2], extents: shape.extents, name: output.name + "/axes")
    }
    try define(output, as: value, by: operation)
  }

  /// A value whose shape in ONNX axis order is that of the file: only four axes are permuted.
  private mutating func fileAxes(_ value: Int, name: String) throws(TFLiteProblem) -> Int {
    guard extents[value].count == 4 else { return value }
    return try transposed(
      value, [0, 2, 3, 1], extents: extents[value], onnx: Shape(extents[value]), name: name)
  }

  private mutating func transposed(
    _ value: Int, _ axes: [Int], extents: [Int], onnx: Shape? = nil, name: String
  ) throws(TFLiteProblem) -> Int {
    let quantization = quantizations[value]
    return try append(
      quantization.format == .float32 ? .float(.transpose(axes)) : .transpose(axes),
      kind: "transpose", name: name, inputs: [value], onnx: onnx, extents: extents,
      quantization: quantization)
  }

  /// RELU, RELU6 and RELU_N1_TO_1: the same numbers, clamped.
  mutating func takeRectifier(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let value = try value(of: try input(0, of: operation))
    let output = try output(of: operation)
    let quantization = try output.quantization()
    let code =
      switch operation.kind {
      case .relu: 1
      case .reluN1To1: 2
      default: 3
      }
    guard quantization.format == .float32 else {
      return try takeLayer(
        operation, float: .activation(.relu), integer: .requantize, inputs: [value],
        activation: code)
    }
    guard let range = try fusedRange(code, operation) else { return }
    try takeLayer(
      operation, float: .activation(.clip(low: range.low, high: range.high)),
      integer: .requantize, inputs: [value])
  }

  /// LEAKY_RELU with a slope from 0 up.
  mutating func takeLeakyRectifier(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let slope = try options(operation).float(0)
    guard TFLiteTensor.sane.contains(slope) else {
      throw problem(operation, "slope \(slope) is not supported; use one from 2^-40 to 2^40")
    }
    let value = try value(of: try input(0, of: operation))
    guard quantizations[value].format == .float32 || quantizations[value].format.bits <= 16 else {
      throw problem(operation, "of \(quantizations[value].format) is not supported; use int8")
    }
    try takeLayer(
      operation, float: .activation(.leakyRelu(slope: slope)),
      integer: .leakyRelu(slope: slope), inputs: [value])
  }

  /// SOFTMAX over the last axis of the file.
  mutating func takeSoftmax(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let beta = try options(operation).float(0)
    let value = try value(of: try input(0, of: operation))
    let output = try output(of: operation).quantization()
    let rank = extents[value].count
    let axis = try axis(-1, rank: rank, of: operation).onnx
    let isFloat = output.format == .float32
    guard TFLiteTensor.sane.contains(beta), !isFloat || beta == 1 else {
      throw problem(operation, "beta \(beta) is not supported; use 1")
    }
    let steps = Double(
      sign: .plus,
      exponent: output.format
        == .affine(
          IntegerFormat(bits: 16, isSigned: true)) ? -15 : -8, significand: 1)
    guard isFloat || (output.format.bits <= 16 && output.scale == steps) else {
      throw problem(operation, "its output must have the scale 1/256, or 1/32768 in int16")
    }
    guard quantizations[value].format == output.format else {
      throw problem(operation, "its input and output must be of one type")
    }
    try takeLayer(
      operation, float: .softmax(axis: axis),
      integer: .softmax(axis: axis, beta: Double(beta)), inputs: [value])
  }

  /// QUANTIZE and DEQUANTIZE: to integers, between integers, to real numbers.
  mutating func takeQuantization(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let value = try value(of: try input(0, of: operation))
    let output = try output(of: operation)
    let quantization = try output.quantization()
    let step: (operation: QuantizedOperation, kind: String)
    switch (quantizations[value].format, quantization.format) {
    case (.float32, .float32):
      throw problem(operation, "reads and writes float32; remove it")
    case (.float32, _): step = (.quantize, "quantize")
    case (_, .float32): step = (.dequantize, "dequantize")
    default: step = (.requantize, "requantize")
    }
    let layer = try append(
      step.operation, kind: step.kind, name: output.name, inputs: [value],
      extents: extents[value], quantization: quantization)
    try define(output, as: layer, by: operation)
  }
}
