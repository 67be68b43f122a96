internal import Networks
internal import Tensors

extension ONNXGraph {
  /// Gemm with a constant second factor.
  mutating func gemm(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let shape = shapes[source]
    guard try !node.flag("transA"), shape.rank == 2 else {
      throw node.problem(
        "its first factor is \(shape)\(try node.flag("transA") ? " transposed" : ""); supported is "
          + "one row of features a sample, not transposed")
    }
    var weights = try constant(node, 1, "second factor").tensor
    guard weights.shape.rank == 2 else {
      throw node.problem("its second factor is \(weights.shape); a matrix needs two axes")
    }
    if try !node.flag("transB") { weights = weights.transposed([1, 0]) }
    let alpha = try node.float("alpha") ?? 1
    if alpha != 1 { weights = weights.map { $0 * alpha } }
    var bias: [Float]?
    if let term = try optionalConstant(node, 2, "third operand") {
      let features = weights.shape[0]
      guard term.shape.count == 1 || term.shape.extents.last == features,
        term.shape.count == 1 || term.shape.count == features
      else {
        throw node.problem(
          "its third operand is \(term.shape), but there are \(features) output features")
      }
      let beta = try node.float("beta") ?? 1
      let values = term.floats
      bias = (0..<features).map { values[values.count == 1 ? 0 : $0] * beta }
    }
    return try fullyConnected(node, source, weights, bias)
  }

  /// MatMul with a constant right factor.
  mutating func matMul(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let factor = try constant(node, 1, "right factor").tensor
    let shape = shapes[source]
    let extents = factor.shape.extents
    guard factor.shape.count > 0, extents.dropLast(2).allSatisfy({ $0 == 1 }),
      factor.shape.rank <= max(shape.rank, 2), factor.shape.rank > 0
    else {
      throw node.problem(
        "its right factor is \(factor.shape) on an input of \(shape); one constant matrix is supported"
      )
    }
    if factor.shape.rank == 1 {
      let row = factor.reshaped(Shape([1, extents[0]]))
      let value = try fullyConnected(node, source, row, nil)
      return try reshape(
        node, value, to: Shape(shapes[value].extents.dropLast()), suffix: ".squeeze")
    }
    let matrix = factor.reshaped(Shape(extents.suffix(2)))
    return try fullyConnected(node, source, matrix.transposed([1, 0]), nil)
  }

  private mutating func fullyConnected(
    _ node: ONNXNode, _ source: Int, _ weights: Tensor<Float>, _ bias: [Float]?
  ) throws(ONNXProblem) -> Int {
    guard shapes[source].extents.last == weights.shape[1] else {
      throw node.problem(
        "a constant matrix from \(weights.shape[1]) to \(weights.shape[0]) features does not fit an "
          + "input of \(shapes[source]); export the network again")
    }
    let layer = FullyConnected(
      inputFeatures: weights.shape[1], outputFeatures: weights.shape[0], weights: weights,
      bias: bias)
    return try append(node, .fullyConnected(layer), [source])
  }

  /// BatchNormalization: `scale * (x - mean) / sqrt(variance + epsilon) + bias` per channel.
  mutating func batchNormalization(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    guard try !node.flag("training_mode") else {
      throw node.problem("is in training mode; export the network for inference")
    }
    let scale = try constant(node, 1, "scale").floats
    let bias = try constant(node, 2, "bias").floats
    let mean = try constant(node, 3, "mean").floats
    let variance = try constant(node, 4, "variance").floats
    let shape = shapes[source]
    guard shape.rank > 1, [scale, bias, mean, variance].allSatisfy({ $0.count == shape[1] }) else {
      throw node.problem(
        "has \(scale.count) scales, \(bias.count) biases, \(mean.count) means and \(variance.count) "
          + "variances on an input of \(shape); each channel needs one of each")
    }
    let epsilon = Double(try node.float("epsilon") ?? 1e-5)
    let factors = scale.indices.map {
      Double(scale[$0]) / (Double(variance[$0]) + epsilon).squareRoot()
    }
    let affine = ChannelAffine(
      axis: 1, scale: factors.map { Float($0) },
      offset: factors.indices.map { Float(Double(bias[$0]) - Double(mean[$0]) * factors[$0]) })
    return try append(node, .channelAffine(affine), [source])
  }
}
