internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// Adds the layers of one operator.
  mutating func take(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    // Computations of shapes are left out: every tensor of the file has its own.
    if let first = operation.outputs.first, try tensor(first).isPlainInteger { return }
    switch operation.kind {
    case .conv2D, .depthwiseConv2D: try takeConvolution(operation)
    case .transposeConv: try takeTransposedConvolution(operation)
    case .fullyConnected: try takeFullyConnected(operation)
    case .averagePool2D: try takePool(operation, .average)
    case .maxPool2D: try takePool(operation, .max)
    case .mean: try takeMean(operation)
    case .add: try takeBinary(operation, .add)
    case .sub: try takeBinary(operation, .subtract)
    case .mul: try takeBinary(operation, .multiply)
    case .maximum: try takeBinary(operation, .maximum)
    case .minimum: try takeBinary(operation, .minimum)
    case .batchMatMul: try takeMatrixProduct(operation)
    case .relu, .relu6, .reluN1To1: try takeRectifier(operation)
    case .leakyRelu: try takeLeakyRectifier(operation)
    case .logistic, .tanh, .hardSwish: try takeFunction(operation)
    case .softmax: try takeSoftmax(operation)
    case .quantize, .dequantize: try takeQuantization(operation)
    case .reshape, .squeeze, .expandDims: try takeReshape(operation)
    case .transpose: try takeTranspose(operation)
    case .concatenation: try takeConcatenation(operation)
    case .pack: try takePack(operation)
    case .unpack: try takeUnpack(operation)
    case .pad, .padV2: try takePad(operation)
    case .slice: try takeSlice(operation)
    case .stridedSlice: try takeStridedSlice(operation)
    case .split: try takeSplit(operation)
    case .unidirectionalSequenceLSTM: try takeLSTM(operation)
    case .svdf: try takeSVDF(operation)
    case .shape:
      throw TFLiteProblem("\(operation.place): its output must be int32; convert the model again")
    }
  }

  /// A problem of an operator.
  func problem(_ operation: TFLiteOperator, _ text: String) -> TFLiteProblem {
    TFLiteProblem("\(operation.place): \(text)")
  }

  /// The axis of ONNX order that an axis of the file becomes; negative ones count from the end.
  func axis(
    _ axis: Int, rank: Int, of operation: TFLiteOperator
  ) throws(TFLiteProblem) -> (file: Int, onnx: Int) {
    let place = axis < 0 ? axis + rank : axis
    guard (0..<rank).contains(place) else {
      throw problem(operation, "axis \(axis) of \(rank) axes; the file is damaged, write it again")
    }
    return (place, rank == 4 ? [0, 2, 3, 1][place] : place)
  }

  /// Entries for each axis of the file in ONNX axis order.
  static func onnxOrder(_ entries: [Int]) -> [Int] {
    entries.count == 4 ? [entries[0], entries[3], entries[1], entries[2]] : entries
  }

  /// The options of an operator.
  func options(_ operation: TFLiteOperator) throws(TFLiteProblem) -> FlatTable {
    guard let options = operation.options else {
      throw problem(operation, "has no options; the file is damaged, convert the model again")
    }
    return options
  }

  /// The shape of a result, from the rules that hold for networks of real numbers.
  func shape(
    of float: Operation, _ inputs: [Int], _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> Shape {
    do throws(NetworkError) {
      return try float.outputShape(of: inputs.map { shapes[$0] })
    } catch {
      throw problem(operation, error.description)
    }
  }

  /// The extents of the file of a shape in ONNX axis order.
  static func fileExtents(_ shape: Shape) -> [Int] {
    shape.rank == 4 ? [shape[0], shape[2], shape[3], shape[1]] : shape.extents
  }

  /// Adds the layer of an operator whose float and integer forms have the same shape rule, and its result.
  mutating func takeLayer(
    _ operation: TFLiteOperator, float: Operation, integer: QuantizedOperation, inputs: [Int],
    activation: Int = 0
  ) throws(TFLiteProblem) {
    let output = try output(of: operation)
    let quantization = try output.quantization()
    let isFloat = quantization.format == .float32
    guard inputs.allSatisfy({ (quantizations[$0].format == .float32) == isFloat }) else {
      throw problem(
        operation, "mixes float32 and integers (a hybrid model); quantize the model fully")
    }
    let shape = try shape(of: float, inputs, operation)
    let range = try fusedRange(activation, operation)
    let value = try append(
      isFloat ? .float(float) : integer, kind: float.kind, name: output.name, inputs: inputs,
      extents: Self.fileExtents(shape), quantization: quantization,
      clamp: isFloat ? nil : try clamp(range, quantization, operation))
    guard isFloat, let range else { return try define(output, as: value, by: operation) }
    let clipped = try append(
      .float(.activation(.clip(low: range.low, high: range.high))), kind: "activation",
      name: output.name + "/activation", inputs: [value], extents: extents[value],
      quantization: quantization)
    try define(output, as: clipped, by: operation)
  }

  /// The ends of a fused activation; nil for none.
  func fusedRange(
    _ activation: Int, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> (low: Float, high: Float)? {
    switch activation {
    case 0: return nil
    case 1: return (0, .infinity)
    case 2: return (-1, 1)
    case 3: return (0, 6)
    default:
      throw problem(
        operation, "fused activation \(activation) is not supported; use RELU, RELU_N1_TO_1, RELU6")
    }
  }

  /// The codes of a range of real numbers: `CalculateActivationRangeQuantized` of TFLite.
  func clamp(
    _ range: (low: Float, high: Float)?, _ quantization: ActivationQuantization,
    _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> ClosedRange<Int> {
    guard let range else { return quantization.codes }
    let codes = quantization.codes
    let scale = Float(quantization.scale)
    func code(_ real: Float) -> Int {
      let steps = (real / scale).rounded(.toNearestOrAwayFromZero)
      // Beyond 2^32 the format's own end decides.
      return quantization.zeroPoint + Int(min(max(steps, -0x1p32), 0x1p32))
    }
    let low = max(codes.lowerBound, code(range.low))
    let high = range.high == .infinity ? codes.upperBound : min(codes.upperBound, code(range.high))
    guard low <= high else {
      throw problem(operation, "its fused activation leaves no codes; quantize the model again")
    }
    return low...high
  }
}
