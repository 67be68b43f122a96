import Devices

/// How long a tile stays in a level.
struct TileLife {
  /// The tiles that the level holds one after the other.
  var periods: Double
  /// The times that all elements of a tile are used, one after the other.
  var reuse: Double
}

extension PlanLayout {
  /// How often the child of a link gets another tile, and by how much it reuses each.
  ///
  /// The tile makes room while it is used for the last time: in the share of its life that `reuse` loops
  /// around its elements leave. A tile that the next level inwards holds as it is is free at once.
  func life(_ link: PlanEstimator.Link) -> TileLife {
    guard link.child != nil else { return TileLife(periods: 1, reuse: 1) }
    let operand = link.operand
    let periods = periods(operand, before: link.end)
    if link.isOverlapped { return TileLife(periods: periods, reuse: 1) }
    var reuse = 1.0
    for level in (0..<link.end).reversed() {
      let place = level * 3 + operand.index
      if !changes[place] {
        reuse *= stays[place]
        continue
      }
      if !pays[place] { reuse *= stays[place] }
      break
    }
    for level in link.end..<max(link.innerEnd ?? tiles.count, link.end) {
      let place = level * 3 + operand.index
      if !changes[place] {
        reuse *= stays[place]
        continue
      }
      // Only loops outside all that lead to other elements use the tile again.
      if trips[level][.groups] == 1 {
        let (last, next) = (orders[level].last, orders[level].next)
        let isOutermost = operand == last || operand == next && stays[level * 3 + last.index] <= 1
        if isOutermost { reuse *= stays[place] }
      }
      return TileLife(periods: periods, reuse: reuse)
    }
    return TileLife(periods: periods, reuse: link.innerEnd == nil ? reuse : 1)
  }

  /// How often the tile of an operand inside the first `end` levels is replaced by another.
  func periods(_ operand: Operand, before end: Int) -> Double {
    var periods = 1.0
    var isSeen = false
    for level in (0..<end).reversed() {
      let place = level * 3
      let all =
        stays[place] * stays[place + 1] * stays[place + 2] * Double(trips[level][.groups])
      if isSeen {
        periods *= all
      } else if changes[place + operand.index] {
        isSeen = true
        periods *= pays[place + operand.index] ? all : all / stays[place + operand.index]
      }
    }
    return periods
  }
}
