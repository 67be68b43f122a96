internal import Arithmetic
internal import Networks
internal import Tensors

/// Operators on codes as what they stand for.
extension ONNXQuantizedGraph {
  /// Reads a node of the operators on codes.
  mutating func read(_ node: ONNXNode, _ type: ONNXQuantizedOperator) throws(ONNXProblem) {
    guard node.outputs.first?.isEmpty == false else {
      throw node.problem("has no output; export the network again")
    }
    switch type {
    case .quantizeLinear: try quantize(node)
    case .dequantizeLinear: try dequantize(node)
    case .dynamicQuantizeLinear: try dynamicQuantize(node)
    case .qLinearConv:
      let x = try dequantized(node, 0, axis: 1)
      let w = try dequantized(node, 3, axis: 0)
      let bias = try dequantizedBias(node, 8, scales: (1, 4))
      try read(node, as: .conv, [x, w, bias], scale: 6)
    case .qLinearMatMul:
      let a = try dequantized(node, 0, axis: -2)
      let b = try dequantized(node, 3, axis: -1)
      try read(node, as: .matMul, [a, b], scale: 6)
    case .qLinearAdd, .qLinearMul:
      let a = try dequantized(node, 0, axis: 1)
      let b = try dequantized(node, 3, axis: 1)
      try read(node, as: type.real, [a, b], scale: 6)
    case .qLinearAveragePool, .qLinearGlobalAveragePool:
      guard try !node.flag("channels_last") else {
        throw node.problem("has its channels last; only channels first are supported")
      }
      try read(node, as: type.real, [try dequantized(node, 0, axis: 1)], scale: 3)
    case .qLinearSigmoid, .qLinearLeakyRelu, .qLinearSoftmax:
      try read(node, as: type.real, [try dequantized(node, 0, axis: 1)], scale: 3)
    case .qLinearConcat:
      guard node.inputs.count >= 5, node.inputs.count % 3 == 2 else {
        throw node.problem("needs a scale and a zero point for each input; export it again")
      }
      var parts: [String] = []
      for index in stride(from: 2, to: node.inputs.count, by: 3) {
        parts.append(try dequantized(node, index, axis: 1))
      }
      try read(node, as: .concat, parts, scale: 0)
    case .qGemm:
      let a = try dequantized(node, 0, axis: -2)
      let b = try dequantized(node, 3, axis: try node.flag("transB") ? 0 : -1)
      let bias = try dequantizedBias(node, 6, scales: (1, 4))
      guard try node.float("alpha") ?? 1 == 1 else {
        throw node.problem("multiplies by alpha; only 1 is supported")
      }
      try read(node, as: .gemm, [a, b, bias], scale: 7)
    case .convInteger, .matMulInteger:
      let isConvolution = type == .convInteger
      let a = try unit(node, 0, zeroPoint: 2, axis: isConvolution ? 1 : -2)
      let b = try unit(node, 1, zeroPoint: 3, axis: isConvolution ? 0 : -1)
      let sum = "\(node.outputs[0])#sum"
      try read(node.reading(as: type.real, [a, b], giving: [sum]))
      guard case .activation(let value)? = graph.values[sum] else {
        throw node.problem("reads only constants; fold it before export")
      }
      try define(
        node,
        append(
          node,
          .quantize(
            ActivationQuantization(
              format: .affine(IntegerFormat(bits: 32, isSigned: true)), scale: 1, zeroPoint: 0)),
          [value]), .int32)
    }
  }

  /// The operator on real numbers between dequantized inputs and the quantization of its output.
  private mutating func read(
    _ node: ONNXNode, as type: ONNXOperator, _ inputs: [String], scale: Int
  ) throws(ONNXProblem) {
    guard try graph.optional(node, scale) != nil else {
      // Without an output scale the result is real.
      return try read(node.reading(as: type, inputs, giving: node.outputs))
    }
    let real = "\(node.outputs[0])#real"
    try read(node.reading(as: type, inputs, giving: [real]))
    let parameters = [scale, scale + 1].map { $0 < node.inputs.count ? node.inputs[$0] : "" }
    let zeroPoint = parameters[1].isEmpty ? [] : [parameters[1]]
    try quantize(
      node.reading(as: .identity, [real, parameters[0]] + zeroPoint, giving: node.outputs))
  }

  /// The name of input `index`, whose scale and zero point follow it, as real numbers.
  private mutating func dequantized(
    _ node: ONNXNode, _ index: Int, axis: Int
  ) throws(ONNXProblem) -> String {
    let shape = try shape(node, index)
    let name = "\(node.outputs[0])#input\(index)"
    func input(_ index: Int) -> String { index < node.inputs.count ? node.inputs[index] : "" }
    try dequantize(
      node.reading(
        as: .identity, [input(index), input(index + 1), input(index + 2)], giving: [name],
        axis: axis < 0 ? axis + shape.rank : axis))
    return name
  }

