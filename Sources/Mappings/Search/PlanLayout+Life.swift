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
    let place = operand.index
    let periods = outside[link.end].periods[place]
    if link.isOverlapped { return TileLife(periods: periods, reuse: 1) }
    var reuse = 1.0
    for index in (0..<link.end).reversed() {
      let level = levels[index]
      if !level.changes.contains(place) {
        reuse *= level.stays[place]
        continue
      }
      if !level.pays.contains(place) { reuse *= level.stays[place] }
      break
    }
    for index in link.end..<max(link.innerEnd ?? levels.count, link.end) {
      let level = levels[index]
      if !level.changes.contains(place) {
        reuse *= level.stays[place]
        continue
      }
      // Only loops outside all that lead to other elements use the tile again.
      if level.stays[3] == 1 {
        let (last, next) = (level.order.last, level.order.next)
        let isOutermost = operand == last || operand == next && level.stays[last.index] <= 1
        if isOutermost { reuse *= level.stays[place] }
      }
      return TileLife(periods: periods, reuse: reuse)
    }
    return TileLife(periods: periods, reuse: link.innerEnd == nil ? reuse : 1)
  }
}
