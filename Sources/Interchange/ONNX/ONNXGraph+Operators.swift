internal import Networks
internal import Tensors

extension ONNXGraph {
  /// What each output of a node is; nil for outputs that nothing asks for or that cannot be had.
  mutating func results(of node: ONNXNode) throws(ONNXProblem) -> [Value?] {
    guard case .activation? = try optional(node, 0) else { return [try result(of: node)] }
    switch node.type {
    case .split: return try split(node)
    case .lstm: return try lstm(node)
    default: return [try result(of: node)]
    }
  }

  /// What a node gives: a folded constant when it reads only constants, else a value of the network.
  mutating func result(of node: ONNXNode) throws(ONNXProblem) -> Value {
    if node.type == .constant { return .constant(try literal(node)) }
    let inputs = try allValues(node)
    var constants: [ONNXConstant] = []
    for case .constant(let constant) in inputs { constants.append(constant) }
    if node.type == .shape, case .activation(let value)? = inputs.first {
      return .constant(try extents(node, of: shapes[value]))
    }
    if constants.count == inputs.count {
      let folded = try folded(node)
      return .constant(folded)
    }
    return .activation(try layer(node))
  }

  /// The number of the value of a node that reads activations.
  private mutating func layer(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    switch node.type {
    case .conv: return try convolution(node)
    case .gemm: return try gemm(node)
    case .matMul: return try matMul(node)
    case .convTranspose: return try transposedConvolution(node)
    case .add: return try arithmetic(node, .add)
    case .sub: return try arithmetic(node, .subtract)
    case .mul: return try arithmetic(node, .multiply)
    case .div: return try arithmetic(node, .divide)
    case .pow: return try arithmetic(node, .power)
    case .max: return try extremum(node, .maximum)
    case .min: return try extremum(node, .minimum)
    case .maxPool, .averagePool: return try pool(node)
    case .globalMaxPool, .globalAveragePool: return try globalPool(node)
    case .batchNormalization: return try batchNormalization(node)
    case .relu: return try elementwise(node, .relu)
    case .clip: return try elementwise(node, try clip(node))
    case .leakyRelu:
      return try elementwise(node, .leakyRelu(slope: try node.float("alpha") ?? 0.01))
    case .hardSigmoid:
      let slope = try node.float("alpha") ?? 0.2
      return try elementwise(
        node, .hardSigmoid(slope: slope, offset: try node.float("beta") ?? 0.5))
    case .hardSwish: return try elementwise(node, .hardSwish)
    case .sigmoid: return try elementwise(node, .sigmoid)
    case .tanh: return try elementwise(node, .tanh)
    case .sign: return try elementwise(node, .sign)
    case .flatten: return try flatten(node)
    case .reshape: return try reshape(node)
    case .squeeze, .unsqueeze: return try changeAxes(node)
    case .transpose: return try transpose(node)
    case .concat: return try concatenation(node)
    case .pad: return try pad(node)
    case .softmax: return try softmax(node)
    case .identity: return try activation(node)
    case .dropout:
      if try optionalConstant(node, 2, "training mode")?.scalar ?? 0 != 0 {
        throw node.problem("is in training mode; export the network for inference")
      }
      return try activation(node)
    case .cast:
      guard let to = try node.integer("to"), ONNXElementType(rawValue: to)?.isReal == true else {
        throw node.problem(
          "casts a computed value to an integer type; only casts to real types are supported")
      }
      return try activation(node)
    case .gather: return try gather(node)
    case .slice: return try slice(node)
    case .constant, .constantOfShape, .lstm, .shape, .split:
      throw node.problem(
        "reads a computed value; it is supported on constants only (Shape gives a constant)")
    }
  }

  /// The constant of a Constant node.
  private mutating func literal(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    let scalar = Shape([])
    if let proto = try node.tensor("value") {
      return try ONNXConstant(proto, externalData: &externalData)
    }
    if let value = try node.float("value_float") {
      return .real(Tensor(shape: scalar, elements: [value]))
    }
    if let value = try node.integer("value_int") {
      return .integer(Tensor(shape: scalar, elements: [value]))
    }
    if let values = try node.floats("value_floats") {
      return .real(Tensor(shape: Shape([values.count]), elements: values))
    }
    if let values = try node.integers("value_ints") {
      return .integer(Tensor(shape: Shape([values.count]), elements: values))
    }
    throw node.problem("its value is missing, sparse or text; only numbers are supported")
  }
}
