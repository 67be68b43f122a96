import Devices

extension MappingSpace {
  /// The most combinations of extents that are tried for one level and order.
  private static var mostCombinations: Int { 1000 }

  /// The tiles of a level that fit and that cannot grow along any one axis.
  ///
  /// They are found twice, for outputs that are partial at the level and for finished ones: which
  /// holds depends on the order of the loops, and the layout of the plan decides.
  func largestTiles(_ plan: MappingPlan, at level: Int) -> [Extents] {
    var choices = extents(plan, at: level)
    while choices.reduce(1, { $0 * $1.count }) > Self.mostCombinations {
      guard let longest = choices.indices.max(by: { choices[$0].count < choices[$1].count }) else {
        break
      }
      choices[longest] = Self.thinned(choices[longest])
    }
    let partial = largestTiles(at: level, among: choices, arePartial: true)
    let isSame = work.widths.partialSums == work.widths.outputs || work.kind != .products
    if level >= firstPerUnit || isSame { return partial }
    let finished = largestTiles(at: level, among: choices, arePartial: false)
    return partial + finished.filter { !partial.contains($0) }
  }

  private func largestTiles(
    at level: Int, among choices: [[Int]], arePartial: Bool
  ) -> [Extents] {
    // Axes with one choice need no search; the one with the most is searched for its largest fit only.
    var open = choices.indices.filter { choices[$0].count > 1 }
    var tile = Extents.single
    for axis in choices.indices { tile[axis] = choices[axis][0] }
    guard fits(tile, at: level, arePartial: arePartial, isSingle: true) else { return [] }
    if open.isEmpty { return fits(tile, at: level, arePartial: arePartial) ? [tile] : [] }
    open.sort { (choices[$0].count, $0) < (choices[$1].count, $1) }
    var fitting: [Extents] = []
    func canGrow(_ tile: Extents) -> Bool {
      for axis in open.dropLast() {
        guard let next = choices[axis].first(where: { $0 > tile[axis] }) else { continue }
        var larger = tile
        larger[axis] = next
        if fits(larger, at: level, arePartial: arePartial) { return true }
      }
      return false
    }
    func descend(_ depth: Int) {
      guard depth < open.count else {
        if !canGrow(tile) { fitting.append(tile) }
        return
      }
      let axis = open[depth]
      let least = tile[axis]
      if depth == open.count - 1 {
        for extent in choices[axis].reversed() {
          tile[axis] = extent
          if fits(tile, at: level, arePartial: arePartial) {
            descend(depth + 1)
            break
          }
        }
      } else {
        for extent in choices[axis] {
          tile[axis] = extent
          // The axes to come are at their smallest: if that is too large, so is all that follows.
          guard fits(tile, at: level, arePartial: arePartial, isSingle: true) else { break }
          descend(depth + 1)
        }
      }
      tile[axis] = least
    }
    descend(0)
    return fitting
  }

  /// The tile around that of a level, and the one inside it.
  func neighbours(_ plan: MappingPlan, at level: Int) -> (around: Extents, inner: Extents) {
    let isUnit = level >= firstPerUnit
    let around =
      isUnit && level == firstPerUnit
      ? (firstPerUnit > 0 ? plan.tiles[level - 1] : whole).trips(of: plan.units)
      : plan.tiles[level - 1]
    let inner: Extents
    if level + 1 < levels, level + 1 != firstPerUnit {
      inner = plan.tiles[level + 1]
    } else {
      inner = isUnit ? .single : arrayTile(plan)
    }
    return (around, inner)
  }

  /// The plan with another tile at a level, and with the tiles around it as large as it needs.
  func holding(_ tile: Extents, at level: Int, in plan: MappingPlan) -> MappingPlan {
    var plan = plan
    plan.tiles[level] = tile
    let least = level >= firstPerUnit ? (tile &* plan.units).cut(to: whole) : tile
    for outer in 1..<max(level, 1) {
      let needed = outer < firstPerUnit ? least : tile
      plan.tiles[outer].replace(with: needed, where: needed .> plan.tiles[outer])
    }
    return plan
  }

  /// The extents to try for each axis, ascending.
  private func extents(_ plan: MappingPlan, at level: Int) -> [[Int]] {
    let isUnit = level >= firstPerUnit
    let (around, inner) = neighbours(plan, at: level)
    return LoopAxis.allCases.map { axis in
      let most = around[axis]
      let least = min(inner[axis], most)
      if most == 1 { return [1] }
      var extents = isUnit ? [1, least, most] : [least, most]
      var parts = 2
      while parts < most {
        let even = (most + parts - 1) / parts
        let rounded = (even + least - 1) / least * least
        extents.append(min(rounded, most))
        parts *= 2
      }
      extents.sort()
      return extents.indices.filter { $0 == 0 || extents[$0] > extents[$0 - 1] }
        .map { extents[$0] }
    }
  }

  private static func thinned(_ extents: [Int]) -> [Int] {
    guard extents.count > 2 else { return Array(extents.suffix(1)) }
    return extents.indices.filter { $0 % 2 == 0 || $0 == extents.count - 1 }.map { extents[$0] }
  }
}
