internal import Arithmetic
internal import Networks
internal import Tensors

/// A graph with codes in it under construction: layers on real numbers, marked where codes begin and end.
///
/// Operators on codes are read as what they stand for, DequantizeLinear, the operator on real numbers,
/// QuantizeLinear, so that both styles of quantized graphs become the same; `ONNXQuantizedFusion` then
/// makes integer layers of them.
struct ONNXQuantizedGraph {
  /// What a layer of `graph` is instead of its operation.
  enum Role {
    /// Codes of the real numbers it reads.
    case quantize(ActivationQuantization)
    /// The real numbers of the codes it reads.
    case dequantize(ActivationQuantization)
    /// A layer on codes, or one from or to them, with the quantization of its output.
    case integer(QuantizedOperation, ActivationQuantization)
  }

  /// The layers, the shapes and the names of the file.
  var graph: ONNXGraph
  /// The roles of layers, by the number of the value they give.
  var roles: [Int: Role] = [:]
  /// The element types of names, as far as they are known.
  var types: [String: ONNXElementType] = [:]
  /// The codes of the weights of convolutions and fully connected layers, in the layer's layout.
  var weights: [Int: ONNXCodes] = [:]
  /// The codes of their biases.
  var biases: [Int: ONNXCodes] = [:]
  /// Codes that DynamicQuantizeLinear gives: the same less the zero point, and the zero point's name.
  var offsets: [String: (value: Int, zeroPoint: String)] = [:]
  /// The element types of codes before they were cast to wider integers, by the name of the result.
  var widened: [String: ONNXElementType] = [:]
  /// The element type of the graph's input.
  var inputType = ONNXElementType.float

  init(graph: ONNXGraph) { self.graph = graph }

  /// Whether a graph has operators that this reader is for.
  static func isNeeded(for graph: Onnx_GraphProto) -> Bool {
    graph.node.contains { ONNXQuantizedOperator($0) != nil }
  }

  /// Reads the whole graph and takes its constants out of it.
  mutating func network(
    of proto: inout Onnx_GraphProto, name: String
  ) throws(ONNXProblem) -> QuantizedNetwork {
    for tensor in proto.initializer {
      types[tensor.name] = ONNXElementType(rawValue: Int(tensor.dataType))
    }
    try graph.readInitializers(&proto.initializer)
    try graph.bindConstants(to: proto.input)
    for input in proto.input where types[input.name] == nil {
      types[input.name] = ONNXElementType(rawValue: Int(input.type.tensorType.elemType))
    }
    try graph.readInput(proto.input)
    for input in proto.input {
      if case .activation? = graph.values[input.name] { inputType = types[input.name] ?? .float }
    }
    for entry in proto.node {
      if let type = ONNXQuantizedOperator(entry) {
        let node = try ONNXNode(entry, operatorSets: graph.operatorSets, standIn: type.real)
        try read(node, type)
      } else {
        try read(try ONNXNode(entry, operatorSets: graph.operatorSets))
      }
    }
    let output = try graph.output(of: proto)
    var fusion = ONNXQuantizedFusion(self, output: output)
    return try fusion.network(name: name)
  }

  /// Reads a node of the operators on real numbers, or one that moves codes.
  mutating func read(_ original: ONNXNode) throws(ONNXProblem) {
    let node = try withConstantOperands(original)
    guard node.outputs.contains(where: { !$0.isEmpty }) else {
      throw node.problem("has no output; export the network again")
    }
    if try readCast(node) { return }
    if try readLookup(node) { return }
    let first = graph.layers.count
    let results = try graph.results(of: node)
    for (output, value) in zip(node.outputs, results) {
      guard let value, !output.isEmpty else { continue }
      try graph.define(output, value, by: "node '\(node.name)'")
      types[output] = try elementType(of: node)
    }
    for index in first..<graph.layers.count { try noteCodes(node, layer: index) }
  }

  /// The element type of a node's outputs.
  private func elementType(of node: ONNXNode) throws(ONNXProblem) -> ONNXElementType? {
    switch node.type {
    case .constant:
      guard let proto = try node.tensor("value") else { return nil }
      return ONNXElementType(rawValue: Int(proto.dataType))
    case .constantOfShape:
      guard let proto = try node.tensor("value") else { return .float }
      return ONNXElementType(rawValue: Int(proto.dataType))
    case .cast: return try node.integer("to").flatMap { ONNXElementType(rawValue: $0) }
    case .shape: return .int64
    default: return node.inputs.first.flatMap { types[$0] }
    }
  }

  /// Cast of integers to real numbers: the numbers of codes with a scale of 1.
  private mutating func readCast(_ node: ONNXNode) throws(ONNXProblem) -> Bool {
    guard node.type == .cast, case .activation? = try graph.optional(node, 0),
      let type = types[node.inputs[0]], !type.isReal
    else { return false }
    let target = try node.integer("to").flatMap { ONNXElementType(rawValue: $0) }
    if let format = type.integer, format.bits <= 16, target == .int32 || target == .int64 {
      let codes = try graph.activation(node)
      widened[node.outputs.first ?? ""] = type
      try define(node, codes, .int32)
      return true
    }
    guard target?.isReal == true, let format = type.integer
    else {
      throw node.problem(
        "casts computed integers; only casts of 2 to 32 bits to real types are supported")
    }
    let codes = ActivationQuantization(format: .affine(format), scale: 1, zeroPoint: 0)
    let value = append(node, .dequantize(codes), [try graph.activation(node)])
    try define(node, value, .float)
    return true
  }

