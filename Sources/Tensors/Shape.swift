/// The extents of a dense tensor, outermost axis first.
public struct Shape: Hashable, Sendable, CustomStringConvertible {
  /// The extent of each axis.
  public var extents: [Int]

  /// A shape with these extents.
  public init(_ extents: [Int]) { self.extents = extents }

  /// The number of axes.
  public var rank: Int { extents.count }

  /// The number of elements: the product of the extents; 1 for a scalar.
  public var count: Int { extents.reduce(1, *) }

  /// The distance in elements between neighbours along each axis, row-major.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * extents[axis + 1]
    }
    return strides
  }

  /// The extent of an axis.
  public subscript(axis: Int) -> Int { extents[axis] }

  /// The shape as people write it: `1x3x32x32`; `scalar` without axes.
  public var description: String {
    rank == 0 ? "scalar" : extents.map(String.init).joined(separator: "x")
  }

  /// The shape with its axes permuted: axis `i` of the result is axis `permutation[i]` of this one.
  public func permuted(_ permutation: [Int]) -> Shape { Shape(permutation.map { extents[$0] }) }

  /// The NumPy broadcast of two shapes, or nil when they do not broadcast.
  public static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    let rank = max(left.rank, right.rank)
    var extents = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let a = axis - (rank - left.rank)
      let b = axis - (rank - right.rank)
      let x = a < 0 ? 1 : left[a]
      let y = b < 0 ? 1 : right[b]
      guard x == y || x == 1 || y == 1 else { return nil }
      extents[axis] = x == 1 ? y : x
    }
    return Shape(extents)
  }
}
