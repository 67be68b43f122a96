internal import Networks
internal import Tensors

/// Slice, Split and Gather of computed values, all as slices.
extension ONNXGraph {
  /// Slice.
  mutating func slice(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    var slice = Slice(all: shapes[source])
    for (axis, begin, step, count) in try slicePicks(node, of: shapes[source]) {
      guard count > 0 else {
        throw node.problem("takes nothing of axis \(axis) of \(shapes[source]); remove it")
      }
      slice.begin[axis] = begin
      slice.steps[axis] = count > 1 ? step : 1
      slice.counts[axis] = count
    }
    return try append(node, .slice(slice), [source])
  }

  /// The elements `begin..<begin + count` of an axis of a value.
  mutating func part(
    _ node: ONNXNode, of source: Int, axis: Int, begin: Int, step: Int = 1, count: Int,
    suffix: String
  ) throws(ONNXProblem) -> Int {
    var slice = Slice(all: shapes[source])
    if begin == 0, step == 1, count == slice.counts[axis] { return source }
    slice.begin[axis] = begin
    slice.steps[axis] = step
    slice.counts[axis] = count
    return try append(node, .slice(slice), [source], suffix: suffix)
  }

  /// Split: one value for each output.
  mutating func split(_ node: ONNXNode) throws(ONNXProblem) -> [Value?] {
    let source = try activation(node)
    let shape = shapes[source]
    let axis = try node.axis(try node.integer("axis") ?? 0, rank: shape.rank)
    let parts = try splitExtents(node, extent: shape[axis])
    var values: [Value?] = []
    var begin = 0
    for (index, count) in parts.enumerated() {
      let value = try part(
        node, of: source, axis: axis, begin: begin, count: count, suffix: ".\(index)")
      values.append(.activation(value))
      begin += count
    }
    return values
  }

  /// The extents of the parts of a Split.
  private func splitExtents(_ node: ONNXNode, extent: Int) throws(ONNXProblem) -> [Int] {
    let count = try node.integer("num_outputs") ?? node.outputs.count
    guard count == node.outputs.count else {
      throw node.problem("num_outputs is \(count) for \(node.outputs.count) outputs")
    }
    if let given = try integers(node, attribute: "split", input: 1) {
      // Each part is checked by the slice that takes it.
      guard given.count == count, given.allSatisfy({ (1...extent).contains($0) }),
        given.reduce(0, +) == extent
      else {
        throw node.problem(
          "splits \(extent) elements into \(given.prefix(8)); each of its \(count) outputs needs a "
            + "part above 0, and the parts must add up")
      }
      return given
    }
    // The last part is smaller where the extent is no multiple, since operator set 18.
    let size = (extent + count - 1) / count
    guard extent - size * (count - 1) > 0, extent % count == 0 || node.operatorSet >= 18 else {
      throw node.problem("\(extent) elements cannot be split into \(count) equal parts; give their sizes")
    }
    return (0..<count).map { min(size, extent - $0 * size) }
  }

  /// Gather with constant indices: runs of evenly spaced indices become slices that are joined.
  mutating func gather(_ node: ONNXNode) throws(ONNXProblem) -> Int {
    let source = try activation(node)
    let shape = shapes[source]
    let axis = try node.axis(try node.integer("axis") ?? 0, rank: shape.rank)
    let indices = try constant(node, 1, "indices")
    let extent = shape[axis]
    let bounds = -extent..<extent
    guard let list = indices.integers, !list.isEmpty, list.allSatisfy({ bounds.contains($0) })
    else {
      throw node.problem("its indices do not lie within \(extent) elements; export it again")
    }
    let runs = Self.runs(list.map { $0 < 0 ? $0 + extent : $0 })
    guard runs.count <= 1024 else {
      throw node.problem(
        "its \(list.count) indices form \(runs.count) runs of even steps; at most 1024 are supported")
    }
    var parts: [Int] = []
    for (index, run) in runs.enumerated() {
      parts.append(
        try part(
          node, of: source, axis: axis, begin: run.begin, step: run.step, count: run.count,
          suffix: runs.count > 1 ? ".\(index)" : ""))
    }
    let joined =
      parts.count == 1 ? parts[0] : try append(node, .concatenation(axis: axis), parts)
    let target = Shape(
      Array(shape.extents[..<axis]) + indices.shape.extents + Array(shape.extents[(axis + 1)...]))
    return try reshape(node, joined, to: target, suffix: ".reshape")
  }

  /// The list cut into runs with one step each, each as long as possible.
  private static func runs(_ list: [Int]) -> [(begin: Int, step: Int, count: Int)] {
    var runs: [(begin: Int, step: Int, count: Int)] = []
    var start = 0
    while start < list.count {
      var end = start + 1
      let step = end < list.count ? list[end] - list[start] : 1
      while end < list.count, list[end] - list[end - 1] == step { end += 1 }
      runs.append((list[start], end - start > 1 ? step : 1, end - start))
      start = end
    }
    return runs
  }
}

extension Slice {
  /// All elements.
  init(all shape: Shape) {
    self.init(
      begin: shape.extents.map { _ in 0 }, steps: shape.extents.map { _ in 1 },
      counts: shape.extents)
  }
}
