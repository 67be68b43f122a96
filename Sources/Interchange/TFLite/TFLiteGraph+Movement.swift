internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// The input of an operator that moves codes: its quantization must be that of the output.
  private mutating func movedInput(
    _ position: Int, _ output: TFLiteTensor, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> Int {
    let value = try value(of: try input(position, of: operation))
    guard quantizations[value] == (try output.quantization()) else {
      throw problem(operation, "must keep type, scale and zero point; convert the model again")
    }
    return value
  }

  /// RESHAPE, SQUEEZE and EXPAND_DIMS: the extents of the output say it all.
  mutating func takeReshape(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let output = try output(of: operation)
    let value = try movedInput(0, output, operation)
    guard shapes[value].count == output.count else {
      throw problem(
        operation,
        "reads \(Shape(extents[value])) and writes \(Shape(output.extents)); both must "
          + "have the same number of elements")
    }
    try define(
      output, as: try reshaped(value, to: output.extents, name: output.name), by: operation)
  }

  /// TRANSPOSE: axis `i` of the output is axis `permutation[i]` of the input, in the file's order.
  mutating func takeTranspose(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let output = try output(of: operation)
    let value = try movedInput(0, output, operation)
    let permutation = try list(1, of: operation)
    let rank = extents[value].count
    guard permutation.sorted() == Array(0..<rank) else {
      throw problem(operation, "permutation \(permutation) must name each of \(rank) axes once")
    }
    var axes: [Int] = []
    for source in Self.onnxOrder(permutation) {
      axes.append(try axis(source, rank: rank, of: operation).onnx)
    }
    try takeLayer(operation, float: .transpose(axes), integer: .transpose(axes), inputs: [value])
  }

  /// CONCATENATION; inputs of uint8 may be rescaled.
  mutating func takeConcatenation(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let options = try options(operation)
    var inputs: [Int] = []
    let output = try output(of: operation)
    for position in operation.inputs.indices {
      let value = try value(of: try input(position, of: operation))
      inputs.append(
        try rescaled(value, to: try output.quantization(), name: output.name, operation))
    }
    let rank = output.extents.count
    guard !inputs.isEmpty, inputs.allSatisfy({ extents[$0].count == rank }) else {
      throw problem(operation, "needs inputs of \(rank) axes; convert the model again")
    }
    let axis = try axis(try options.int(0), rank: rank, of: operation).onnx
    try takeLayer(
      operation, float: .concatenation(axis: axis), integer: .concatenation(axis: axis),
      inputs: inputs, activation: try options.byte(1))
  }

  /// A value in the codes of a concatenation: `round(q * s / s_y - z * s / s_y) + z_y` in float32.
  private mutating func rescaled(
    _ value: Int, to result: ActivationQuantization, name: String, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> Int {
    let source = quantizations[value]
    if source == result { return value }
    let bytes = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: false))
    guard source.format == bytes, result.format == bytes else {
      throw problem(operation, "its inputs must have the output's type, scale and zero point")
    }
    try spend(256)
    let scale = Float(source.scale) * (1 / Float(result.scale))
    let bias = -Float(source.zeroPoint) * scale
    let table = source.codes.map { code -> Int32 in
      let steps = (Float(code) * scale + bias).rounded(.toNearestOrAwayFromZero)
      let shifted = Int(min(max(steps, -0x1p30), 0x1p30)) + result.zeroPoint
      return Int32(min(max(shifted, result.codes.lowerBound), result.codes.upperBound))
    }
    return try append(
      .table(table), kind: "activation", name: name + "/rescaled", inputs: [value],
      extents: extents[value], quantization: result)
  }

  /// PACK: the inputs one after the other along a new axis.
  mutating func takePack(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let output = try output(of: operation)
    let (place, axis) = try axis(
      try options(operation).int(1), rank: output.extents.count, of: operation)
    var wanted = output.extents
    wanted[place] = 1
    var inputs: [Int] = []
    for position in operation.inputs.indices {
      let value = try movedInput(position, output, operation)
      guard shapes[value].count == wanted.reduce(1, *) else {
        throw problem(operation, "its inputs do not fit its output; convert the model again")
      }
      inputs.append(try reshaped(value, to: wanted, name: "\(output.name)/\(position)"))
    }
    try takeLayer(
      operation, float: .concatenation(axis: axis), integer: .concatenation(axis: axis),
      inputs: inputs)
  }

  /// PAD and PADV2: a border of zeros, or of a constant.
  mutating func takePad(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let output = try output(of: operation)
    let value = try movedInput(0, output, operation)
    let rank = extents[value].count
    let amounts = try list(1, of: operation)
    guard amounts.count == 2 * rank else {
      throw problem(operation, "has \(amounts.count) amounts for \(rank) axes; give two for each")
    }
    let before = Self.onnxOrder(stride(from: 0, to: 2 * rank, by: 2).map { amounts[$0] })
    let after = Self.onnxOrder(stride(from: 1, to: 2 * rank, by: 2).map { amounts[$0] })
    var code = quantizations[value].zeroPoint
    var real: Float = 0
    if operation.kind == .padV2 {
      let border = try input(2, of: operation)
      guard border.count == 1, try border.quantization() == quantizations[value] else {
        throw problem(operation, "its border must be one element of the input's quantization")
      }
      if border.type == .float32 {
        real = try floats(border)[0]
      } else {
        code = Int(try codes(border)[0])
      }
    }
    try takeLayer(
      operation, float: .pad(before: before, after: after, value: real),
      integer: .pad(before: before, after: after, code: code), inputs: [value])
  }
}
