internal import Networks
internal import Tensors

/// The network under construction while the nodes of a file are read in their order.
struct ONNXGraph {
  /// What a name in the file stands for.
  enum Value {
    /// A value known already.
    case constant(ONNXConstant)
    /// A value of the network, by its number.
    case activation(Int)
  }

  /// The elements that folding may produce besides one for each byte of the file.
  static let baseFoldingBudget = 64 << 20

  /// The operator set of each domain.
  let operatorSets: [String: Int]
  /// What inputs and outputs mean.
  let options: ONNXOptions
  /// Weights in other files.
  var externalData: ONNXExternalData
  /// The elements that constant folding may still produce: a small file cannot ask for all memory.
  var foldingBudget: Int
  /// The values by their names in the file.
  var values: [String: Value] = [:]
  /// The layers so far.
  private(set) var layers: [Layer] = []
  /// The shape of each value so far.
  var shapes: [Shape] = []
  /// How many layers wanted each name.
  private var layerNames: [String: Int] = [:]
  /// The batch size that the file says, which becomes 1.
  var declaredBatch = 1

  init(
    operatorSets: [String: Int], options: ONNXOptions = ONNXOptions(),
    externalData: ONNXExternalData,
    foldingBudget: Int
  ) {
    self.operatorSets = operatorSets
    self.options = options
    self.externalData = externalData
    self.foldingBudget = foldingBudget
  }

  /// Reads the whole graph and takes its constants out of it.
  mutating func network(
    of graph: inout Onnx_GraphProto, name: String
  ) throws(ONNXProblem) -> Network {
    try readInitializers(&graph.initializer)
    // Operators first: what cannot be read at all is said before details of the input.
    var nodes: [ONNXNode] = []
    for proto in graph.node { nodes.append(try ONNXNode(proto, operatorSets: operatorSets)) }
    try bindConstants(to: graph.input)
    try readInput(graph.input)
    for node in nodes {
      guard node.outputs.contains(where: { !$0.isEmpty }) else {
        throw node.problem("has no output; export the network again")
      }
      for (output, value) in zip(node.outputs, try results(of: node)) where !output.isEmpty {
        if let value { try define(output, value, by: "node '\(node.name)'") }
      }
    }
    let output = try output(of: graph)
    return Network(name: name, inputShape: shapes[0], layers: layers, output: output)
  }

  /// Takes the constants of the file, each one out of the list before the next: they are most of the file.
  mutating func readInitializers(_ initializers: inout [Onnx_TensorProto]) throws(ONNXProblem) {
    initializers.reverse()
    while let proto = initializers.popLast() {
      try define(
        proto.name, .constant(ONNXConstant(proto, externalData: &externalData)), by: "initializer")
    }
  }

  /// Says what a name of the file stands for.
  mutating func define(
    _ name: String, _ value: Value, by definer: String
  ) throws(ONNXProblem) {
    guard !name.isEmpty, values.updateValue(value, forKey: name) == nil else {
      throw ONNXProblem(
        "\(definer): the name '\(name.shortened)' is empty or given twice; export the network again"
      )
    }
  }
}

extension ONNXGraph {
  /// The value a node reads at a place, or nil when it is left out.
  func optional(_ node: ONNXNode, _ index: Int) throws(ONNXProblem) -> Value? {
    guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
    guard let value = values[node.inputs[index]] else {
      throw node.problem(
        "reads '\(node.inputs[index].shortened)', which no input, initializer or earlier node gives "
          + "(the indices of MaxPool and the mask of Dropout are not supported); export it again")
    }
    return value
  }

  /// The value a node reads at a place.
  func value(_ node: ONNXNode, _ index: Int) throws(ONNXProblem) -> Value {
    guard let value = try optional(node, index) else {
      throw node.problem("input \(index) is missing; export the network again")
    }
    return value
  }

