internal import Networks
internal import Tensors

extension ONNXGraph {
  /// Flatten.
  mutating func flatten(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let target = try flattenedShape(node, of: shapes[source])
    return try append(node, .reshape(target), [source])
  }

  /// Reshape.
  mutating func reshape(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let target = try reshapedShape(node, of: shapes[source])
    return try append(node, .reshape(target), [source])
  }

  /// Squeeze and Unsqueeze.
  mutating func changeAxes(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let target = try changedAxesShape(node, of: shapes[source])
    return try append(node, .reshape(target), [source])
  }

  /// Transpose.
  mutating func transpose(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    return try append(
      node, .transpose(try permutation(node, rank: shapes[source].rank)), [source])
  }

  /// Concat of computed values and constants.
  mutating func concatenation(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    var sources: [Int] = []
    for index in node.inputs.indices { sources.append(try operand(node, index)) }
    guard let axis = try node.integer("axis"), let first = sources.first else {
      throw node.problem("attribute 'axis' is missing; export the network again")
    }
    return try append(
      node, .concatenation(axis: try node.axis(axis, rank: shapes[first].rank)), sources)
  }

  /// Pad with a constant.
  mutating func pad(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let rank = shapes[source].rank
    let mode = try node.text("mode") ?? "constant"
    guard mode == "constant" else {
      throw node.problem("mode '\(mode.shortened)' is not supported; use constant")
    }
    guard let pads = try integers(node, attribute: "pads", input: 1) else {
      throw node.problem("its pads are missing; export the network again")
    }
    var axes = Array(0..<rank)
    if let chosen = try optionalConstant(node, 3, "axes")?.integers {
      axes = []
      for axis in chosen { axes.append(try node.axis(axis, rank: rank)) }
    }
    guard pads.count == 2 * axes.count, Set(axes).count == axes.count,
      pads.allSatisfy({ $0 >= 0 })
    else {
      throw node.problem(
        "has \(pads.count) pads for \(axes.count) axes; each axis needs two, none of them negative")
    }
    var before = [Int](repeating: 0, count: rank)
    var after = before
    for (index, axis) in axes.enumerated() {
      before[axis] = pads[index]
      after[axis] = pads[axes.count + index]
    }
    guard rank > 0, options.firstAxis == .data || (before[0] == 0 && after[0] == 0) else {
      throw node.problem("pads the batch axis; only the axes of a sample can be padded")
    }
    var value = try node.float("value") ?? 0
    if let constant = try optionalConstant(node, 2, "padding value") {
      value = constant.scalar ?? .nan
    }
    return try append(node, .pad(before: before, after: after, value: value), [source])
  }

  /// Softmax; before operator set 13 over all axes from `axis` on at once.
  mutating func softmax(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let shape = shapes[source]
    let modern = node.operatorSet >= 13
    var axis = try node.axis(try node.integer("axis") ?? (modern ? -1 : 1), rank: shape.rank)
    if !modern {
      let wide = (axis..<shape.rank).filter { shape[$0] > 1 }
      guard wide.count <= 1 else {
        throw node.problem(
          "before opset 13 it normalises all axes of \(shape) from \(axis) on together, which is not "
            + "supported; convert the network to opset 13")
      }
      axis = wide.first ?? axis
    }
    return try append(node, .softmax(axis: axis), [source])
  }

  /// The constant of a Shape node.
  func extents(_ node: ONNXNode, of shape: Shape) throws(ONNXProblem) -> ONNXConstant {
    func bound(_ value: Int) -> Int {
      min(max(value < 0 ? value + shape.rank : value, 0), shape.rank)
    }
    let start = bound(max(try node.integer("start") ?? 0, -shape.rank))
    let end = bound(max(try node.integer("end") ?? shape.rank, -shape.rank))
    let part = start < end ? Array(shape.extents[start..<end]) : []
    return .integer(Tensor(shape: Shape([part.count]), elements: part))
  }
}

/// Target shapes, for computed values and for constants alike.
extension ONNXGraph {
  /// The shape of a Flatten.
  func flattenedShape(_ node: ONNXNode, of shape: Shape) throws(ONNXProblem) -> Shape {
    var axis = try node.integer("axis") ?? 1
    if axis != shape.rank { axis = try node.axis(axis, rank: shape.rank) }
    return Shape([
      shape.extents[..<axis].reduce(1, *), shape.extents[axis...].reduce(1, *),
    ])
  }

  /// The shape of a Reshape: 0 copies an extent, -1 is what remains.
  func reshapedShape(_ node: ONNXNode, of shape: Shape) throws(ONNXProblem) -> Shape {
    guard var target = try constant(node, 1, "shape").integers else {
      throw node.problem("its shape must be integers; export the network again")
    }
    let asked = Shape(target)
    let remedy = "reshapes \(shape) to \(asked); both must have the same number of elements"
    if declaredBatch > 1, target.first == declaredBatch, shape.extents.first == 1 { target[0] = 1 }
    if try !node.flag("allowzero") {
      for (axis, extent) in target.enumerated() where extent == 0 {
        guard axis < shape.rank else { throw node.problem(remedy) }
        target[axis] = shape[axis]
      }
    }
    let unknown = target.indices.filter { target[$0] == -1 }
    if let axis = unknown.first {
      target[axis] = 1
      guard unknown.count == 1, let known = Shape(target).checkedCount, known > 0,
        shape.count % known == 0
      else { throw node.problem(remedy) }
      target[axis] = shape.count / known
    }
    guard Shape(target).checkedCount == shape.count else { throw node.problem(remedy) }
    return Shape(target)
  }

  /// The shape of a Squeeze or an Unsqueeze.
  func changedAxesShape(_ node: ONNXNode, of shape: Shape) throws(ONNXProblem) -> Shape {
    let list = try integers(node, attribute: "axes", input: 1)
    let removes = node.type == .squeeze
    let rank = removes ? shape.rank : shape.rank + (list?.count ?? 0)
    guard rank <= 64 else { throw node.problem("gives \(rank) axes; at most 64 are supported") }
    var axes: Set<Int> = []
    for axis in list ?? [] { axes.insert(try node.axis(axis, rank: rank)) }
    guard axes.count == list?.count ?? 0, removes || list != nil else {
      throw node.problem("its axes are missing or repeated; export the network again")
    }
    if removes {
      if list == nil { axes = Set(shape.extents.indices.filter { shape[$0] == 1 }) }
      guard axes.allSatisfy({ shape[$0] == 1 }) else {
        throw node.problem(
          "removes axes \(axes.sorted()) of \(shape); only axes of extent 1 can go")
      }
      return Shape(shape.extents.indices.filter { !axes.contains($0) }.map { shape[$0] })
    }
    var kept = shape.extents.makeIterator()
    return Shape((0..<rank).map { axes.contains($0) ? 1 : kept.next() ?? 1 })
  }

  /// The permutation of a Transpose.
  func permutation(_ node: ONNXNode, rank: Int) throws(ONNXProblem) -> [Int] {
    let permutation = try node.integers("perm") ?? Array((0..<rank).reversed())
    guard permutation.sorted() == Array(0..<rank) else {
      throw node.problem(
        "perm \(permutation.prefix(8)) does not name each of \(rank) axes once; export it again")
    }
    return permutation
  }
}