  /// Keeps the codes of the weights and the bias of a layer just read.
  private mutating func noteCodes(_ node: ONNXNode, layer index: Int) throws(ONNXProblem) {
    let layer = graph.layers[index]
    let shape: Shape
    switch layer.operation {
    case .convolution(let convolution): shape = convolution.weightShape
    case .fullyConnected(let connected): shape = connected.weightShape
    default: return
    }
    guard case .constant(.quantized(let codes))? = try graph.optional(node, 1) else { return }
    if let laidOut = try layout(codes, node, shape) {
      weights[index + 1] = laidOut
      // Its real numbers would be four times as large, and few layers need them.
      graph.setWeights(nil, ofLayer: index)
    }
    if case .constant(.quantized(let codes))? = try graph.optional(node, 2) {
      biases[index + 1] = codes
    }
  }

  /// The codes of weights in the layout of the layer they belong to.
  private func layout(
    _ codes: ONNXCodes, _ node: ONNXNode, _ target: Shape
  ) throws(ONNXProblem) -> ONNXCodes? {
    guard codes.shape.count == target.count else { return nil }
    switch node.type {
    case .conv:
      let extents = codes.shape.extents
      let image = extents.count == 3 ? [extents[0], extents[1], 1, extents[2]] : extents
      return image.count == 4 ? codes.reshaped(Shape(image)).transposed([0, 2, 3, 1]) : nil
    case .convTranspose:
      let extents = codes.shape.extents
      let image = Shape(extents.count == 3 ? [extents[0], extents[1], 1, extents[2]] : extents)
      guard image.rank == 4, target.rank == 4, target[3] > 0, image[0] % target[3] == 0 else {
        return nil
      }
      return codes.gathered(
        ONNXGraph.turnedPlaces(image, groups: image[0] / target[3]), shape: target)
    case .gemm:
      guard try node.float("alpha") ?? 1 == 1, try node.float("beta") ?? 1 == 1 else { return nil }
      return try node.flag("transB") ? codes : codes.transposed([1, 0])
    case .matMul:
      let matrix = codes.reshaped(Shape([target[1], target[0]]))
      return matrix.transposed([1, 0])
    default: return nil
    }
  }
}

extension ONNXQuantizedGraph {
  /// Adds a layer of a role for a node: its output has the shape of its input.
  mutating func append(
    _ node: ONNXNode, _ role: Role, _ inputs: [Int], shape: Shape? = nil, suffix: String = ""
  ) -> Int {
    let value = graph.append(
      .activation(.linear(scale: 1, offset: 0)), inputs, named: node.name + suffix,
      shape: shape ?? graph.shapes[inputs[0]])
    roles[value] = role
    return value
  }

  /// Names the first output of a node.
  mutating func define(
    _ node: ONNXNode, _ value: Int, _ type: ONNXElementType
  ) throws(ONNXProblem) {
    try define(node, .activation(value), type)
  }

  /// Names an output of a node.
  mutating func define(
    _ node: ONNXNode, _ value: ONNXGraph.Value, _ type: ONNXElementType, output: Int = 0
  ) throws(ONNXProblem) {
    guard output < node.outputs.count, !node.outputs[output].isEmpty else {
      if output > 0 { return }
      throw node.problem("has no output; export the network again")
    }
    try graph.define(node.outputs[output], value, by: "node '\(node.name)'")
    types[node.outputs[output]] = type
  }

  /// The node with quantized constants that it adds, multiplies or concatenates as layers, so that both
  /// operands are codes; so is a stack of matrices.
  private mutating func withConstantOperands(
    _ node: ONNXNode
  ) throws(ONNXProblem) -> ONNXNode {
    switch node.type {
    case .add, .sub, .mul, .matMul, .concat: break
    default: return node
    }
    var constants: [(index: Int, codes: ONNXCodes)] = []
    var hasActivation = false
    for index in node.inputs.indices {
      switch try graph.optional(node, index) {
      case .constant(.quantized(let codes))?: constants.append((index, codes))
      case .activation?: hasActivation = true
      case .constant?, nil: break
      }
    }
    guard hasActivation else { return node }
    var inputs = node.inputs
    for (index, codes) in constants {
      let isMatrix = codes.shape.extents.dropLast(2).allSatisfy { $0 == 1 }
      guard node.type != .matMul || !isMatrix || index == 0, let (scales, zeros) = codes.channels(1)
      else { continue }
      let quantization = ActivationQuantization(
        format: .affine(codes.format), scale: Double(scales[0]), zeroPoint: Int(zeros[0]))
      let layer = append(
        node, .integer(.constant(codes.codes.words), quantization), [], shape: codes.shape,
        suffix: ".constant")
      let value = append(node, .dequantize(quantization), [layer], suffix: ".constant.dequantize")
      inputs[index] = "\(node.outputs.first ?? "")#input\(index)"
      try graph.define(inputs[index], .activation(value), by: "node '\(node.name)'")
    }
    return node.reading(as: node.type, inputs, giving: node.outputs)
  }
}
