import Devices

/// The search for the tiles of one level that fit and that cannot grow along any one axis.
struct TileSearch {
  private let shape: SpaceShape
  private let level: Int
  /// The extents of all axes, ascending, one axis after the other.
  private let extents: [Int]
  private let ranges: [Range<Int>]
  /// The axes with several extents, those with the most last.
  private let open: [Int]
  /// Whether outputs are partial at the level.
  var arePartial: Bool
  private var fitting: [Extents] = []

  init(shape: SpaceShape, level: Int, choices: [[Int]], arePartial: Bool) {
    self.shape = shape
    self.level = level
    self.arePartial = arePartial
    extents = choices.flatMap { $0 }
    var start = 0
    ranges = choices.map { choice in
      defer { start += choice.count }
      return start..<start + choice.count
    }
    open = choices.indices.filter { choices[$0].count > 1 }
      .sorted { (choices[$0].count, $0) < (choices[$1].count, $1) }
  }

  /// The tiles.
  mutating func largest() -> [Extents] {
    // Axes with one choice need no search; the one with the most is searched for its largest fit only.
    var tile = TileExtents(.single)
    for axis in ranges.indices { set(axis, extents[ranges[axis].lowerBound], &tile) }
    guard fits(tile, isSingle: true) else { return [] }
    if open.isEmpty { return fits(tile) ? [tile.extents] : [] }
    fitting = []
    descend(0, tile)
    return fitting
  }

  private func set(_ axis: Int, _ extent: Int, _ tile: inout TileExtents) {
    tile[axis] = extent
    tile.parts.set(axis, to: extent < shape.wholeTile[axis])
  }

  private func fits(_ tile: TileExtents, isSingle: Bool = false) -> Bool {
    shape.fits(tile, at: level, arePartial: arePartial, isSingle: isSingle)
  }

  private func canGrow(_ tile: TileExtents) -> Bool {
    for place in 0..<open.count - 1 {
      let axis = open[place]
      for index in ranges[axis] where extents[index] > tile[axis] {
        var larger = tile
        set(axis, extents[index], &larger)
        if fits(larger) { return true }
        break
      }
    }
    return false
  }

  private mutating func descend(_ depth: Int, _ start: TileExtents) {
    var tile = start
    let axis = open[depth]
    if depth == open.count - 1 {
      for index in ranges[axis].reversed() {
        set(axis, extents[index], &tile)
        guard fits(tile) else { continue }
        if !canGrow(tile) { fitting.append(tile.extents) }
        return
      }
      return
    }
    for index in ranges[axis] {
      set(axis, extents[index], &tile)
      // The axes to come are at their smallest: if that is too large, so is all that follows.
      guard fits(tile, isSingle: true) else { return }
      descend(depth + 1, tile)
    }
  }
}

/// A tile in memory, of which single extents are read and changed, and the axes along which it is smaller
/// than the layer.
struct TileExtents {
  private var values: InlineArray<8, Int>
  var parts = AxisMask()

  init(_ extents: Extents) {
    values = InlineArray { extents[$0] }
  }

  /// The extent along an axis, by its index.
  subscript(axis: Int) -> Int {
    @inline(__always) get { values[axis] }
    @inline(__always) set { values[axis] = newValue }
  }

  /// The extent along an axis.
  subscript(axis: LoopAxis) -> Int { @inline(__always) get { values[axis.index] } }

  /// All extents.
  var extents: Extents {
    var extents = Extents.single
    for axis in 0..<8 { extents[axis] = values[axis] }
    return extents
  }
}

/// Axes in a few bits.
struct AxisMask: Hashable, Sendable {
  private var bits: UInt8 = 0

  /// No axis.
  init() {}

  /// The axes that an operand depends on.
  init(of operand: Operand) {
    for axis in LoopAxis.allCases { set(axis.index, to: operand.depends(on: axis)) }
  }

  /// Puts an axis in or takes it out.
  mutating func set(_ axis: Int, to isIn: Bool) {
    let bit: UInt8 = 1 << UInt8(truncatingIfNeeded: axis)
    bits = isIn ? bits | bit : bits & ~bit
  }

  /// Whether any axis is in both.
  func meets(_ other: AxisMask) -> Bool { bits & other.bits != 0 }
}
