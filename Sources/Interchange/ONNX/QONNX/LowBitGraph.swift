internal import Networks
internal import Quantization
internal import Tensors

/// A graph of low-bit layers as the file states it: float layers, and beside them what is known of
/// their element-wise functions, quantizers and weights.
struct LowBitGraph {
  /// What a layer of the float graph really is.
  enum Meaning {
    /// An element-wise function in float32.
    case function(LowBitFunction)
    /// A quantizer.
    case quantizer(QONNXQuantizers)
    /// A layer of products whose weights are whole multiples of these scales: one, or one a channel.
    case product([Float])
  }

  /// The layers, each element-wise function and quantizer with a stand-in operation.
  private(set) var graph: ONNXGraph
  /// The meanings by the layer's index, where there is more than the operation says.
  private(set) var meanings: [Int: Meaning] = [:]
  /// The steps of constants that a quantizer or a cast of integers gave, by their names.
  private var constantScales: [String: [Float]] = [:]

  init(graph: ONNXGraph) { self.graph = graph }

  /// What takes the place of an element-wise function in the float graph.
  private static let standIn = Networks.Operation.activation(.linear(scale: 1, offset: 0))

  /// Reads the whole graph; gives the value of its output.
  mutating func read(_ proto: Onnx_GraphProto) throws(ONNXProblem) -> Int {
    for tensor in proto.initializer {
      let constant = try ONNXConstant(tensor, externalData: &graph.externalData)
      try graph.define(tensor.name, .constant(constant), by: "initializer")
    }
    try graph.readInput(proto.input)
    for proto in proto.node {
      let type = QONNXOperator(proto)
      let countsSigns = QONNXOperator.isXnorPopcount(proto)
      let node = try ONNXNode(
        proto, operatorSets: graph.operatorSets,
        standIn: type == nil && !countsSigns ? nil : .identity)
      let value: ONNXGraph.Value
      if let type {
        value = try quantized(node, type, domainVersion: graph.operatorSets[proto.domain])
      } else if countsSigns {
        value = .activation(try equalSigns(node))
      } else if let layer = try elementwise(node) {
        value = .activation(layer)
      } else {
        value = try product(node)
      }
      guard let output = node.outputs.first, !output.isEmpty else {
        throw node.problem("has no output; export the network again")
      }
      try graph.define(output, value, by: "node '\(node.name)'")
    }
    guard let output = proto.output.first, case .activation(let value) = graph.values[output.name],
      value > 0
    else {
      throw ONNXProblem(
        "its output is not computed from the input by any layer; a network needs at least one")
    }
    return value
  }

  /// A quantizer; on a constant it is folded, and the steps of the result are remembered.
  private mutating func quantized(
    _ node: ONNXNode, _ type: QONNXOperator, domainVersion: Int?
  ) throws(ONNXProblem) -> ONNXGraph.Value {
    switch try graph.value(node, 0) {
    case .activation(let source):
      let quantizers = try graph.quantizers(
        node, type, shape: graph.shapes[source], domainVersion: domainVersion)
      let layer = try graph.append(node, Self.standIn, [source])
      meanings[layer - 1] = .quantizer(quantizers)
      return .activation(layer)
    case .constant(let constant):
      let shape = constant.shape
      let quantizers = try graph.quantizers(
        node, type, shape: shape, domainVersion: domainVersion)
      try graph.spend(node, shape)
      let extent = quantizers.axis.map { shape[$0] } ?? 1
      let stride = quantizers.axis.map { shape.strides[$0] } ?? 1
      let values = constant.floats.enumerated().map { index, x in
        quantizers.list[index / stride % extent].value(of: x)
      }
      if let output = node.outputs.first {
        constantScales[output] = quantizers.list.map(\.grid.step)
      }
      return .constant(.real(Tensor(shape: shape, elements: values)))
    }
  }

  /// A standard node that is no element-wise function; the scales of weights are kept with them.
  private mutating func product(_ node: ONNXNode) throws(ONNXProblem) -> ONNXGraph.Value {
    let before = graph.layers.count
    let value = try graph.result(of: node)
    let weights = node.inputs.count > 1 ? constantScales[node.inputs[1]] : nil
    for layer in before..<graph.layers.count where graph.layers[layer].operation.isProduct {
      meanings[layer] = .product(weights ?? [1])
    }
    if case .constant = value, let output = node.outputs.first, let first = node.inputs.first {
      switch node.type {
      case .identity, .dropout, .reshape, .flatten, .squeeze, .unsqueeze, .transpose, .cast:
        constantScales[output] = constantScales[first]
      default: break
      }
    }
    return value
  }

