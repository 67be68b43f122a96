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
/// can, towards each objective; then tiles grow and shrink one axis at a time. Plans are ranked by an
/// estimate; the best few for each objective are counted exactly, and of those the best is returned: no
/// objective is served better by a search for another. Of a batch the best mappings of its parts, one
/// part after the other, are counted too where they fit.
///
/// - Model: beyond small layers a heuristic; the gap to a lower bound is what it proves.
public struct Mapper: Sendable {
  /// The device.
  public let device: Device
  /// What mappings are chosen for.
  public let objective: MappingObjective
  private let outline: DeviceOutline
  private var counter = AccessCounter()
  /// What all searches so far did.
  public private(set) var effort = SearchEffort()

  /// A mapper for a device.
  public init(device: Device, objective: MappingObjective = .product) {
    self.device = device
    self.objective = objective
    outline = DeviceOutline(device)
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
    var known: [Int: BestMappings] = [:]
    let best = try search(work, rate: rate, bound: bound, known: &known, score: score)
    guard let found = best[objective] else {
      preconditionFailure("a mapping that was counted was kept")
    }
    return found
  }

  /// The best mappings of a layer for all objectives; `known` has those of other batches.
  private mutating func search(
    _ work: LayerWork, rate: Double, bound: MappingScore?, known: inout [Int: BestMappings],
    score: (LegalMapping, AccessCounts) -> MappingScore
  ) throws(MappingError) -> BestMappings {
    if let best = known[work.bounds.batch] { return best }
    let space = MappingSpace(work: work, device: device)
    var best = BestMappings()
    func count(_ mapping: Mapping) {
      guard let legal = try? LegalMapping(mapping, of: work, on: outline) else { return }
      effort.counted += 1
      let accesses = counter.counts(of: legal.nest)
      best.consider(legal, accesses, score(legal, accesses))
    }
    if let mappings = space.allMappings() {
      for mapping in mappings { count(mapping) }
      best.isExhaustive = true
    } else {
      var search = PlanSearch(space: space, rate: rate, bound: bound)
      search.run()
      effort += search.estimator.effort
      for candidate in search.candidates { count(space.mapping(candidate.plan)) }
    }
    if best.isEmpty {
      // Almost always the smallest tiles fit, or nothing does.
      let smallest = space.mapping(space.start().smallest())
      let legal = try LegalMapping(smallest, of: work, on: outline)
      effort.counted += 1
      let accesses = counter.counts(of: legal.nest)
      best.consider(legal, accesses, score(legal, accesses))
    }
    for parts in work.bounds.batch.primeFactors {
      var part = work
      part.bounds.batch /= parts
      // A part that does not fit has no mapping to repeat.
      let found = try? search(part, rate: rate, bound: nil, known: &known, score: score)
      for mapping in found?.repetitions(parts: parts) ?? [] { count(mapping) }
    }
    known[work.bounds.batch] = best
    return best
  }
}
