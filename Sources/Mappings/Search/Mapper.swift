public import Devices

/// A mapping that a search has found.
public struct FoundMapping: Sendable {
  /// The mapping.
  public var mapping: LegalMapping
  /// Its accesses.
  public var accesses: AccessCounts
  /// What it costs.
  public var score: MappingScore
  /// Whether all mappings of the space were tried.
  public var isExhaustive: Bool
}

/// Finds a legal mapping of a layer on a device: exact for small layers, bounded beyond, deterministic.
///
/// The space: even mappings whose loops in space are those that the array can unroll, and whose levels at
/// the array keep the stationary operand of its dataflow longest. A layer with few mappings has all of
/// them counted. Otherwise level after level, outermost first, the largest tiles that fit are tried with
/// the orders that matter, from units that hold single products and from units that hold as many as they
/// can, towards the objective and towards energy; then tiles grow and shrink one axis at a time. Plans
/// are ranked by an estimate; the best few are counted exactly, and of those the best is returned.
///
/// - Model: beyond small layers a heuristic; the gap to a lower bound is what it proves.
public struct Mapper: Sendable {
  /// The device.
  public let device: Device
  /// What mappings are chosen for.
  public let objective: MappingObjective
  private var counter = AccessCounter()

  /// A mapper for a device.
  public init(device: Device, objective: MappingObjective = .product) {
    self.device = device
    self.objective = objective
  }

  /// The best mapping found.
  ///
  /// - Parameters:
  ///   - rate: multiply-accumulates a cycle and unit at the widths of the layer.
  ///   - bound: what no mapping undercuts; the search ends where it is met.
  ///   - score: what a mapping costs, exactly; it knows the prices.
  /// - Throws: the rule that even the smallest tiles break.
  public mutating func mapping(
    for work: LayerWork, rate: Double = 1, bound: MappingScore? = nil,
    score: (LegalMapping, AccessCounts) -> MappingScore
  ) throws(MappingError) -> FoundMapping {
    let space = MappingSpace(work: work, device: device)
    var found: FoundMapping?
    func count(_ legal: LegalMapping) {
      let accesses = counter.counts(of: legal.nest)
      let score = score(legal, accesses)
      if let best = found, !score.isLower(than: best.score, objective) { return }
      found = FoundMapping(mapping: legal, accesses: accesses, score: score, isExhaustive: false)
    }
    if let mappings = space.allMappings() {
      for mapping in mappings {
        if let legal = try? LegalMapping(mapping, of: work, on: device) { count(legal) }
      }
      found?.isExhaustive = true
    } else {
      var search = PlanSearch(space: space, objective: objective, rate: rate, bound: bound)
      search.run()
      for candidate in search.best {
        let mapping = space.mapping(candidate.plan)
        if let legal = try? LegalMapping(mapping, of: work, on: device) { count(legal) }
      }
    }
    if found == nil {
      // Almost always the smallest tiles fit, or nothing does.
      let smallest = space.mapping(space.start().smallest())
      count(try LegalMapping(smallest, of: work, on: device))
    }
    for mapping in repeated(work, rate: rate, score: score) {
      if let legal = try? LegalMapping(mapping, of: work, on: device) { count(legal) }
    }
    guard let found else {
      preconditionFailure("a mapping that was counted was kept")
    }
    return found
  }

  /// The mapping of a part of a batch, done as often as there are parts: a batch never costs more.
  private mutating func repeated(
    _ work: LayerWork, rate: Double, score: (LegalMapping, AccessCounts) -> MappingScore
  ) -> [Mapping] {
    let batch = work.bounds.batch
    guard batch > 1, let parts = (2...batch).first(where: { batch % $0 == 0 }) else { return [] }
    var part = work
    part.bounds.batch = batch / parts
    guard let found = try? self.mapping(for: part, rate: rate, score: score) else { return [] }
    let mapping = found.mapping.mapping
    let loops = [MappingLoop(.batch, tile: batch / parts)] + mapping.loops
    // The outermost level holds all of the batch, and others may where they held all of a part.
    return [true, false].map { keepsWhole in
      var depths = mapping.depths
      for operand in Operand.allCases {
        var isHome = true
        for level in depths.indices {
          guard let depth = depths[level][operand] else { continue }
          if !isHome, depth > 0 || !keepsWhole { depths[level][operand] = depth + 1 }
          isHome = false
        }
      }
      return Mapping(loops: loops, depths: depths)
    }
  }
}
