internal import Tensors

extension ONNXGraph {
  /// The constant that a node on constants gives.
  mutating func folded(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    switch node.type {
    case .identity, .dropout:
      return try constant(node, 0, "input")
    case .shape:
      return try extents(node, of: try constant(node, 0, "input").shape)
    case .cast:
      return try casted(node)
    case .reshape:
      let input = try constant(node, 0, "input")
      return input.reshaped(try reshapedShape(node, of: input.shape))
    case .flatten:
      let input = try constant(node, 0, "input")
      return input.reshaped(try flattenedShape(node, of: input.shape))
    case .squeeze, .unsqueeze:
      let input = try constant(node, 0, "input")
      return input.reshaped(try changedAxesShape(node, of: input.shape))
    case .transpose:
      let input = try constant(node, 0, "input")
      let permutation = try permutation(node, rank: input.shape.rank)
      try spend(node, input.shape)
      return input.gathered(
        IndexTable.transpose(input.shape, permutation), shape: input.shape.permuted(permutation))
    case .constantOfShape: return try filled(node)
    case .gather: return try gathered(node)
    case .slice: return try sliced(node)
    case .concat: return try concatenated(node)
    case .add, .sub, .mul, .div, .pow:
      let left = try constant(node, 0, "left operand")
      return try combined(node, left, try constant(node, 1, "right operand"))
    case .max, .min:
      var result = try constant(node, 0, "first operand")
      for index in node.inputs.indices.dropFirst() {
        result = try combined(node, result, try constant(node, index, "operand"))
      }
      return result
    case .sign: return try sign(node)
    case .averagePool, .batchNormalization, .clip, .constant, .conv, .convTranspose, .gemm,
      .globalAveragePool, .globalMaxPool, .hardSigmoid, .hardSwish, .leakyRelu, .lstm, .matMul,
      .maxPool, .pad, .relu, .sigmoid, .softmax, .split, .tanh:
      throw node.problem(
        "reads only constants and cannot be folded; fold it before export, e.g. with onnxsim")
    }
  }

  /// Takes the elements of a result from the budget, before they are allocated.
  mutating func spend(_ node: ONNXNode, _ shape: Shape) throws(ONNXProblem) {
    guard let count = shape.checkedCount, count <= foldingBudget else {
      throw node.problem(
        "folding it to a constant of \(shape) needs too much memory; all folded constants together "
          + "may have 2^26 elements and one for each byte of the file")
    }
    foldingBudget -= count
  }

  private mutating func casted(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    let input = try constant(node, 0, "input")
    guard let number = try node.integer("to"), let type = ONNXElementType(rawValue: number) else {
      throw node.problem("casts to an element type that is not supported; use float or an integer")
    }
    try spend(node, input.shape)
    guard type.minifloat == nil else {
      throw node.problem("casts to a small floating-point type; use QuantizeLinear")
    }
    if type.isReal { return .real(input.tensor) }
    var elements: [Int] = []
    elements.reserveCapacity(input.shape.count)
    switch input {
    case .integer, .bytes: elements = input.integers ?? []
    case .real, .quantized:
      for value in input.floats {
        guard let integer = Int(exactly: value.rounded(.towardZero)) else {
          throw node.problem("casts \(value) to an integer; only finite numbers can be")
        }
        elements.append(integer)
      }
    }
    func narrowed<Word: FixedWidthInteger>(_: Word.Type) -> [Int] {
      elements.map { Int(Word(truncatingIfNeeded: $0)) }
    }
    switch type {
    case .bool: elements = elements.map { $0 == 0 ? 0 : 1 }
    case .int8: elements = narrowed(Int8.self)
    case .uint8: elements = narrowed(UInt8.self)
    case .int16: elements = narrowed(Int16.self)
    case .uint16: elements = narrowed(UInt16.self)
    case .int32: elements = narrowed(Int32.self)
    case .uint32: elements = narrowed(UInt32.self)
    case .int64, .uint64, .float, .float16, .double, .bfloat16: break
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1: break
    case .uint2, .int2, .uint4, .int4:
      throw node.problem("casts to an integer of less than 8 bits; use QuantizeLinear")
    }
    return .integer(Tensor(shape: input.shape, elements: elements))
  }

  private mutating func filled(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    guard let extents = try constant(node, 0, "shape").integers else {
      throw node.problem("its shape must be integers; export the network again")
    }
    let shape = Shape(extents)
    try spend(node, shape)
    guard let proto = try node.tensor("value") else {
      return .real(Tensor(shape: shape, repeating: 0))
    }
    let value = try ONNXConstant(proto, externalData: &externalData)
    guard value.shape.count == 1 else {
      throw node.problem("its value must be one number; export the network again")
    }
    switch value {
    case .real(let tensor): return .real(Tensor(shape: shape, repeating: tensor.elements[0]))
    case .integer(let tensor): return .integer(Tensor(shape: shape, repeating: tensor.elements[0]))
    case .bytes(let codes, _): return .integer(Tensor(shape: shape, repeating: Int(codes[0])))
    case .quantized: return .real(Tensor(shape: shape, repeating: value.floats[0]))
    }
  }

  /// Add, Sub, Mul, Div, Pow, Max and Min of two constants, broadcast.
  private mutating func combined(
    _ node: ONNXNode, _ left: ONNXConstant, _ right: ONNXConstant
  ) throws(ONNXProblem) -> ONNXConstant {
    guard let shape = Shape.broadcast(left.shape, right.shape) else {
      throw node.problem("\(left.shape) and \(right.shape) do not broadcast; export it again")
    }
    try spend(node, shape)
    let a = IndexTable.broadcast(left.shape, to: shape)
    let b = IndexTable.broadcast(right.shape, to: shape)
    if let x = left.integers, let y = right.integers, node.type != .pow {
      var elements: [Int] = []
      elements.reserveCapacity(shape.count)
      for index in a.indices {
        guard let value = node.combined(x[a[index]], y[b[index]]) else {
          throw node.problem("divides by zero; export the network again")
        }
        elements.append(value)
      }
      return .integer(Tensor(shape: shape, elements: elements))
    }
    let (x, y) = (left.floats, right.floats)
    var elements: [Float] = []
    elements.reserveCapacity(shape.count)
    for index in a.indices { elements.append(node.combined(x[a[index]], y[b[index]])) }
    return .real(Tensor(shape: shape, elements: elements))
  }

  private mutating func sign(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    let input = try constant(node, 0, "input")
    try spend(node, input.shape)
    switch input {
    case .real, .quantized: return .real(input.tensor.map { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 * $0 })
    case .integer(let tensor): return .integer(tensor.map { $0.signum() })
    case .bytes(let codes, let shape):
      return .integer(Tensor(shape: shape, elements: codes.map { Int($0.signum()) }))
    }
  }
}
