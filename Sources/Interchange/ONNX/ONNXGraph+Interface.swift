internal import Networks
internal import Tensors

/// The inputs and the output of the graph.
extension ONNXGraph {
  /// Takes the constants that the options give for inputs.
  mutating func bindConstants(to inputs: [Onnx_ValueInfoProto]) throws(ONNXProblem) {
    for (name, tensor) in options.constants.sorted(by: { $0.key < $1.key }) {
      guard inputs.contains(where: { $0.name == name }) else {
        throw ONNXProblem(
          "a constant is given for input '\(name.shortened)', which does not exist; the inputs are "
            + inputs.prefix(5).map { "'\($0.name.shortened)'" }.joined(separator: ", "))
      }
      values[name] = .constant(tensor.constant)
    }
  }

  /// The one graph input that is neither an initializer nor bound to a constant.
  mutating func readInput(_ inputs: [Onnx_ValueInfoProto]) throws(ONNXProblem) {
    let inputs = inputs.filter { values[$0.name] == nil }
    guard let input = inputs.first, inputs.count == 1 else {
      let names = inputs.prefix(5).map { "'\($0.name.shortened)'" }.joined(separator: ", ")
      throw ONNXProblem(
        "the graph has \(inputs.count) inputs \(names.isEmpty ? "" : "(\(names)) ")besides "
          + "initializers; exactly one is supported, make the others constants")
    }
    let place = "input '\(input.name.shortened)'"
    let type = input.type.tensorType.elemType
    guard ONNXElementType(rawValue: Int(type)) != nil || type == 0 else {
      throw ONNXProblem("\(place): element type \(type) is not supported; use float")
    }
    let shape = Shape(try extents(of: input, place: place))
    guard shape.extents.allSatisfy({ $0 > 0 }), let count = shape.checkedCount, count <= 1 << 31
    else {
      throw ONNXProblem(
        "\(place): shape \(shape) has an extent below 1 or more than 2^31 elements; export the "
          + "network with a sensible size")
    }
    switch options.firstAxis {
    case .samples:
      shapes = [shape]
      try define(input.name, .activation(0), by: place)
    case .data:
      // The axis of 1 is the network's; the nodes see the axes of the file.
      shapes = [Shape([1] + shape.extents)]
      try define(
        input.name,
        .activation(try appended(.reshape(shape), [0], input.name.shortened, place)), by: place)
    }
  }

  /// The extents of the input, the first one 1 when it counts samples.
  private mutating func extents(
    of input: Onnx_ValueInfoProto, place: String
  ) throws(ONNXProblem) -> [Int] {
    let dimensions = input.type.tensorType.shape.dim
    var extents: [Int] = []
    if options.firstAxis == .samples {
      guard dimensions.count > 1 else {
        throw ONNXProblem(
          "\(place): has \(dimensions.count) axes; needs a batch axis and at least one more, export "
            + "the network with a fixed input shape")
      }
      if case .dimValue(let batch) = dimensions[0].value { declaredBatch = Int(batch) }
      extents = [1]
    }
    for (axis, dimension) in dimensions.enumerated().dropFirst(extents.count) {
      guard case .dimValue(let extent) = dimension.value else {
        throw ONNXProblem(
          "\(place): axis \(axis) is symbolic ('\(dimension.dimParam.shortened)'); export the "
            + "network with a fixed size there (only the batch axis may be symbolic)")
      }
      extents.append(Int(extent))
    }
    return extents
  }

  /// The value that is the network's result.
  mutating func output(of graph: Onnx_GraphProto) throws(ONNXProblem) -> Int {
    guard let first = graph.output.first?.name else {
      throw ONNXProblem("the graph has no output; export the network again")
    }
    let name = options.output ?? first
    guard graph.output.contains(where: { $0.name == name }) else {
      throw ONNXProblem(
        "output '\(name.shortened)' is asked for, but the outputs are "
          + graph.output.prefix(5).map { "'\($0.name.shortened)'" }.joined(separator: ", "))
    }
    switch values[name] {
    case .activation(let value) where value > 0:
      return value
    case .constant(let constant):
      return try appended(
        .constant(constant.tensor), [], name.shortened, "output '\(name.shortened)'")
    case .activation:
      throw ONNXProblem(
        "output '\(name.shortened)' is not computed from the input by any layer; "
          + "a network needs at least one")
    case nil:
      throw ONNXProblem(
        "output '\(name.shortened)' is given by no node; export the network again")
    }
  }

  private mutating func appended(
    _ operation: Networks.Operation, _ inputs: [Int], _ name: String, _ place: String
  ) throws(ONNXProblem) -> Int {
    do throws(NetworkError) {
      return try append(operation, inputs, named: name)
    } catch {
      throw ONNXProblem("\(place): \(error)")
    }
  }
}
