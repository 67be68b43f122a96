import Devices

/// Improves plans step by step and keeps the best few that it has seen.
struct PlanSearch {
  /// A plan with its estimate.
  struct Candidate {
    var plan: MappingPlan
    var score: MappingScore
  }

  let space: MappingSpace
  let objective: MappingObjective
  /// What no plan undercuts.
  private let bound: MappingScore?
  var estimator: PlanEstimator
  /// The best plans, best first.
  private(set) var best: [Candidate] = []

  /// How many plans are counted exactly in the end.
  private static var kept: Int { 6 }

  init(
    space: MappingSpace, objective: MappingObjective, rate: Double, bound: MappingScore? = nil
  ) {
    self.space = space
    self.objective = objective
    self.bound = bound
    estimator = PlanEstimator(space: space, rate: rate)
  }

  /// Searches from all starts.
  mutating func run() {
    let start = space.shrunk(space.start(), &estimator)
    var ends: [Candidate] = []
    for aim in aims where !isBoundMet { ends.append(descended(from: start, aim: aim)) }
    if isBoundMet { return }
    for full in space.fullUnits(&estimator) {
      ends.append(descended(from: full, aim: objective))
    }
    ends.sort { $0.score.isLower(than: $1.score, objective) }
    if let first = ends.first { polish(first) }
    if let second = ends.first(where: { $0.score != ends[0].score }) { polish(second) }
  }

  /// Whether nothing better can be found.
  private var isBoundMet: Bool {
    guard let bound, let first = best.first else { return false }
    return first.score.value(objective) <= bound.value(objective) * (1 + 1e-12)
  }

  /// What the search runs towards: its objective, and energy or the product beside it.
  private var aims: [MappingObjective] {
    objective == .product ? [.energy, .product] : [objective, .product]
  }

  /// The score of a plan, which is remembered if it is among the best.
  private mutating func score(_ plan: MappingPlan) -> MappingScore? {
    guard let score = estimator.score(plan) else { return nil }
    if best.count < Self.kept {
      guard !best.contains(where: { $0.score == score }) else { return score }
    } else if let last = best.last {
      guard score.isLower(than: last.score, objective) else { return score }
      guard !best.contains(where: { $0.score == score }) else { return score }
    }
    let place = best.firstIndex { score.isLower(than: $0.score, objective) } ?? best.count
    best.insert(Candidate(plan: plan, score: score), at: place)
    if best.count > Self.kept { best.removeLast() }
    return score
  }

  /// The plan that level after level, outermost first, with the best tiles and orders leads to.
  private mutating func descended(from start: MappingPlan, aim: MappingObjective) -> Candidate {
    var best = Candidate(plan: start, score: .none)
    func consider(_ plan: MappingPlan, _ search: inout PlanSearch) {
      guard let score = search.score(plan), score.isLower(than: best.score, aim) else { return }
      best = Candidate(plan: plan, score: score)
    }
    for order in space.orders(at: 0) { consider(start.ordered(order, at: 0), &self) }
    let levels = space.searchedLevels
    let orders = (0..<space.levels).map(space.orders)
    var before = MappingScore.none
    for _ in 0..<(levels.count > 1 ? 4 : 1) where best.score.isLower(than: before, aim) {
      before = best.score
      for level in levels {
        var plan = best.plan
        let tiles = space.largestTiles(plan, at: level)
        let isInner = space.isFeeding(level) || level == levels.upperBound - 1
        for tile in tiles {
          plan.tiles[level] = tile
          let outers = classes(plan, outside: level)
          var tried = (outer: OperandMask(), inner: OperandMask())
          for outer in orders[level - 1] {
            guard tried.outer.insert(outer.effective(outers)) else { continue }
            plan.orders[level - 1] = outer
            guard isInner else {
              consider(plan, &self)
              continue
            }
            let inners = classes(plan, outside: level + 1)
            tried.inner = OperandMask()
            for inner in orders[level] {
              guard tried.inner.insert(inner.effective(inners)) else { continue }
              plan.orders[level] = inner
              consider(plan, &self)
            }
          }
        }
      }
    }
    return best
  }

  /// Which classes have loops outside a level, up to the level around it.
  private func classes(_ plan: MappingPlan, outside level: Int) -> OperandMask {
    let tile =
      level == space.firstPerUnit
      ? space.arrayTile(plan) : level < plan.tiles.count ? plan.tiles[level] : .single
    let around = plan.tiles[level - 1]
    return LoopOrder.classes(from: around, to: tile.cut(to: around))
  }

  /// Tries other extents of one axis, alone or at the cost of another, until nothing improves.
  private mutating func polish(_ start: Candidate) {
    var best = start
    func consider(_ plan: MappingPlan, _ search: inout PlanSearch) {
      guard let score = search.score(plan), score.isLower(than: best.score, search.objective)
      else { return }
      best = Candidate(plan: plan, score: score)
    }
    for _ in 0..<4 {
      let before = best.score
      for level in space.searchedLevels {
        let inner = space.neighbours(best.plan, at: level).inner
        let around =
          level >= space.firstPerUnit
          ? space.whole.trips(of: best.plan.units) : space.whole
        let start = best.plan
        let base = start.tiles[level]
        let grown = LoopAxis.allCases.map { axis in
          Self.extents(base[axis], from: inner[axis], to: around[axis], isGrowing: true)
        }
        let shrunk = LoopAxis.allCases.map { axis in
          Self.extents(base[axis], from: inner[axis], to: around[axis], isGrowing: false)
        }
        for growing in 0..<8 {
          for extent in grown[growing] {
            var tile = base
            tile[growing] = extent
            consider(space.holding(tile, at: level, in: start), &self)
            for shrinking in 0..<8 where shrinking != growing {
              for less in shrunk[shrinking] {
                tile[shrinking] = less
                consider(space.holding(tile, at: level, in: start), &self)
              }
              tile[shrinking] = base[shrinking]
            }
          }
        }
        for shrinking in 0..<8 {
          for less in shrunk[shrinking] {
            var tile = base
            tile[shrinking] = less
            consider(start.tiled(tile, at: level), &self)
          }
        }
      }
      guard best.score.isLower(than: before, objective) else { return }
    }
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