  /// All values a node reads.
  func allValues(_ node: ONNXNode) throws(ONNXProblem) -> [Value] {
    var all: [Value] = []
    for index in node.inputs.indices {
      if let value = try optional(node, index) { all.append(value) }
    }
    return all
  }

  /// The activation a node reads at a place.
  func activation(_ node: ONNXNode, _ index: Int = 0) throws(ONNXProblem) -> Int {
    switch try value(node, index) {
    case .activation(let value): return value
    case .constant:
      throw node.problem(
        "input \(index) is a constant where a computed value is expected; fold it before export")
    }
  }

  /// The constant a node reads at a place, or nil when it is left out.
  func optionalConstant(
    _ node: ONNXNode, _ index: Int, _ what: String
  ) throws(ONNXProblem) -> ONNXConstant? {
    switch try optional(node, index) {
    case nil: return nil
    case .constant(let constant): return constant
    case .activation:
      throw node.problem("its \(what) must be constant; computed ones are not supported")
    }
  }

  /// The constant a node reads at a place.
  func constant(
    _ node: ONNXNode, _ index: Int, _ what: String
  ) throws(ONNXProblem) -> ONNXConstant {
    guard let constant = try optionalConstant(node, index, what) else {
      throw node.problem("input \(index) (\(what)) is missing; export the network again")
    }
    return constant
  }

  /// A list of integers: from the attribute of older operator sets, or from an input of newer ones.
  func integers(
    _ node: ONNXNode, attribute: String, input: Int
  ) throws(ONNXProblem) -> [Int]? {
    if let list = try node.integers(attribute) { return list }
    guard let constant = try optionalConstant(node, input, attribute) else { return nil }
    guard let integers = constant.integers else {
      throw node.problem("its \(attribute) must be integers; export the network again")
    }
    return integers
  }

  /// Adds a layer for a node; its shape is inferred and checked.
  mutating func append(
    _ node: ONNXNode, _ operation: Networks.Operation, _ inputs: [Int], suffix: String = ""
  ) throws(ONNXProblem) -> Int {
    do throws(NetworkError) {
      return try append(operation, inputs, named: node.name + suffix)
    } catch {
      throw node.problem(error.description)
    }
  }

  /// Adds a layer under a name that no other layer has.
  mutating func append(
    _ operation: Networks.Operation, _ inputs: [Int], named wanted: String
  ) throws(NetworkError) -> Int {
    append(
      operation, inputs, named: wanted,
      shape: try operation.outputShape(of: inputs.map { shapes[$0] }))
  }

  /// Adds a layer whose shape is known already.
  mutating func append(
    _ operation: Networks.Operation, _ inputs: [Int], named wanted: String, shape: Shape
  ) -> Int {
    var name = wanted
    while let count = layerNames[name] {
      layerNames[wanted, default: count] += 1
      name = "\(wanted).\(layerNames[wanted, default: count])"
    }
    layerNames[name] = 1
    layers.append(Layer(name: name, operation: operation, inputs: inputs))
    shapes.append(shape)
    return layers.count
  }

  /// Gives a layer other weights, or none.
  mutating func setWeights(_ weights: Tensor<Float>?, ofLayer index: Int) {
    layers[index] = layers[index].with(weights: weights)
  }

  /// Adds a reshape for a node, unless the shape is that already.
  mutating func reshape(
    _ node: ONNXNode, _ value: Int, to shape: Shape, suffix: String
  ) throws(ONNXProblem) -> Int {
    if shapes[value] == shape { return value }
    return try append(node, .reshape(shape), [value], suffix: suffix)
  }
}

extension Layer {
  /// The layer with other weights, or none, if it has any.
  func with(weights: Tensor<Float>?) -> Layer {
    var layer = self
    switch operation {
    case .convolution(var convolution):
      convolution.weights = weights
      layer.operation = .convolution(convolution)
    case .fullyConnected(var connected):
      connected.weights = weights
      layer.operation = .fullyConnected(connected)
    default: break
    }
    return layer
  }
}
