/// A dense row-major tensor.
public struct Tensor<Element: Sendable>: Sendable {
  /// The extents, outermost axis first.
  public let shape: Shape
  /// The elements in row-major order.
  public var elements: [Element]

  /// A tensor of these elements.
  ///
  /// - Precondition: there are as many elements as the shape has places.
  public init(shape: Shape, elements: [Element]) {
    precondition(shape.count == elements.count, "a tensor needs as many elements as its shape has")
    self.shape = shape
    self.elements = elements
  }

  /// A tensor of one repeated element.
  public init(shape: Shape, repeating element: Element) {
    self.init(shape: shape, elements: [Element](repeating: element, count: shape.count))
  }

  /// The same elements under another shape.
  ///
  /// - Precondition: both shapes have the same number of places.
  public func reshaped(_ shape: Shape) -> Tensor { Tensor(shape: shape, elements: elements) }

  /// The tensor with its axes permuted: axis `i` of the result is axis `permutation[i]` of this one.
  public func transposed(_ permutation: [Int]) -> Tensor {
    let target = shape.permuted(permutation)
    guard let columns = target.extents.last, !elements.isEmpty else {
      return Tensor(shape: target, elements: elements)
    }
    // Walks the target row by row with one counter an axis: no table as large as the tensor.
    let strides = permutation.map { shape.strides[$0] }
    var position = [Int](repeating: 0, count: target.rank)
    var base = 0
    var moved: [Element] = []
    moved.reserveCapacity(elements.count)
    while moved.count < elements.count {
      for column in 0..<columns {
        moved.append(elements[base + column * strides[target.rank - 1]])
      }
      for axis in (0..<target.rank - 1).reversed() {
        position[axis] += 1
        base += strides[axis]
        if position[axis] < target[axis] { break }
        base -= strides[axis] * target[axis]
        position[axis] = 0
      }
    }
    return Tensor(shape: target, elements: moved)
  }

  /// Each element replaced by a function of it.
  public func map<Other: Sendable>(_ transform: (Element) -> Other) -> Tensor<Other> {
    Tensor<Other>(shape: shape, elements: elements.map(transform))
  }
}

extension Tensor: Equatable where Element: Equatable {}
extension Tensor: Hashable where Element: Hashable {}

/// Tables of source indices: element `i` of the result is element `table[i]` of the source.
public enum IndexTable {
  /// The table of a transposition of a row-major tensor of that shape.
  public static func transpose(_ shape: Shape, _ permutation: [Int]) -> [Int] {
    let strides = shape.strides
    return walk(shape.permuted(permutation), permutation.map { strides[$0] })
  }

  /// The table that broadcasts a row-major tensor to a larger shape.
  ///
  /// - Precondition: `shape` broadcasts to `target`.
  public static func broadcast(_ shape: Shape, to target: Shape) -> [Int] {
    let strides = shape.strides
    let offset = target.rank - shape.rank
    return walk(
      target,
      (0..<target.rank).map { axis in
        axis < offset || shape[axis - offset] == 1 ? 0 : strides[axis - offset]
      })
  }

  /// The source index at every place of `shape` when a step along axis `i` moves by `strides[i]`.
  private static func walk(_ shape: Shape, _ strides: [Int]) -> [Int] {
    var table: [Int] = [0]
    for (extent, stride) in zip(shape.extents, strides) {
      var wider: [Int] = []
      wider.reserveCapacity(table.count * extent)
      for base in table {
        for step in 0..<extent { wider.append(base + step * stride) }
      }
      table = wider
    }
    return table
  }
}