  /// The name of the bias as real numbers, its scale being the product of two others; empty without.
  private mutating func dequantizedBias(
    _ node: ONNXNode, _ index: Int, scales: (Int, Int)
  ) throws(ONNXProblem) -> String {
    guard try graph.optional(node, index) != nil else { return "" }
    let input = try graph.constant(node, scales.0, "scale").floats
    let weights = try graph.constant(node, scales.1, "scale").floats
    guard input.count == 1 else { throw node.problem("needs one scale for its input") }
    let name = "\(node.outputs[0])#bias"
    try graph.define(
      name + ".scale",
      .constant(
        .real(Tensor(shape: Shape([weights.count]), elements: weights.map { $0 * input[0] }))),
      by: "node '\(node.name)'")
    let flat = try graph.constant(node, index, "bias")
    try graph.define(
      name + ".codes", .constant(flat.reshaped(Shape([flat.shape.count]))),
      by: "node '\(node.name)'")
    types[name + ".codes"] = .int32
    try dequantize(
      node.reading(
        as: .identity, [name + ".codes", name + ".scale"], giving: [name], axis: 0))
    return name
  }

  /// The name of input `index` as numbers with a scale of 1.
  private mutating func unit(
    _ node: ONNXNode, _ index: Int, zeroPoint: Int, axis: Int
  ) throws(ONNXProblem) -> String {
    let shape = try shape(node, index)
    let name = "\(node.outputs[0])#input\(index)"
    let zeroName = zeroPoint < node.inputs.count ? node.inputs[zeroPoint] : ""
    if let offset = offsets[node.inputs[index]] {
      guard offset.zeroPoint == zeroName else {
        throw node.problem("its zero point is not that of the codes it reads; export it again")
      }
      let value = append(
        node, .dequantize(Self.dynamicCodes), [offset.value], suffix: ".input\(index)")
      try graph.define(name, .activation(value), by: "node '\(node.name)'")
      return name
    }
    let count = try graph.optionalConstant(node, zeroPoint, "zero point")?.shape.count ?? 1
    guard count <= max(shape.extents.max() ?? 1, 1) else {
      throw node.problem("has \(count) zero points for an input of \(shape); export it again")
    }
    let ones = Tensor<Float>(shape: Shape(count == 1 ? [] : [count]), repeating: 1)
    try graph.define(name + ".scale", .constant(.real(ones)), by: "node '\(node.name)'")
    try dequantize(
      node.reading(
        as: .identity, [node.inputs[index], name + ".scale", zeroName], giving: [name],
        axis: axis < 0 ? axis + shape.rank : axis))
    return name
  }

  private func shape(_ node: ONNXNode, _ index: Int) throws(ONNXProblem) -> Shape {
    switch try graph.value(node, index) {
    case .activation(let value): graph.shapes[value]
    case .constant(let constant): constant.shape
    }
  }
}

/// DynamicQuantizeLinear.
extension ONNXQuantizedGraph {
  /// 8-bit codes less a zero point of 8 bits.
  static let dynamicCodes = ActivationQuantization(
    format: .affine(IntegerFormat(bits: 9, isSigned: true)), scale: 1, zeroPoint: 0)

  /// DynamicQuantizeLinear: codes, scale and zero point from the sample itself.
  mutating func dynamicQuantize(_ node: ONNXNode) throws(ONNXProblem) {
    let source = try graph.activation(node)
    let byte = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: false)), scale: 1, zeroPoint: 0)
    let scalar = Shape([])
    let offset = append(
      node, .integer(.dynamicQuantize, Self.dynamicCodes), [source], suffix: ".offsets")
    let scale = append(
      node, .integer(.dynamicScale, .float32), [source], shape: scalar, suffix: ".scale")
    let zero = append(
      node, .integer(.dynamicZeroPoint, byte), [source], shape: scalar, suffix: ".zeroPoint")
    // The codes themselves, for whoever asks: `offset + zero`, exact.
    let offsetReal = append(node, .dequantize(Self.dynamicCodes), [offset], suffix: ".steps")
    let zeroReal = append(node, .dequantize(byte), [zero], suffix: ".zero")
    let sum = try graph.append(node, .binary(.add), [offsetReal, zeroReal], suffix: ".sum")
    let codes = append(node, .quantize(byte), [sum])
    try define(node, codes, .uint8)
    try define(node, .activation(scale), .float, output: 1)
    try define(node, .activation(zero), .uint8, output: 2)
    offsets[node.outputs[0]] = (offset, node.outputs.count > 2 ? node.outputs[2] : "")
  }
}
