import Devices

/// The best mappings of one layer that a search has counted, one for each objective.
struct BestMappings {
  private var found = [FoundMapping?](repeating: nil, count: MappingObjective.allCases.count)
  /// Whether all mappings of the space were counted.
  var isExhaustive = false

  /// Whether none was counted.
  var isEmpty: Bool { found.allSatisfy { $0 == nil } }

  /// The best mapping for an objective.
  subscript(objective: MappingObjective) -> FoundMapping? {
    var best = MappingObjective.allCases.firstIndex(of: objective).flatMap { found[$0] }
    best?.isExhaustive = isExhaustive
    return best
  }

  /// Keeps a mapping where it is the best so far.
  mutating func consider(_ mapping: LegalMapping, _ accesses: AccessCounts, _ score: MappingScore) {
    for (place, objective) in MappingObjective.allCases.enumerated() {
      if let best = found[place], !score.isLower(than: best.score, objective) { continue }
      found[place] = FoundMapping(
        mapping: mapping, accesses: accesses, score: score, isExhaustive: false)
    }
  }

  /// The mappings done as often as a batch has such parts: a batch costs about as much at most.
  ///
  /// The outermost level holds all of the batch; other levels may where they held all of a part.
  func repetitions(parts: Int) -> [Mapping] {
    var repetitions: [Mapping] = []
    var seen: [Mapping] = []
    for part in found.compactMap({ $0?.mapping }) where !seen.contains(part.mapping) {
      let mapping = part.mapping
      seen.append(mapping)
      let loops =
        [MappingLoop(.batch, tile: part.work.bounds.batch)] + mapping.loops
      for kept in 0..<8 {
        var depths = mapping.depths
        for operand in Operand.allCases {
          var isHome = true
          for level in depths.indices {
            guard let depth = depths[level][operand] else { continue }
            let keepsWhole = kept & 1 << operand.index != 0
            if !isHome, depth > 0 || !keepsWhole { depths[level][operand] = depth + 1 }
            isHome = false
          }
        }
        let repetition = Mapping(loops: loops, depths: depths)
        if !repetitions.contains(repetition) { repetitions.append(repetition) }
      }
    }
    return repetitions
  }
}

extension Int {
  /// The prime factors, each once, ascending.
  var primeFactors: [Int] {
    var factors: [Int] = []
    var rest = self
    var factor = 2
    while factor * factor <= rest {
      if rest % factor == 0 { factors.append(factor) }
      while rest % factor == 0 { rest /= factor }
      factor += 1
    }
    if rest > 1 { factors.append(rest) }
    return factors
  }
}
