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
    var tile = Extents.single
    for axis in ranges.indices { tile[axis] = extents[ranges[axis].lowerBound] }
    guard fits(tile, isSingle: true) else { return [] }
    if open.isEmpty { return fits(tile) ? [tile] : [] }
    fitting = []
    descend(0, tile)
    return fitting
  }

  private func fits(_ tile: Extents, isSingle: Bool = false) -> Bool {
    shape.fits(tile, at: level, arePartial: arePartial, isSingle: isSingle)
  }

  private func canGrow(_ tile: Extents) -> Bool {
    for place in 0..<open.count - 1 {
      let axis = open[place]
      for index in ranges[axis] where extents[index] > tile[axis] {
        var larger = tile
        larger[axis] = extents[index]
        if fits(larger) { return true }
        break
      }
    }
    return false
  }

  private mutating func descend(_ depth: Int, _ start: Extents) {
    var tile = start
    let axis = open[depth]
    if depth == open.count - 1 {
      for index in ranges[axis].reversed() {
        tile[axis] = extents[index]
        guard fits(tile) else { continue }
        if !canGrow(tile) { fitting.append(tile) }
        return
      }
      return
    }
    for index in ranges[axis] {
      tile[axis] = extents[index]
      // The axes to come are at their smallest: if that is too large, so is all that follows.
      guard fits(tile, isSingle: true) else { return }
      descend(depth + 1, tile)
    }
  }
}
