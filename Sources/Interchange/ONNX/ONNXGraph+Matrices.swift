internal import Networks
internal import Tensors

extension ONNXGraph {
  /// Gemm: `alpha * A * B + beta * C`, a fully connected layer when B is constant.
  mutating func gemm(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let transposesFirst = try node.flag("transA")
    let transposesSecond = try node.flag("transB")
    let alpha = try node.float("alpha") ?? 1
    let term = try optional(node, 2)
    if case .activation(let source) = try value(node, 0),
      case .constant(let factor) = try value(node, 1)
    {
      var weights = factor.tensor
      guard weights.shape.rank == 2, shapes[source].rank == 2 else {
        throw node.problem("multiplies \(shapes[source]) by \(weights.shape); both need two axes")
      }
      if !transposesSecond { weights = weights.transposed([1, 0]) }
      if alpha != 1 { weights = weights.map { $0 * alpha } }
      let rows =
        transposesFirst
        ? try append(node, .transpose([1, 0]), [source], suffix: ".transpose") : source
      if let bias = try bias(node, term, features: weights.shape[0]) {
        return try fullyConnected(node, rows, weights, bias)
      }
      return try adding(node, term, to: try fullyConnected(node, rows, weights, nil))
    }
    let product = MatrixProduct(
      transposesFirst: transposesFirst, transposesSecond: transposesSecond)
    var result = try append(
      node, .matrixProduct(product), [try operand(node, 0), try operand(node, 1)])
    if alpha != 1 {
      result = try append(
        node, .activation(.linear(scale: alpha, offset: 0)), [result], suffix: ".scale")
    }
    return try adding(node, term, to: result)
  }

  /// The third operand of a Gemm where it is a bias: constant and the same for every row.
  private func bias(
    _ node: ONNXNode, _ term: Value?, features: Int
  ) throws(ONNXProblem) -> [Float]? {
    guard case .constant(let constant) = term, constant.shape.count > 0 else { return nil }
    let extent = constant.shape.extents.last ?? 1
    guard extent == 1 || extent == features else {
      throw node.problem(
        "its third operand is \(constant.shape), but there are \(features) output features")
    }
    guard constant.shape.count == extent else { return nil }
    let beta = try node.float("beta") ?? 1
    let values = constant.floats
    return (0..<features).map { values[extent == 1 ? 0 : $0] * beta }
  }

  /// Adds the third operand of a Gemm, if there is one.
  private mutating func adding(
    _ node: ONNXNode, _ term: Value?, to product: Int
  ) throws(ONNXProblem) -> Int {
    let beta = try node.float("beta") ?? 1
    switch term {
    case nil:
      return product
    case .constant(let constant):
      let scaled = ONNXConstant.real(constant.tensor.map { $0 * beta })
      let other = try literal(node, scaled, beside: product)
      return try append(node, .binary(.add), [product, other], suffix: ".add")
    case .activation(var value):
      if beta != 1 {
        value = try append(
          node, .activation(.linear(scale: beta, offset: 0)), [value], suffix: ".beta")
      }
      return try append(node, .binary(.add), [product, value], suffix: ".add")
    }
  }

  /// MatMul, a fully connected layer when the right factor is one constant matrix.
  mutating func matMul(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    if case .activation(let source) = try value(node, 0),
      case .constant(let constant) = try value(node, 1), constant.shape.count > 0,
      constant.shape.rank > 0, constant.shape.extents.dropLast(2).allSatisfy({ $0 == 1 }),
      constant.shape.rank <= max(shapes[source].rank, 2)
    {
      let extents = constant.shape.extents
      if extents.count == 1 {
        let row = constant.tensor.reshaped(Shape([1, extents[0]]))
        let value = try fullyConnected(node, source, row, nil)
        return try reshape(
          node, value, to: Shape(shapes[value].extents.dropLast()), suffix: ".squeeze")
      }
      let matrix = constant.tensor.reshaped(Shape(extents.suffix(2)))
      return try fullyConnected(node, source, matrix.transposed([1, 0]), nil)
    }
    var factors = [try operand(node, 0), try operand(node, 1)]
    let ranks = factors.map { shapes[$0].rank }
    // A vector is one row on the left and one column on the right.
    for side in 0..<2 where ranks[side] == 1 {
      let extent = shapes[factors[side]].count
      factors[side] = try reshape(
        node, factors[side], to: Shape(side == 0 ? [1, extent] : [extent, 1]),
        suffix: ".unsqueeze")
    }
    let value = try append(node, .matrixProduct(MatrixProduct()), factors)
    var extents = shapes[value].extents
    if ranks[1] == 1 { extents.removeLast() }
    if ranks[0] == 1 { extents.remove(at: extents.count - (ranks[1] == 1 ? 1 : 2)) }
    return try reshape(node, value, to: Shape(extents), suffix: ".squeeze")
  }

  /// A fully connected layer; of the four axes of an image-like value the middle two are joined.
  private mutating func fullyConnected(
    _ node: ONNXNode, _ source: Int, _ weights: Tensor<Float>, _ bias: [Float]?
  ) throws(ONNXProblem) -> Int {
    let shape = shapes[source]
    guard shape.extents.last == weights.shape[1] else {
      throw node.problem(
        "a constant matrix from \(weights.shape[1]) to \(weights.shape[0]) features does not fit an "
          + "input of \(shape); export the network again")
    }
    let layer = FullyConnected(
      inputFeatures: weights.shape[1], outputFeatures: weights.shape[0], weights: weights,
      bias: bias)
    guard shape.rank == 4 else { return try append(node, .fullyConnected(layer), [source]) }
    let rows = try reshape(
      node, source, to: Shape([shape[0], shape[1] * shape[2], shape[3]]), suffix: ".rows")
    let value = try append(node, .fullyConnected(layer), [rows])
    return try reshape(
      node, value, to: Shape(shape.extents.dropLast() + [weights.shape[0]]), suffix: ".reshape")
  }
}
