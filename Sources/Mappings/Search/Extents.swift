import Devices

/// The iterations of a tile along each axis, in the order of `LoopAxis.allCases`.
typealias Extents = SIMD8<Int>

extension SIMD8 where Scalar == Int {
  /// Single iterations.
  static var single: Extents { Extents(repeating: 1) }

  /// The extent along an axis.
  subscript(axis: LoopAxis) -> Int {
    get { self[axis.index] }
    set { self[axis.index] = newValue }
  }

  /// The smaller extents of two tiles.
  func cut(to other: Extents) -> Extents { replacing(with: other, where: other .< self) }

  /// How many tiles cover these extents, along each axis.
  func trips(of tile: Extents) -> Extents {
    // Most axes have no loop at most levels, and divisions are slow.
    var trips = Extents.single
    for axis in 0..<8 where self[axis] != tile[axis] {
      trips[axis] = (self[axis] + tile[axis] - 1) / tile[axis]
    }
    return trips
  }
}

extension LoopBounds {
  /// The iterations of all axes.
  var extents: Extents {
    Extents(
      outputChannels, inputChannels, groups, outputRows, outputColumns, kernelRows,
      kernelColumns, batch)
  }
}

extension LayerWork {
  /// The extents of the whole layer, none below one.
  var wholeExtents: Extents {
    bounds.extents.replacing(with: .single, where: bounds.extents .< .single)
  }
}
