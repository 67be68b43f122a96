internal import Networks
internal import Tensors

/// A product of two activations in float32.
struct FloatMatrixPlan: Sendable {
  /// The stored places of the operands, their inner axis last: rows of the first, columns of the second.
  private let first: [Int]
  private let second: [Int]
  /// The stored places of the results in row-major order.
  private let results: [Int]
  private let inner: Int
  private let rows: Int
  private let columns: Int

  init(_ product: MatrixProduct, _ a: Shape, _ b: Shape, output: Shape) {
    let outer = Array(output.extents.dropLast(2))
    rows = output[output.rank - 2]
    columns = output[output.rank - 1]
    inner = a[a.rank - (product.transposesFirst ? 2 : 1)]
    first = Self.places(
      a, swapsLastAxes: product.transposesFirst, to: Shape(outer + [rows, inner]))
    second = Self.places(
      b, swapsLastAxes: !product.transposesSecond, to: Shape(outer + [columns, inner]))
    results = StorageOrder.storedIndices(output)
  }

  /// The stored places of an operand, its last two axes swapped or not, broadcast to a shape.
  private static func places(_ shape: Shape, swapsLastAxes: Bool, to target: Shape) -> [Int] {
    var axes = Array(0..<shape.rank)
    if swapsLastAxes { axes.swapAt(shape.rank - 1, shape.rank - 2) }
    let stored = StorageOrder.storedIndices(shape)
    let moved = IndexTable.transpose(shape, axes)
    return IndexTable.broadcast(shape.permuted(axes), to: target).map { stored[moved[$0]] }
  }

  /// Sums products in the order of the inner axis.
  func run(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<results.count / columns {
      for column in 0..<columns {
        let start = (row / rows * columns + column) * inner
        var sum: Float = 0
        for k in 0..<inner { sum += a[first[row * inner + k]] * b[second[start + k]] }
        target[results[row * columns + column]] = sum
      }
    }
  }
}
