internal import Networks
internal import Tensors

extension ONNXGraph {
  /// Add, Sub and Mul of two activations or of one and a constant.
  mutating func arithmetic(_ node: ONNXNode, _ kind: BinaryKind) throws(ONNXProblem) -> Int {
    guard [.add, .subtract, .multiply].contains(kind) else {
      throw node.problem("is supported on computed values only")
    }
    switch (try value(node, 0), try value(node, 1)) {
    case (.activation(let left), .activation(let right)):
      return try append(node, .binary(kind), [left, right])
    case (.activation(let source), .constant(let constant)):
      return try affine(node, source, constant) { c in
        switch kind {
        case .add: (1, c)
        case .subtract: (1, -c)
        case .multiply: (c, 0)
        case .maximum, .minimum, .divide: (1, 0)
        }
      }
    case (.constant(let constant), .activation(let source)):
      return try affine(node, source, constant) { c in
        switch kind {
        case .add: (1, c)
        case .subtract: (-1, c)
        case .multiply: (c, 0)
        case .maximum, .minimum, .divide: (1, 0)
        }
      }
    case (.constant, .constant):
      throw node.problem("both operands are constants; fold them before export")
    }
  }

  /// Div by a constant, or of one number.
  mutating func division(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    switch (try value(node, 0), try value(node, 1)) {
    case (.activation(let source), .constant(let constant)):
      return try affine(node, source, constant) { (1 / $0, 0) }
    case (.constant(let constant), .activation(let source)):
      guard let numerator = constant.scalar else {
        throw node.problem("divides a tensor of constants by a computed value; only one number can")
      }
      return try append(node, .activation(.reciprocal(numerator: numerator)), [source])
    case (.activation, .activation), (.constant, .constant):
      throw node.problem(
        "divides one computed value by another; only division by or of constants is supported")
    }
  }

  /// An operation with a constant: one `(scale, offset)` for all elements or for each channel.
  private mutating func affine(
    _ node: ONNXNode, _ source: Int, _ constant: ONNXConstant,
    _ coefficients: (Float) -> (scale: Float, offset: Float)
  ) throws(ONNXProblem) -> Int {
    let pairs = constant.floats.map(coefficients)
    guard let target = Shape.broadcast(shapes[source], constant.shape), !pairs.isEmpty,
      target.checkedCount == shapes[source].count
    else {
      throw node.problem(
        "a constant of \(constant.shape) does not broadcast to the input \(shapes[source]); "
          + "export the network again")
    }
    let value = try reshape(node, source, to: target, suffix: ".unsqueeze")
    if pairs.count == 1 {
      return try append(
        node, .activation(.linear(scale: pairs[0].scale, offset: pairs[0].offset)), [value])
    }
    let axes = constant.shape.extents.indices.filter { constant.shape[$0] > 1 }
    guard axes.count == 1, let axis = axes.first else {
      throw node.problem(
        "a constant of \(constant.shape) on an input of \(shapes[source]) is neither one number nor "
          + "one a channel; other constants are not supported")
    }
    return try append(
      node,
      .channelAffine(
        ChannelAffine(
          axis: axis + target.rank - constant.shape.rank, scale: pairs.map(\.scale),
          offset: pairs.map(\.offset))), [value])
  }

  /// Pow with a constant exponent.
  mutating func power(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    guard let exponent = try constant(node, 1, "exponent").scalar else {
      throw node.problem("its exponent must be one number; other exponents are not supported")
    }
    return try append(node, .activation(.power(exponent: exponent)), [source])
  }

  /// A function of each element.
  mutating func elementwise(
    _ node: ONNXNode, _ function: Activation
  ) throws(ONNXProblem) -> Int {
    try append(node, .activation(function), [try activation(node)])
  }

  /// Clip: bounds are attributes before operator set 11 and inputs since.
  func clip(_ node: ONNXNode) throws(ONNXProblem) -> Activation {
    var bounds: [Float?] = [try node.float("min"), try node.float("max")]
    for (index, name) in ["lower bound", "upper bound"].enumerated() where bounds[index] == nil {
      guard let constant = try optionalConstant(node, index + 1, name) else { continue }
      guard let bound = constant.scalar else {
        throw node.problem("its \(name) must be one number")
      }
      bounds[index] = bound
    }
    // The largest finite number is how older exporters write "no bound".
    func bound(_ value: Float?, _ none: Float) -> Float {
      guard let value, abs(value) < Float.greatestFiniteMagnitude || value.isNaN else {
        return none
      }
      return value
    }
    let high = bound(bounds[1], .infinity)
    // The upper bound wins when the bounds are out of order, as the operator says.
    return .clip(low: min(bound(bounds[0], -.infinity), high), high: high)
  }
}
