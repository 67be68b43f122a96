internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// Adds a slice of a value, with axes in the file's order.
  private mutating func sliced(
    _ value: Int, begin: [Int], steps: [Int], counts: [Int], name: String,
    _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> Int {
    let slice = Slice(
      begin: Self.onnxOrder(begin), steps: Self.onnxOrder(steps), counts: Self.onnxOrder(counts))
    let shape = try shape(of: .slice(slice), [value], operation)
    let quantization = quantizations[value]
    return try append(
      quantization.format == .float32 ? .float(.slice(slice)) : .slice(slice), kind: "slice",
      name: name, inputs: [value], extents: Self.fileExtents(shape), quantization: quantization)
  }

  /// Makes a slice under the output's extents the result of an operator.
  private mutating func finish(
    _ value: Int, _ output: TFLiteTensor, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) {
    guard shapes[value].count == output.count, quantizations[value] == (try output.quantization())
    else {
      throw problem(
        operation,
        "takes \(Shape(extents[value])), but writes \(Shape(output.extents)) or another "
          + "quantization; convert the model again")
    }
    try define(
      output, as: try reshaped(value, to: output.extents, name: output.name + "/axes"),
      by: operation)
  }

  /// SLICE: a begin and a size for each axis; -1 takes the rest.
  mutating func takeSlice(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let output = try output(of: operation)
    let value = try value(of: try input(0, of: operation))
    let begin = try list(1, of: operation)
    let sizes = try list(2, of: operation)
    let whole = extents[value]
    guard begin.count == whole.count, sizes.count == whole.count else {
      throw problem(operation, "needs a begin and a size for each of \(whole.count) axes")
    }
    let counts = whole.indices.map { sizes[$0] == -1 ? whole[$0] - begin[$0] : sizes[$0] }
    let slice = try sliced(
      value, begin: begin, steps: whole.map { _ in 1 }, counts: counts, name: output.name,
      operation)
    try finish(slice, output, operation)
  }

  /// STRIDED_SLICE with begin, end and shrink masks.
  ///
  /// - Source: TFLite `strided_slice_logic.h`.
  mutating func takeStridedSlice(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let options = try options(operation)
    let output = try output(of: operation)
    let value = try value(of: try input(0, of: operation))
    let lists = [
      try list(1, of: operation), try list(2, of: operation), try list(3, of: operation),
    ]
    let whole = extents[value]
    let named = lists[0].count
    guard lists.allSatisfy({ $0.count == named }), named <= whole.count,
      try options.int(2) == 0, try options.int(3) == 0
    else {
      throw problem(
        operation,
        "needs begin, end and stride for at most \(whole.count) axes, without ellipsis "
          + "and new axes; convert the model again")
    }
    let masks = [try options.int(0), try options.int(1), try options.int(4)]
    let isOffset = try options.bool(5)
    var begin = [Int](repeating: 0, count: whole.count)
    var steps = [Int](repeating: 1, count: whole.count)
    var counts = whole
    for axis in 0..<named {
      let range = StridedRange(
        begin: masks[0] >> axis & 1 == 1 ? nil : lists[0][axis],
        end: masks[1] >> axis & 1 == 1 ? nil : lists[1][axis], step: lists[2][axis],
        extent: whole[axis], takesOne: masks[2] >> axis & 1 == 1, isOffset: isOffset)
      guard let range else {
        throw problem(operation, "takes nothing of axis \(axis), or has the stride 0")
      }
      (begin[axis], steps[axis], counts[axis]) = (range.first, range.step, range.count)
    }
    let slice = try sliced(
      value, begin: begin, steps: steps, counts: counts, name: output.name, operation)
    try finish(slice, output, operation)
  }

  /// SPLIT: equal parts along an axis.
  mutating func takeSplit(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let value = try value(of: try input(1, of: operation))
    let whole = extents[value]
    guard let axis = try list(0, of: operation, limit: 1).first else { return }
    let place = try self.axis(axis, rank: whole.count, of: operation).file
    let parts = operation.outputs.count
    guard parts > 0, whole[place] % parts == 0 else {
      throw problem(operation, "cannot split \(whole[place]) elements into \(parts) equal parts")
    }
    try takeParts(operation, value, place)
  }

  /// UNPACK: the elements of an axis, one by one.
  mutating func takeUnpack(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let value = try value(of: try input(0, of: operation))
    let whole = extents[value]
    let place = try axis(try options(operation).int(1), rank: whole.count, of: operation).file
    guard operation.outputs.count == whole[place] else {
      throw problem(
        operation, "has \(operation.outputs.count) outputs for \(whole[place]) elements")
    }
    try takeParts(operation, value, place)
  }

  /// As many equal parts of an axis as the operator has outputs.
  private mutating func takeParts(
    _ operation: TFLiteOperator, _ value: Int, _ axis: Int
  ) throws(TFLiteProblem) {
    let whole = extents[value]
    var counts = whole
    counts[axis] = whole[axis] / operation.outputs.count
    for part in operation.outputs.indices {
      let output = try output(of: operation, part)
      var begin = whole.map { _ in 0 }
      begin[axis] = part * counts[axis]
      let slice = try sliced(
        value, begin: begin, steps: whole.map { _ in 1 }, counts: counts, name: output.name,
        operation)
      try finish(slice, output, operation)
    }
  }
}

/// The elements of one axis that a strided slice takes.
struct StridedRange {
  let first: Int
  let step: Int
  let count: Int

  /// Nil when nothing is taken.
  ///
  /// - Parameters:
  ///   - begin: nil for the first element in the direction of the step.
  ///   - end: nil for the element after the last one.
  ///   - takesOne: whether only the element at `begin` is taken.
  ///   - isOffset: whether `end` counts from `begin`.
  init?(begin: Int?, end: Int?, step: Int, extent: Int, takesOne: Bool, isOffset: Bool) {
    guard step != 0, step > Int(Int32.min) else { return nil }
    let limits = step > 0 ? 0...extent : -1...extent - 1
    func clamped(_ place: Int) -> Int {
      let positive = place < 0 ? place + extent : place
      return min(max(positive, limits.lowerBound), limits.upperBound)
    }
    let start = begin.map(clamped) ?? (step > 0 ? 0 : extent - 1)
    var stop = end.map { clamped(isOffset ? $0 + start : $0) } ?? (step > 0 ? extent : -1)
    if takesOne { stop = start + 1 }
    let distance = stop - start
    let elements =
      takesOne ? 1 : (step > 0 ? distance + step - 1 : -distance - step - 1) / abs(step)
    guard elements >= 1 else { return nil }
    first = start
    self.step = takesOne ? 1 : step
    count = elements
  }
}
