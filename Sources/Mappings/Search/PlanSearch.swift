import Devices

/// Improves plans step by step and keeps the best few that it has seen for each objective.
///
/// What is found does not depend on what a mapping is wanted for: a search for one objective can then
/// never find what is better for another.
struct PlanSearch {
  /// A plan with its estimate.
  struct Candidate {
    var plan: MappingPlan
    var score: MappingScore
  }

  let space: MappingSpace
  /// What no plan undercuts.
  private let bound: MappingScore?
  var estimator: PlanEstimator
  /// The best plans for each objective, best first.
  private var best = [[Candidate]](repeating: [], count: MappingObjective.allCases.count)

  /// How many plans are counted exactly in the end, for each objective.
  private static var kept: Int { 6 }

  init(space: MappingSpace, rate: Double, bound: MappingScore? = nil) {
    self.space = space
    self.bound = bound
    estimator = PlanEstimator(space: space, rate: rate)
  }

  /// The plans that are worth counting, each once.
  var candidates: [Candidate] {
    var candidates: [Candidate] = []
    for candidate in best.joined()
    where !candidates.contains(where: { $0.score == candidate.score }) {
      candidates.append(candidate)
    }
    return candidates
  }

  /// Searches from all starts.
  mutating func run() {
    let start = space.shrunk(space.start(), &estimator)
    for aim in MappingObjective.allCases where !isBoundMet { descend(from: start, aim: aim) }
    if isBoundMet { return }
    for full in space.fullUnits(&estimator) { descend(from: full, aim: .product) }
    for (place, aim) in MappingObjective.allCases.enumerated() {
      if let first = best[place].first { polish(first, aim: aim) }
    }
  }

  /// Whether nothing better can be found: energy and cycles are the least.
  private var isBoundMet: Bool {
    guard let bound else { return false }
    return best.joined().contains {
      $0.score.value(.product) <= bound.value(.product) * (1 + 1e-12)
    }
  }

  /// The score of a plan, which is remembered if it is among the best.
  private mutating func score(_ plan: MappingPlan) -> MappingScore? {
    guard let score = estimator.score(plan) else { return nil }
    for (place, objective) in MappingObjective.allCases.enumerated() {
      if best[place].count == Self.kept, let last = best[place].last {
        guard score.isLower(than: last.score, objective) else { continue }
      }
      if best[place].contains(where: { $0.score == score }) { continue }
      let index = best[place].firstIndex { score.isLower(than: $0.score, objective) }
      best[place].insert(Candidate(plan: plan, score: score), at: index ?? best[place].count)
      if best[place].count > Self.kept { best[place].removeLast() }
    }
    return score
  }

  /// Chooses the best tiles and orders level after level, outermost first, until nothing improves.
  private mutating func descend(from start: MappingPlan, aim: MappingObjective) {
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
  private mutating func polish(_ start: Candidate, aim: MappingObjective) {
    var best = start
    func consider(_ plan: MappingPlan, _ search: inout PlanSearch) {
      guard let score = search.score(plan), score.isLower(than: best.score, aim) else { return }
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
      guard best.score.isLower(than: before, aim) else { return }
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
