import Devices

/// Improves plans step by step and keeps the best few that it has seen for each objective.
///
/// What is found does not depend on what a mapping is wanted for: a search for one objective can then
/// never find what is better for another. So what lies around a plan is explored once for all of them.
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
  private var best = PerObjective<[Candidate]>(repeating: [])
  /// What a plan has to be lower than to be among the best.
  private var limits = PerObjective(repeating: MappingScore.none)
  /// What was found around plans, by level.
  private var explored: [Neighbourhood: PerObjective<Candidate?>] = [:]
  /// The largest tiles, by what lies around and inside them.
  private var tiles: [TileKey: [Extents]] = [:]

  /// Plans that differ from this one at a level.
  private struct Neighbourhood: Hashable {
    var plan: MappingPlan
    var level: Int
    var isPolish: Bool
  }

  private struct TileKey: Hashable {
    var level: Int
    var around: Extents
    var inner: Extents
  }

  /// How many plans are counted exactly in the end, for each objective.
  private static var kept: Int { 3 }

  init(space: MappingSpace, rate: Double, bound: MappingScore? = nil) {
    self.space = space
    self.bound = bound
    estimator = PlanEstimator(space: space, rate: rate)
  }

  /// The plans that are worth counting, each once.
  var candidates: [Candidate] {
    var candidates: [Candidate] = []
    for objective in MappingObjective.allCases {
      for candidate in best[objective]
      where !candidates.contains(where: { $0.score == candidate.score }) {
        candidates.append(candidate)
      }
    }
    return candidates
  }

  /// Searches from all starts.
  mutating func run() {
    let start = space.shrunk(space.start(), &estimator)
    for aim in MappingObjective.allCases where !isBoundMet { descend(from: start, aim: aim) }
    if isBoundMet { return }
    for full in space.fullUnits(&estimator) { descend(from: full, aim: .product) }
    for aim in MappingObjective.allCases {
      if let first = best[aim].first { polish(first, aim: aim) }
    }
  }

  /// Whether nothing better can be found: energy and cycles are the least.
  private var isBoundMet: Bool {
    guard let bound else { return false }
    let least = bound.value(.product) * (1 + 1e-12)
    return MappingObjective.allCases.contains { objective in
      best[objective].contains { $0.score.value(.product) <= least }
    }
  }

  /// The score of a plan, which is remembered if it is among the best.
  mutating func score(_ plan: MappingPlan) -> MappingScore? {
    guard let score = estimator.score(plan) else { return nil }
    if score.isLower(than: limits.energy, .energy) {
      Self.keep(plan, score, .energy, in: &best.energy, &limits.energy)
    }
    if score.isLower(than: limits.latency, .latency) {
      Self.keep(plan, score, .latency, in: &best.latency, &limits.latency)
    }
    if score.isLower(than: limits.product, .product) {
      Self.keep(plan, score, .product, in: &best.product, &limits.product)
    }
    return score
  }

  private static func keep(
    _ plan: MappingPlan, _ score: MappingScore, _ objective: MappingObjective,
    in best: inout [Candidate], _ limit: inout MappingScore
  ) {
    if best.contains(where: { $0.score == score }) { return }
    let index = best.firstIndex { score.isLower(than: $0.score, objective) }
    best.insert(Candidate(plan: plan, score: score), at: index ?? best.count)
    if best.count > Self.kept { best.removeLast() }
    if best.count == Self.kept, let last = best.last { limit = last.score }
  }

  /// Chooses the best tiles and orders level after level, outermost first, until nothing improves.
  private mutating func descend(from start: MappingPlan, aim: MappingObjective) {
    var best = Candidate(plan: start, score: .none)
    for order in space.orders(at: 0) {
      let plan = start.ordered(order, at: 0)
      guard let score = score(plan), score.isLower(than: best.score, aim) else { continue }
      best = Candidate(plan: plan, score: score)
    }
    let levels = space.searchedLevels
    var before = MappingScore.none
    for _ in 0..<(levels.count > 1 ? 4 : 1) where best.score.isLower(than: before, aim) {
      before = best.score
      for level in levels {
        let place = Neighbourhood(plan: best.plan, level: level, isPolish: false)
        let found = explored[place] ?? choose(around: best.plan, at: level)
        explored[place] = found
        if let next = found[aim], next.score.isLower(than: best.score, aim) { best = next }
      }
    }
  }

  /// The best of the plans with another tile at a level and other orders next to it.
  private mutating func choose(
    around start: MappingPlan, at level: Int
  ) -> PerObjective<Candidate?> {
    var found = Explored()
    var plan = start
    let isInner = space.isFeeding(level) || level == space.searchedLevels.upperBound - 1
    let (outerOrders, innerOrders) = (space.orders(at: level - 1), space.orders(at: level))
    for tile in largestTiles(start, at: level) {
      plan.tiles[level] = tile
      let outers = classes(plan, outside: level)
      let inners = isInner ? classes(plan, outside: level + 1) : OperandMask()
      var triedOuter = OperandMask()
      for outer in outerOrders {
        guard triedOuter.insert(outer.effective(outers)) else { continue }
        plan.orders[level - 1] = outer
        guard isInner else {
          if let score = score(plan) { found.consider(plan, score) }
          continue
        }
        var triedInner = OperandMask()
        for inner in innerOrders {
          guard triedInner.insert(inner.effective(inners)) else { continue }
          plan.orders[level] = inner
          if let score = score(plan) { found.consider(plan, score) }
        }
      }
    }
    return found.best
  }

  private mutating func largestTiles(_ plan: MappingPlan, at level: Int) -> [Extents] {
    let (around, inner) = space.neighbours(plan, at: level)
    let key = TileKey(level: level, around: around, inner: inner)
    if let known = tiles[key] { return known }
    let found = space.largestTiles(at: level, around: around, inner: inner)
    tiles[key] = found
    return found
  }

  /// Which classes have loops outside a level, up to the level around it.
  private func classes(_ plan: MappingPlan, outside level: Int) -> OperandMask {
    let tile =
      level == space.firstPerUnit
      ? space.shape.arrayTile(plan) : level < plan.tiles.count ? plan.tiles[level] : .single
    let around = plan.tiles[level - 1]
    return LoopOrder.classes(from: around, to: tile.cut(to: around))
  }

  /// Tries other extents of one axis, alone or at the cost of another, until nothing improves.
  private mutating func polish(_ start: Candidate, aim: MappingObjective) {
    var best = start
    for _ in 0..<4 {
      let before = best.score
      for level in space.searchedLevels {
        let place = Neighbourhood(plan: best.plan, level: level, isPolish: true)
        let found = explored[place] ?? vary(best.plan, at: level)
        explored[place] = found
        if let next = found[aim], next.score.isLower(than: best.score, aim) { best = next }
      }
      guard best.score.isLower(than: before, aim) else { return }
    }
  }
}

/// The best of the plans around one, for each objective; of equals the first.
struct Explored {
  private(set) var best = PerObjective<PlanSearch.Candidate?>(repeating: nil)
  private var scores = PerObjective(repeating: MappingScore.none)

  /// Takes a plan into account.
  mutating func consider(_ plan: MappingPlan, _ score: MappingScore) {
    if score.isLower(than: scores.energy, .energy) { keep(plan, score, .energy) }
    if score.isLower(than: scores.latency, .latency) { keep(plan, score, .latency) }
    if score.isLower(than: scores.product, .product) { keep(plan, score, .product) }
  }

  private mutating func keep(
    _ plan: MappingPlan, _ score: MappingScore, _ objective: MappingObjective
  ) {
    scores[objective] = score
    best[objective] = PlanSearch.Candidate(plan: plan, score: score)
  }
}
