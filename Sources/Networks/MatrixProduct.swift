internal import Tensors

/// A product of two activations: `[..., m, k] x [..., k, n]`, leading axes broadcast.
public struct MatrixProduct: Hashable, Sendable {
  /// Whether the last two axes of the first operand are swapped first.
  public var transposesFirst: Bool
  /// Whether the last two axes of the second operand are swapped first.
  public var transposesSecond: Bool

  /// A product.
  public init(transposesFirst: Bool = false, transposesSecond: Bool = false) {
    self.transposesFirst = transposesFirst
    self.transposesSecond = transposesSecond
  }
}

extension MatrixProduct {
  /// The shape of a product of operands of these shapes.
  func outputShape(of first: Shape, _ second: Shape) throws(OperationProblem) -> Shape {
    let problem = OperationProblem(
      "matmul of \(first) and \(second); the inner extents must agree and both need two axes")
    guard first.rank >= 2, second.rank >= 2 else { throw problem }
    let (a, b) = (first.extents.suffix(2), second.extents.suffix(2))
    let (rows, inner) = transposesFirst ? (a.last, a.first) : (a.first, a.last)
    let (depth, columns) = transposesSecond ? (b.last, b.first) : (b.first, b.last)
    guard let rows, let columns, inner == depth,
      let outer = Shape.broadcast(
        Shape(first.extents.dropLast(2)), Shape(second.extents.dropLast(2)))
    else { throw problem }
    return Shape(outer.extents + [rows, columns])
  }
}
