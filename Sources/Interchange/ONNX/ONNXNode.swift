/// A node of the file with checked access to its attributes.
struct ONNXNode {
  /// The operator sets of the default domain in which all operators here mean what the reader does;
  /// from 22 on they only gained element types.
  static let operatorSets = 9...27

  /// The node's own name, or its first output's.
  let name: String
  /// The operator.
  private(set) var type: ONNXOperator
  /// The operator's name in the file.
  let word: String
  /// The operator set of the file's default domain.
  let operatorSet: Int
  /// The names of the values it reads; empty for one left out.
  private(set) var inputs: [String]
  /// The names of the values it gives.
  private(set) var outputs: [String]
  private var attributes: [String: Onnx_AttributeProto]

  /// A node of the file; `standIn` is the type of an operator of another domain, read by its caller.
  init(
    _ proto: Onnx_NodeProto, operatorSets: [String: Int], standIn: ONNXOperator? = nil
  ) throws(ONNXProblem) {
    let name = proto.name.isEmpty ? proto.output.first ?? "" : proto.name
    self.name = name.shortened
    let domain = proto.domain == "ai.onnx" ? "" : proto.domain
    let set = operatorSets[domain].map(String.init) ?? "unknown"
    guard let type = standIn ?? (domain.isEmpty ? ONNXOperator(rawValue: proto.opType) : nil) else {
      let shown = domain.isEmpty ? "ai.onnx" : domain.shortened
      throw ONNXProblem(
        "node '\(self.name)': operator \(proto.opType.shortened) of domain \(shown), opset \(set) "
          + "is not supported; supported of ai.onnx, opsets 9 to 27: "
          + ONNXOperator.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self.type = type
    word = proto.opType.shortened
    operatorSet = operatorSets[""] ?? 0
    inputs = proto.input
    outputs = proto.output
    var attributes: [String: Onnx_AttributeProto] = [:]
    for attribute in proto.attribute
    where attributes.updateValue(attribute, forKey: attribute.name) != nil {
      throw ONNXProblem(
        "node '\(self.name)' (\(type.rawValue)): two attributes are called "
          + "'\(attribute.name.shortened)'; export it again")
    }
    self.attributes = attributes
  }

  /// This node as another operator, with other names of values and perhaps another axis.
  func reading(
    as type: ONNXOperator, _ inputs: [String], giving outputs: [String], axis: Int? = nil
  ) -> ONNXNode {
    var node = self
    if let axis {
      var attribute = Onnx_AttributeProto()
      attribute.type = .int
      attribute.i = Int64(axis)
      node.attributes["axis"] = attribute
    }
    node.type = type
    node.inputs = inputs
    node.outputs = outputs
    return node
  }

  /// A problem of this node.
  func problem(_ text: String) -> ONNXProblem {
    ONNXProblem("node '\(name)' (\(word), opset \(operatorSet)): \(text)")
  }

  /// Whether the attribute is there.
  func has(_ name: String) -> Bool { attributes[name] != nil }

  private func attribute(
    _ name: String, _ type: Onnx_AttributeProto.AttributeType
  ) throws(ONNXProblem) -> Onnx_AttributeProto? {
    guard let attribute = attributes[name] else { return nil }
    // Before IR version 2 files do not name the type.
    guard attribute.type == type || attribute.type == .undefined else {
      throw problem("attribute '\(name)' has the wrong type; export it again")
    }
    return attribute
  }

  /// An integer attribute.
  func integer(_ name: String) throws(ONNXProblem) -> Int? {
    try attribute(name, .int).map { Int($0.i) }
  }

  /// An integer attribute that is 0 or 1; false when it is absent.
  func flag(_ name: String) throws(ONNXProblem) -> Bool { try integer(name) ?? 0 != 0 }

  /// An attribute that is a list of integers.
  func integers(_ name: String) throws(ONNXProblem) -> [Int]? {
    try attribute(name, .ints).map { $0.ints.map { Int($0) } }
  }

  /// A real attribute.
  func float(_ name: String) throws(ONNXProblem) -> Float? { try attribute(name, .float)?.f }

  /// An attribute that is a list of real numbers.
  func floats(_ name: String) throws(ONNXProblem) -> [Float]? {
    try attribute(name, .floats)?.floats
  }

  /// An attribute of text.
  func text(_ name: String) throws(ONNXProblem) -> String? {
    try attribute(name, .string).map { String(decoding: $0.s, as: UTF8.self) }
  }

  /// An attribute that is a list of texts.
  func texts(_ name: String) throws(ONNXProblem) -> [String]? {
    try attribute(name, .strings)?.strings.map { String(decoding: $0, as: UTF8.self) }
  }

  /// An attribute that is a tensor.
  func tensor(_ name: String) throws(ONNXProblem) -> Onnx_TensorProto? {
    try attribute(name, .tensor)?.t
  }

  /// An axis counted from the end when negative, checked against a rank.
  func axis(_ axis: Int, rank: Int) throws(ONNXProblem) -> Int {
    guard (-rank..<rank).contains(axis) else {
      throw problem("axis \(axis) does not exist in a value of \(rank) axes; export it again")
    }
    return axis < 0 ? axis + rank : axis
  }
}

/// The operators that can be read, by their names in the format.
enum ONNXOperator: String, CaseIterable {
  case add = "Add"
  case averagePool = "AveragePool"
  case batchNormalization = "BatchNormalization"
  case cast = "Cast"
  case clip = "Clip"
  case concat = "Concat"
  case constant = "Constant"
  case constantOfShape = "ConstantOfShape"
  case conv = "Conv"
  case convTranspose = "ConvTranspose"
  case div = "Div"
  case dropout = "Dropout"
  case flatten = "Flatten"
  case gather = "Gather"
  case gemm = "Gemm"
  case globalAveragePool = "GlobalAveragePool"
  case globalMaxPool = "GlobalMaxPool"
  case hardSigmoid = "HardSigmoid"
  case hardSwish = "HardSwish"
  case identity = "Identity"
  case leakyRelu = "LeakyRelu"
  case lstm = "LSTM"
  case matMul = "MatMul"
  case max = "Max"
  case maxPool = "MaxPool"
  case min = "Min"
  case mul = "Mul"
  case pad = "Pad"
  case pow = "Pow"
  case relu = "Relu"
  case reshape = "Reshape"
  case shape = "Shape"
  case sigmoid = "Sigmoid"
  case sign = "Sign"
  case slice = "Slice"
  case softmax = "Softmax"
  case split = "Split"
  case squeeze = "Squeeze"
  case sub = "Sub"
  case tanh = "Tanh"
  case transpose = "Transpose"
  case unsqueeze = "Unsqueeze"
}
