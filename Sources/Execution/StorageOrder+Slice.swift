internal import Networks
internal import Tensors

extension StorageOrder {
  /// The table of a slice.
  static func slice(_ source: Shape, _ slice: Slice) -> [Int]? {
    let strides = source.strides
    var logical = [0]
    for axis in 0..<source.rank {
      logical = logical.flatMap { base in
        (0..<slice.counts[axis]).map { step in
          base + (slice.begin[axis] + step * slice.steps[axis]) * strides[axis]
        }
      }
    }
    return table(from: source, to: Shape(slice.counts), logical: logical)
  }
}
