public import Devices

/// Finds a legal mapping of a layer on a device: simple, bounded and deterministic.
///
/// The loops in space follow the preferences of the array. Then level after level, outermost first and
/// twice over, the largest tiles that fit are tried with a handful of loop orders: weights, outputs or
/// inputs outermost. The array itself is fed in an order that keeps the stationary operand of its
/// dataflow. The search runs towards the least energy and towards the least product of energy and
/// cycles, from units that hold single products and from units that hold as many as they can; the lowest
/// product of all mappings tried is kept.
///
/// - Model: a heuristic; it proves nothing about the best mapping. Tile sizes are the extents around a
///   tile over 1, 2, 4, 8, …
public struct Mapper: Sendable {
  /// The device.
  public let device: Device
  private var counter = AccessCounter()

  /// A mapper for a device.
  public init(device: Device) { self.device = device }

  /// The mapping with the least product of energy and cycles found, with its accesses.
  ///
  /// - Parameter score: what a mapping costs; it knows the prices, the mapper does not.
  /// - Throws: the rule that even the smallest tiles break.
  public mutating func mapping(
    for work: LayerWork, score: (LegalMapping, AccessCounts) -> MappingScore
  ) throws(MappingError) -> (mapping: LegalMapping, accesses: AccessCounts) {
    var plan = MappingPlan(work: work, device: device)
    // The smallest tiles fit, or nothing does.
    let smallest = try LegalMapping(plan.smallest().mapping, of: work, on: device)
    if !plan.fits { plan = plan.shrunk() }
    let start = plan
    var found = (mapping: smallest, accesses: counter.counts(of: smallest.nest))
    var lowest = score(smallest, found.accesses)
    // Most candidates come up several times; one that is not legal has no score.
    var known: [Mapping: MappingScore?] = [smallest.mapping: lowest]
    func scored(_ mapping: Mapping, _ counter: inout AccessCounter) -> MappingScore? {
      if let score = known[mapping] { return score }
      let legal = try? LegalMapping(mapping, of: work, on: device)
      let result = legal.map { legal in
        let accesses = counter.counts(of: legal.nest)
        let score = score(legal, accesses)
        if score.isLower(than: lowest, .product) {
          (found, lowest) = ((legal, accesses), score)
        }
        return score
      }
      known[mapping] = .some(result)
      return result
    }
    for aim in MappingScore.Aim.allCases {
      Self.search(from: start, aim: aim, &counter, scored: scored)
    }
    for full in MappingPlan.fullUnits(work: work, device: device) {
      Self.search(from: full, aim: .product, &counter, scored: scored)
    }
    return found
  }

  /// Improves a plan step by step towards an aim.
  private static func search(
    from start: MappingPlan, aim: MappingScore.Aim, _ counter: inout AccessCounter,
    scored: (Mapping, inout AccessCounter) -> MappingScore?
  ) {
    var best = (plan: start, score: MappingScore.none)
    func consider(_ candidate: MappingPlan, _ counter: inout AccessCounter) {
      guard let score = scored(candidate.mapping, &counter), score.isLower(than: best.score, aim)
      else { return }
      best = (candidate, score)
    }
    let levels = start.work.operands.isEmpty ? [] : Array(start.searchedLevels)
    for order in start.orders(at: 0) { consider(start.ordered(order, at: 0), &counter) }
    for _ in 0..<(levels.count > 1 ? 2 : 1) {
      for level in levels {
        let plan = best.plan
        let tiles = plan.largestTiles(at: level)
        for outer in plan.orders(at: level - 1) {
          for inner in plan.isFeeding(level) ? plan.orders(at: level) : [plan.orders[level]] {
            let ordered = plan.ordered(outer, at: level - 1).ordered(inner, at: level)
            for tile in tiles { consider(ordered.tiled(tile, at: level), &counter) }
          }
        }
      }
    }
  }
}
