internal import Networks
internal import Tensors

extension ONNXGraph {
  /// Add, Sub, Mul, Div and Pow of two activations or of one and a constant.
  mutating func arithmetic(_ node: ONNXNode, _ kind: BinaryKind) throws(ONNXProblem) -> Int {
    switch (try value(node, 0), try value(node, 1)) {
    case (.activation(let left), .activation(let right)):
      return try append(node, .binary(kind), [left, right])
    case (.activation(let source), .constant(let constant)):
      if kind == .power, let exponent = number(constant, beside: source) {
        return try append(node, .activation(.power(exponent: exponent)), [source])
      }
      if kind != .power,
        let value = try affine(node, source, constant, kind.coefficients(withRight:))
      {
        return value
      }
      let other = try literal(node, constant, beside: source)
      return try append(node, .binary(kind), [source, other])
    case (.constant(let constant), .activation(let source)):
      if kind == .divide, let numerator = number(constant, beside: source) {
        return try append(node, .activation(.reciprocal(numerator: numerator)), [source])
      }
      if kind != .power, kind != .divide,
        let value = try affine(node, source, constant, kind.coefficients(withLeft:))
      {
        return value
      }
      let other = try literal(node, constant, beside: source)
      return try append(node, .binary(kind), [other, source])
    case (.constant, .constant):
      throw node.problem("both operands are constants; fold them before export")
    }
  }

  /// Max and Min of any number of activations and constants.
  mutating func extremum(_ node: ONNXNode, _ kind: BinaryKind) throws(ONNXProblem) -> Int {
    var constants: [ONNXConstant] = []
    var result: Int?
    for value in try allValues(node) {
      switch value {
      case .constant(let constant): constants.append(constant)
      case .activation(let value):
        if let first = result {
          result = try append(node, .binary(kind), [first, value])
        } else {
          result = value
        }
      }
    }
    guard var result else { throw node.problem("reads no computed value; fold it before export") }
    for constant in constants {
      if let bound = number(constant, beside: result) {
        let clip: Activation =
          kind == .maximum
          ? .clip(low: bound, high: .infinity) : .clip(low: -.infinity, high: bound)
        result = try append(node, .activation(clip), [result])
      } else {
        let other = try literal(node, constant, beside: result)
        result = try append(node, .binary(kind), [result, other])
      }
    }
    return result
  }

  /// The only element of a constant that leaves the shape of a value as it is.
  private func number(_ constant: ONNXConstant, beside value: Int) -> Float? {
    constant.shape.rank <= shapes[value].rank ? constant.scalar : nil
  }

  /// A constant as a layer, to be combined with a value.
  mutating func literal(
    _ node: ONNXNode, _ constant: ONNXConstant, beside value: Int
  ) throws(ONNXProblem) -> Int {
    let shape = shapes[value]
    // A first axis that counts samples has one entry here, so a constant for each sample has no place.
    if options.firstAxis == .samples, declaredBatch != 1, constant.shape.rank == shape.rank,
      constant.shape.extents.first ?? 1 > 1, shape.extents.first == 1
    {
      throw node.problem(
        "a constant of \(constant.shape) has an entry for each sample of a batch; samples are run "
          + "one by one, make its first axis 1")
    }
    return try literal(node, constant)
  }

  /// A constant as a layer.
  mutating func literal(_ node: ONNXNode, _ constant: ONNXConstant) throws(ONNXProblem) -> Int {
    try append(node, .constant(constant.tensor), [], suffix: ".constant")
  }

  /// The value a node reads at a place, a constant as a layer.
  mutating func operand(_ node: ONNXNode, _ index: Int) throws(ONNXProblem) -> Int {
    switch try value(node, index) {
    case .activation(let value): return value
    case .constant(let constant): return try literal(node, constant)
    }
  }

  /// An operation with a constant that is one `(scale, offset)` for all elements or for each channel;
  /// nil for other constants.
  private mutating func affine(
    _ node: ONNXNode, _ source: Int, _ constant: ONNXConstant,
    _ coefficients: (Float) -> (scale: Float, offset: Float)?
  ) throws(ONNXProblem) -> Int? {
    let pairs = constant.floats.compactMap(coefficients)
    guard let target = Shape.broadcast(shapes[source], constant.shape), !pairs.isEmpty else {
      throw node.problem(
        "a constant of \(constant.shape) does not broadcast to the input \(shapes[source]); "
          + "export the network again")
    }
    let axes = constant.shape.extents.indices.filter { constant.shape[$0] > 1 }
    guard target.checkedCount == shapes[source].count, axes.count <= 1,
      pairs.count == constant.shape.count
    else { return nil }
    let value = try reshape(node, source, to: target, suffix: ".unsqueeze")
    guard let axis = axes.first else {
      return try append(
        node, .activation(.linear(scale: pairs[0].scale, offset: pairs[0].offset)), [value])
    }
    return try append(
      node,
      .channelAffine(
        ChannelAffine(
          axis: axis + target.rank - constant.shape.rank, scale: pairs.map(\.scale),
          offset: pairs.map(\.offset))), [value])
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

extension BinaryKind {
  /// What a constant right operand does to the left one, if that is linear.
  fileprivate func coefficients(withRight c: Float) -> (scale: Float, offset: Float)? {
    switch self {
    case .add: (1, c)
    case .subtract: (1, -c)
    case .multiply: (c, 0)
    case .divide: (1 / c, 0)
    case .maximum, .minimum, .power: nil
    }
  }

  /// What a constant left operand does to the right one, if that is linear.
  fileprivate func coefficients(withLeft c: Float) -> (scale: Float, offset: Float)? {
    switch self {
    case .add: (1, c)
    case .subtract: (-1, c)
    case .multiply: (c, 0)
    case .maximum, .minimum, .divide, .power: nil
    }
  }
}
