internal import Tensors

/// A real number for all elements of a value, or one for each place along an axis.
struct ChannelValues: Hashable, Sendable {
  /// The numbers: one, or one for each place.
  var numbers: [Float]
  /// The axis; nil for one number.
  var axis: Int?

  /// The number of a channel.
  subscript(channel: Int) -> Float { axis == nil ? numbers[0] : numbers[channel] }

  /// A constant beside a value of that shape; nil when it varies along more than one axis.
  init?(_ constant: Tensor<Float>, beside shape: Shape) {
    guard let target = Shape.broadcast(shape, constant.shape), target == shape,
      !constant.elements.isEmpty
    else { return nil }
    let axes = constant.shape.extents.indices.filter { constant.shape[$0] > 1 }
    guard axes.count <= 1 else { return nil }
    numbers = constant.elements
    axis = axes.first.map { $0 + shape.rank - constant.shape.rank }
  }

  /// Numbers along an axis.
  init(_ numbers: [Float], axis: Int?) {
    self.numbers = numbers
    self.axis = axis
  }

  /// The numbers as a constant that broadcasts to a shape.
  func constant(beside shape: Shape) -> Tensor<Float> {
    var extents = [Int](repeating: 1, count: shape.rank)
    if let axis { extents[axis] = numbers.count }
    return Tensor(shape: Shape(extents), elements: numbers)
  }
}
