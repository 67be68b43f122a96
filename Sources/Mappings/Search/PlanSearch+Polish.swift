import Devices

extension PlanSearch {
  /// The best of the plans with another extent of one axis at a level, alone or at the cost of another.
  mutating func vary(_ start: MappingPlan, at level: Int) -> PerObjective<Candidate?> {
    var found = Explored()
    let inner = space.neighbours(start, at: level).inner
    let around =
      level >= space.firstPerUnit ? space.whole.trips(of: start.units) : space.whole
    let base = start.tiles[level]
    let grown = (0..<8).map { axis in
      Self.extents(base[axis], from: inner[axis], to: around[axis], isGrowing: true)
    }
    let shrunk = (0..<8).map { axis in
      Self.extents(base[axis], from: inner[axis], to: around[axis], isGrowing: false)
    }
    var plan = start
    func consider(_ tile: Extents, _ search: inout PlanSearch) {
      search.space.hold(tile, at: level, in: &plan)
      if let score = search.score(plan) { found.consider(plan, score) }
      for changed in 1..<max(level, 1) { plan.tiles[changed] = start.tiles[changed] }
    }
    for growing in 0..<8 {
      for extent in grown[growing] {
        var tile = base
        tile[growing] = extent
        consider(tile, &self)
        for shrinking in 0..<8 where shrinking != growing {
          for less in shrunk[shrinking] {
            tile[shrinking] = less
            consider(tile, &self)
          }
          tile[shrinking] = base[shrinking]
        }
      }
    }
    for shrinking in 0..<8 {
      for less in shrunk[shrinking] {
        plan.tiles[level] = base
        plan.tiles[level][shrinking] = less
        if let score = score(plan) { found.consider(plan, score) }
      }
    }
    return found.best
  }

  /// The next two even divisions of the tile around that are larger or smaller than an extent.
  private static func extents(
    _ extent: Int, from inner: Int, to around: Int, isGrowing: Bool
  ) -> [Int] {
    guard around > inner else { return [] }
    let parts = (around + extent - 1) / extent
    var extents: [Int] = []
    var next = parts
    while extents.count < 2 {
      next += isGrowing ? -1 : 1
      guard next >= 1, next <= around else { break }
      let even = (around + next - 1) / next
      if even == extent || extents.contains(even) || even < inner {
        if even < inner { break }
        continue
      }
      extents.append(even)
    }
    return extents
  }
}
