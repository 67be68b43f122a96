internal import Foundation
internal import Tensors

/// Folding of the operators that pick elements of constants.
extension ONNXGraph {
  /// Gather.
  mutating func gathered(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    let input = try constant(node, 0, "input")
    let indices = try constant(node, 1, "indices")
    let axis = try node.axis(try node.integer("axis") ?? 0, rank: input.shape.rank)
    let extent = input.shape[axis]
    let bounds = -extent..<extent
    guard let list = indices.integers, list.allSatisfy({ bounds.contains($0) }) else {
      throw node.problem("its indices do not lie within \(extent) elements; export it again")
    }
    let shape = Shape(
      Array(input.shape.extents[..<axis]) + indices.shape.extents
        + Array(input.shape.extents[(axis + 1)...]))
    try spend(node, shape)
    let table = IndexTable.selection(
      input.shape, axis: axis, picks: list.map { $0 < 0 ? $0 + extent : $0 })
    return input.gathered(table, shape: shape)
  }

  /// Slice.
  mutating func sliced(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    var result = try constant(node, 0, "input")
    for pick in try slicePicks(node, of: result.shape) {
      var shape = result.shape
      shape.extents[pick.axis] = pick.count
      try spend(node, shape)
      let picks = (0..<pick.count).map { pick.begin + $0 * pick.step }
      result = result.gathered(
        IndexTable.selection(result.shape, axis: pick.axis, picks: picks), shape: shape)
    }
    return result
  }

  /// What a Slice takes of each axis that it names: attributes before operator set 10, inputs since.
  func slicePicks(
    _ node: ONNXNode, of shape: Shape
  ) throws(ONNXProblem) -> [(axis: Int, begin: Int, step: Int, count: Int)] {
    guard let starts = try integers(node, attribute: "starts", input: 1),
      let ends = try integers(node, attribute: "ends", input: 2), starts.count == ends.count
    else { throw node.problem("its starts and ends are missing or differ; export it again") }
    let axes = try integers(node, attribute: "axes", input: 3) ?? Array(starts.indices)
    let steps =
      try integers(node, attribute: "steps", input: 4) ?? [Int](repeating: 1, count: starts.count)
    guard axes.count == starts.count, steps.count == starts.count, starts.count <= shape.rank,
      !steps.contains(0), !steps.contains(.min)
    else {
      throw node.problem("its axes and steps do not fit \(shape); export it again")
    }
    var picks: [(axis: Int, begin: Int, step: Int, count: Int)] = []
    for index in starts.indices {
      let axis = try node.axis(axes[index], rank: shape.rank)
      let extent = shape[axis]
      let step = steps[index]
      // Positions count from the end when negative and are clamped to what a step can reach.
      func clamped(_ value: Int) -> Int {
        let position = value < 0 ? max(value, -extent - 1) + extent : value
        return step > 0 ? min(max(position, 0), extent) : min(max(position, -1), extent - 1)
      }
      guard !picks.contains(where: { $0.axis == axis }) else {
        throw node.problem("names axis \(axis) twice; export it again")
      }
      let begin = clamped(starts[index])
      let length = step > 0 ? clamped(ends[index]) - begin : begin - clamped(ends[index])
      let count = length <= 0 ? 0 : (length - 1) / abs(step) + 1
      picks.append((axis, begin, step, count))
    }
    return picks
  }

  /// Concat of constants.
  mutating func concatenated(_ node: ONNXNode) throws(ONNXProblem) -> ONNXConstant {
    var parts: [ONNXConstant] = []
    for index in node.inputs.indices { parts.append(try constant(node, index, "input")) }
    guard let first = parts.first, let axis = try node.integer("axis") else {
      throw node.problem("attribute 'axis' or its inputs are missing; export the network again")
    }
    let place = try node.axis(axis, rank: first.shape.rank)
    var shape = first.shape
    shape.extents[place] = 0
    for part in parts {
      var aligned = part.shape
      if aligned.rank == shape.rank { aligned.extents[place] = shape[place] }
      guard aligned == shape else {
        throw node.problem("\(first.shape) and \(part.shape) do not fit together; export it again")
      }
      shape.extents[place] += part.shape[place]
    }
    try spend(node, shape)
    let outer = shape.extents[..<place].reduce(1, *)
    func joined<Element>(_ lists: [[Element]]) -> [Element] {
      var elements: [Element] = []
      elements.reserveCapacity(shape.count)
      for row in 0..<outer {
        for list in lists {
          let length = list.count / outer
          elements += list[row * length..<(row + 1) * length]
        }
      }
      return elements
    }
    let integers = parts.compactMap(\.integers)
    if integers.count == parts.count {
      return .integer(Tensor(shape: shape, elements: joined(integers)))
    }
    return .real(Tensor(shape: shape, elements: joined(parts.map(\.floats))))
  }
}

extension ONNXNode {
  /// An integer operation, wrapping; nil for a division by zero.
  func combined(_ x: Int, _ y: Int) -> Int? {
    if type == .add { return x &+ y }
    if type == .sub { return x &- y }
    if type == .mul { return x &* y }
    if type == .max { return max(x, y) }
    if type == .min { return min(x, y) }
    return y == 0 ? nil : x.dividedReportingOverflow(by: y).partialValue
  }

  /// A real operation.
  func combined(_ x: Float, _ y: Float) -> Float {
    if type == .add { return x + y }
    if type == .sub { return x - y }
    if type == .mul { return x * y }
    if type == .max { return max(x, y) }
    if type == .min { return min(x, y) }
    return type == .div ? x / y : pow(x, y)
  }
}

extension IndexTable {
  /// The table that replaces an axis by the chosen indices along it.
  fileprivate static func selection(_ shape: Shape, axis: Int, picks: [Int]) -> [Int] {
    let outer = shape.extents[..<axis].reduce(1, *)
    let inner = shape.extents[(axis + 1)...].reduce(1, *)
    var table: [Int] = []
    table.reserveCapacity(outer * picks.count * inner)
    for row in 0..<outer {
      for pick in picks {
        let start = (row * shape[axis] + pick) * inner
        table += start..<start + inner
      }
    }
    return table
  }
}
