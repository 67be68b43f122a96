public import Tensors

extension Operation {
  /// The shape of the result on inputs of these shapes.
  ///
  /// - Throws: `NetworkError` with one line when the operation cannot read them, or when the result
  ///   has more than 2^31 elements.
  public func outputShape(of inputs: [Shape]) throws(NetworkError) -> Shape {
    do throws(OperationProblem) {
      for input in inputs { try input.checkValue() }
      let shape = try resultShape(of: inputs)
      try shape.checkValue()
      return shape
    } catch {
      throw NetworkError(problems: [error.text])
    }
  }

  /// The number of values the operation reads; nil when any number above zero is fine.
  private var arity: Int? {
    switch self {
    case .binary, .matrixProduct: 2
    case .constant: 0
    case .concatenation: nil
    case .convolution, .fullyConnected, .pool, .activation, .channelAffine, .pad, .reshape,
      .transpose, .softmax, .slice, .lstm:
      1
    }
  }

  /// The shape of the result on inputs of these shapes, each already known to be sane.
  func resultShape(of inputs: [Shape]) throws(OperationProblem) -> Shape {
    if case .constant(let tensor) = self, inputs.isEmpty { return tensor.shape }
    guard let input = inputs.first, inputs.count == arity ?? inputs.count else {
      throw OperationProblem(
        "\(kind) reads \(arity.map(String.init) ?? "at least one") value(s), not \(inputs.count)")
    }
    switch self {
    case .convolution(let convolution):
      return try convolution.outputShape(of: input)
    case .fullyConnected(let layer):
      guard layer.outputFeatures > 0, input.extents.last == layer.inputFeatures else {
        throw OperationProblem(
          "fc from \(layer.inputFeatures) to \(layer.outputFeatures) features on input \(input); "
            + "the last input axis must be the input features")
      }
      return Shape(input.extents.dropLast() + [layer.outputFeatures])
    case .pool(let pool):
      return try pool.outputShape(of: input)
    case .binary(let binary):
      guard let shape = Shape.broadcast(inputs[0], inputs[1]) else {
        throw OperationProblem(
          "\(binary.rawValue) of \(inputs[0]) and \(inputs[1]); extents must agree or be 1")
      }
      return shape
    case .activation:
      return input
    case .channelAffine(let affine):
      try Operation.check(axis: affine.axis, of: input)
      let extent = input[affine.axis]
      guard affine.scale.count == extent, affine.offset.count == extent else {
        throw OperationProblem(
          "affine has \(affine.scale.count) scales and \(affine.offset.count) offsets for axis "
            + "\(affine.axis) of \(input); give \(extent) of each")
      }
      return input
    case .concatenation(let axis):
      try Operation.checkBatchIsApart(axis: axis, of: input, kind)
      return try Operation.concatenatedShape(of: inputs, axis: axis)
    case .pad(let before, let after, _):
      return try Operation.paddedShape(of: input, before: before, after: after)
    case .reshape(let shape):
      guard shape.checkedCount == input.count else {
        throw OperationProblem(
          "reshape of \(input) to \(shape); both must have the same number of elements")
      }
      return shape
    case .transpose(let permutation):
      guard permutation.sorted() == Array(0..<input.rank) else {
        throw OperationProblem(
          "transpose \(permutation) of \(input); name each of the \(input.rank) axes once")
      }
      return input.permuted(permutation)
    case .softmax(let axis):
      try Operation.check(axis: axis, of: input)
      try Operation.checkBatchIsApart(axis: axis, of: input, kind)
      return input
    case .matrixProduct(let product):
      return try product.outputShape(of: inputs[0], inputs[1])
    case .constant(let tensor):
      return tensor.shape
    case .slice(let slice):
      return try slice.outputShape(of: input)
    case .lstm(let lstm):
      return try lstm.outputShape(of: input)
    }
  }

  private static func check(axis: Int, of shape: Shape) throws(OperationProblem) {
    guard (0..<shape.rank).contains(axis) else {
      throw OperationProblem("axis \(axis) of \(shape); choose one of its \(shape.rank) axes")
    }
  }

  /// Samples are run one by one, so nothing may join or compare them: the axis of a batch has extent 1.
  private static func checkBatchIsApart(
    axis: Int, of shape: Shape, _ kind: String
  ) throws(OperationProblem) {
    guard axis != 0 || shape.rank < 2 || shape[0] > 1 else {
      throw OperationProblem(
        "\(kind) along axis 0 mixes the samples of a batch, which are run one by one; "
          + "choose another axis")
    }
  }

  private static func concatenatedShape(
    of inputs: [Shape], axis: Int
  ) throws(OperationProblem) -> Shape {
    var result = inputs[0]
    try check(axis: axis, of: result)
    for shape in inputs.dropFirst() {
      var aligned = shape
      if aligned.rank == result.rank { aligned.extents[axis] = result[axis] }
      guard aligned == result else {
        throw OperationProblem(
          "concat of \(inputs.map(\.description).joined(separator: ", ")) along axis \(axis); "
            + "all other axes must agree")
      }
      // Each extent is at most 2^31, so the sum of any real number of inputs fits an Int.
      result.extents[axis] += shape[axis]
    }
    return result
  }

  private static func paddedShape(
    of input: Shape, before: [Int], after: [Int]
  ) throws(OperationProblem) -> Shape {
    let limit = 0...WindowGeometry.largestField
    guard before.count == input.rank, after.count == input.rank,
      (before + after).allSatisfy({ limit.contains($0) })
    else {
      throw OperationProblem(
        "pad by \(before) and \(after) of \(input); give each axis an amount from 0 to 2^20")
    }
    return Shape(input.extents.indices.map { before[$0] + input[$0] + after[$0] })
  }
}