  /// The layer of an element-wise function of activations; nil for other nodes.
  private mutating func elementwise(_ node: ONNXNode) throws(ONNXProblem) -> Int? {
    switch node.type {
    case .add: return try arithmetic(node, .add)
    case .sub: return try arithmetic(node, .subtract)
    case .mul: return try arithmetic(node, .multiply)
    case .div: return try arithmetic(node, .divide)
    case .batchNormalization, .relu, .clip, .leakyRelu, .hardSigmoid, .hardSwish, .sigmoid, .tanh,
      .sign:
      guard case .activation = try graph.value(node, 0),
        case .activation(let value) = try graph.result(of: node)
      else { return nil }
      switch graph.layers[value - 1].operation {
      case .activation(let activation): meanings[value - 1] = .function(.activation(activation))
      case .channelAffine(let affine):
        guard (affine.scale + affine.offset).allSatisfy(\.isFinite) else {
          throw node.problem("its constants give slopes that are not finite; export it again")
        }
        meanings[value - 1] = .function(
          .affine(
            ChannelValues(affine.scale, axis: affine.axis),
            ChannelValues(affine.offset, axis: affine.axis)))
      default: break
      }
      return value
    default: return nil
    }
  }

  private mutating func arithmetic(
    _ node: ONNXNode, _ kind: BinaryKind
  ) throws(ONNXProblem) -> Int? {
    switch (try graph.value(node, 0), try graph.value(node, 1)) {
    case (.constant, .constant): return nil
    case (.activation(let left), .activation(let right)):
      let layer = try graph.append(node, .binary(kind), [left, right])
      if graph.shapes[left] == graph.shapes[right] {
        meanings[layer - 1] = .function(.combination(kind))
      }
      return layer
    case (.activation(let source), .constant(let constant)):
      return try arithmetic(node, kind, source, constant.tensor, isFirst: false)
    case (.constant(let constant), .activation(let source)):
      return try arithmetic(node, kind, source, constant.tensor, isFirst: true)
    }
  }

  private mutating func arithmetic(
    _ node: ONNXNode, _ kind: BinaryKind, _ source: Int, _ constant: Tensor<Float>, isFirst: Bool
  ) throws(ONNXProblem) -> Int {
    guard constant.elements.allSatisfy(\.isFinite),
      let target = Shape.broadcast(graph.shapes[source], constant.shape),
      target.checkedCount == graph.shapes[source].count
    else {
      throw node.problem(
        "a constant of \(constant.shape) does not broadcast to the input \(graph.shapes[source]), "
          + "or is not finite; export the network again")
    }
    let value = try graph.reshape(node, source, to: target, suffix: ".unsqueeze")
    if let values = ChannelValues(constant, beside: target) {
      let layer = try graph.append(node, Self.standIn, [value])
      meanings[layer - 1] = .function(.constant(kind, values, isFirst: isFirst))
      return layer
    }
    let operand = try graph.append(node, .constant(constant), [], suffix: ".constant")
    return try graph.append(
      node, .binary(kind), isFirst ? [operand, value] : [value, operand])
  }
}

extension LowBitGraph {
  /// XnorPopcountMatMul of bits 0 and 1: `(K + sum of (2 x - 1) (2 w - 1)) / 2`.
  private mutating func equalSigns(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try graph.activation(node)
    let weights = try graph.constant(node, 1, "weights").tensor
    guard weights.shape.rank == 2, weights.elements.allSatisfy({ $0 == 0 || $0 == 1 }),
      graph.shapes[source].extents.last == weights.shape[0], weights.shape.count > 0
    else {
      throw node.problem(
        "its weights are \(weights.shape) on a value of \(graph.shapes[source]); give a matrix of "
          + "0 and 1 with a row for each place of the last axis")
    }
    func number(_ value: Float) -> Tensor<Float> { Tensor(shape: Shape([]), elements: [value]) }
    var value = try arithmetic(node, .multiply, source, number(2), isFirst: false)
    value = try arithmetic(node, .subtract, value, number(1), isFirst: false)
    let layer = FullyConnected(
      inputFeatures: weights.shape[0], outputFeatures: weights.shape[1],
      weights: weights.map { 2 * $0 - 1 }.transposed([1, 0]))
    value = try graph.append(node, .fullyConnected(layer), [value])
    meanings[value - 1] = .product([1])
    value = try arithmetic(node, .add, value, number(Float(weights.shape[0])), isFirst: false)
    return try arithmetic(node, .multiply, value, number(0.5), isFirst: false)
  }
}

extension Networks.Operation {
  /// Whether it multiplies by weights that belong to it.
  var isProduct: Bool {
    switch self {
    case .convolution, .fullyConnected: true
    default: false
    }
  }
}
