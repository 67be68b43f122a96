internal import Tensors

/// How activations lie in memory: images [1, c, h, w] channel-last, everything else row-major.
///
/// Tables map places of one stored tensor to places of another; `nil` stands for the identity.
enum StorageOrder {
  /// The axes in storage order.
  static func permutation(rank: Int) -> [Int] {
    rank == 4 ? [0, 2, 3, 1] : Array(0..<rank)
  }

  /// The logical (row-major ONNX order) index of each stored place.
  static func logicalIndices(_ shape: Shape) -> [Int] {
    IndexTable.transpose(shape, permutation(rank: shape.rank))
  }

  /// The stored place of each logical index.
  static func storedIndices(_ shape: Shape) -> [Int] {
    var places = [Int](repeating: 0, count: shape.count)
    for (stored, logical) in logicalIndices(shape).enumerated() { places[logical] = stored }
    return places
  }

  /// The stored source place of each stored target place, given the logical one; -1 stays -1.
  static func table(from source: Shape, to target: Shape, logical: [Int]) -> [Int]? {
    let places = storedIndices(source)
    let table = logicalIndices(target).map { logical[$0] < 0 ? -1 : places[logical[$0]] }
    return identityAsNil(table, count: source.count)
  }

  private static func identityAsNil(_ table: [Int], count: Int) -> [Int]? {
    guard table.count == count else { return table }
    for (index, source) in table.enumerated() where index != source { return table }
    return nil
  }

  /// The table of a reshape.
  static func reshape(from source: Shape, to target: Shape) -> [Int]? {
    table(from: source, to: target, logical: Array(0..<source.count))
  }

  /// The table of a transposition.
  static func transpose(_ source: Shape, _ axes: [Int]) -> [Int]? {
    table(
      from: source, to: source.permuted(axes), logical: IndexTable.transpose(source, axes))
  }

  /// The table of a broadcast.
  static func broadcast(_ source: Shape, to target: Shape) -> [Int]? {
    table(from: source, to: target, logical: IndexTable.broadcast(source, to: target))
  }

  /// The table of a border; -1 where the border is.
  static func pad(_ source: Shape, before: [Int], to target: Shape) -> [Int]? {
    let strides = source.strides
    let targetStrides = target.strides
    let logical = (0..<target.count).map { index -> Int in
      var place = 0
      for axis in 0..<target.rank {
        let position = index / targetStrides[axis] % target[axis] - before[axis]
        guard position >= 0 && position < source[axis] else { return -1 }
        place += position * strides[axis]
      }
      return place
    }
    return table(from: source, to: target, logical: logical)
  }

  /// The stored target place of each stored place of one input of a concatenation.
  static func concatenation(_ source: Shape, axis: Int, offset: Int, target: Shape) -> [Int] {
    let places = storedIndices(target)
    let strides = source.strides
    let targetStrides = target.strides
    return logicalIndices(source).map { index in
      var place = 0
      for i in 0..<source.rank {
        let position = index / strides[i] % source[i] + (i == axis ? offset : 0)
        place += position * targetStrides[i]
      }
      return places[place]
    }
  }

  /// The stored places of a tensor with one axis innermost: [outer][axis].
  static func slices(_ shape: Shape, axis: Int) -> [Int] {
    let places = storedIndices(shape)
    let order = (0..<shape.rank).filter { $0 != axis } + [axis]
    return IndexTable.transpose(shape, order).map { places[$0] }
  }
}
