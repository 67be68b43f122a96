public import Devices

/// How good a mapping is; the mapper keeps the lowest: energy first, then cycles.
public struct MappingScore: Hashable, Comparable, Sendable {
  /// The energy in pJ.
  public var energy: Double
  /// The cycles.
  public var cycles: Int

  /// A score.
  public init(energy: Double, cycles: Int) {
    self.energy = energy
    self.cycles = cycles
  }

  /// Whether the energy is lower, or the same with fewer cycles.
  public static func < (left: MappingScore, right: MappingScore) -> Bool {
    (left.energy, left.cycles) < (right.energy, right.cycles)
  }
}

/// Finds a legal mapping of a layer on a device: simple, bounded and deterministic.
///
/// The loops in space follow the preferences of the array. Then level after level, outermost first and
/// twice over, the largest tiles that fit are tried with a handful of loop orders: weights, outputs or
/// inputs outermost. The array itself is fed in an order that keeps the stationary operand of its
/// dataflow.
///
/// - Model: a heuristic; it proves nothing about the best mapping. Tile sizes are the extents around a
///   tile over 1, 2, 4, 8, …
public struct Mapper: Sendable {
  /// The device.
  public let device: Device
  private var counter = AccessCounter()

  /// A mapper for a device.
  public init(device: Device) { self.device = device }

  /// The best mapping found, with its accesses.
  ///
  /// - Parameter score: what a mapping costs; it knows the prices, the mapper does not.
  /// - Throws: the rule that even the smallest tiles break.
  public mutating func mapping(
    for work: LayerWork, score: (LegalMapping, AccessCounts) -> MappingScore
  ) throws(MappingError) -> (mapping: LegalMapping, accesses: AccessCounts) {
    var plan = MappingPlan(work: work, device: device)
    // The smallest tiles fit, or nothing does.
    let smallest = try LegalMapping(plan.smallest().mapping, of: work, on: device)
    if !plan.fits { plan = plan.smallest() }
    var best = (plan: plan, score: MappingScore(energy: .infinity, cycles: .max))
    var found = (mapping: smallest, accesses: counter.counts(of: smallest.nest))
    func consider(_ candidate: MappingPlan, _ counter: inout AccessCounter) {
      guard let legal = try? LegalMapping(candidate.mapping, of: work, on: device) else { return }
      let accesses = counter.counts(of: legal.nest)
      let score = score(legal, accesses)
      guard score < best.score else { return }
      best = (candidate, score)
      found = (legal, accesses)
    }
    let levels = work.operands.isEmpty ? [] : Array(plan.searchedLevels)
    for order in plan.orders(at: 0) { consider(plan.ordered(order, at: 0), &counter) }
    for _ in 0..<(levels.count > 1 ? 2 : 1) {
      for level in levels {
        let start = best.plan
        let tiles = start.largestTiles(at: level)
        for outer in start.orders(at: level - 1) {
          for inner in start.isFeeding(level) ? start.orders(at: level) : [start.orders[level]] {
            let ordered = start.ordered(outer, at: level - 1).ordered(inner, at: level)
            for tile in tiles { consider(ordered.tiled(tile, at: level), &counter) }
          }
        }
      }
    }
    return found
  }
}
