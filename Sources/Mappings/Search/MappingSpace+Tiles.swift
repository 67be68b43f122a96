import Devices

extension MappingSpace {
  /// The most combinations of extents that are tried for one level and order.
  private static var mostCombinations: Int { 1000 }

  /// The tiles of a level that fit and that cannot grow along any one axis.
  ///
  /// They are found twice, for outputs that are partial at the level and for finished ones: which
  /// holds depends on the order of the loops, and the layout of the plan decides.
  func largestTiles(at level: Int, around: Extents, inner: Extents) -> [Extents] {
    var choices = extents(around: around, inner: inner, at: level)
    while choices.reduce(1, { $0 * $1.count }) > Self.mostCombinations {
      guard let longest = choices.indices.max(by: { choices[$0].count < choices[$1].count }) else {
        break
      }
      choices[longest] = Self.thinned(choices[longest])
    }
    var search = TileSearch(shape: shape, level: level, choices: choices, arePartial: true)
    let partial = search.largest()
    let widths = shape.widths
    let isSame = widths.partialSums == widths.outputs || !shape.isProduct
    if level >= firstPerUnit || isSame { return partial }
    search.arePartial = false
    let finished = search.largest()
    let known = Set(partial)
    return partial + finished.filter { !known.contains($0) }
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
      inner = isUnit ? .single : shape.arrayTile(plan)
    }
    return (around, inner)
  }

  /// Puts another tile at a level of a plan, and tiles around it that are as large as it needs.
  func hold(_ tile: Extents, at level: Int, in plan: inout MappingPlan) {
    plan.tiles[level] = tile
    let least = level >= firstPerUnit ? (tile &* plan.units).cut(to: whole) : tile
    for outer in 1..<max(level, 1) {
      let needed = outer < firstPerUnit ? least : tile
      plan.tiles[outer].replace(with: needed, where: needed .> plan.tiles[outer])
    }
  }

  /// The extents to try for each axis, ascending.
  private func extents(around: Extents, inner: Extents, at level: Int) -> [[Int]] {
    let isUnit = level >= firstPerUnit
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
