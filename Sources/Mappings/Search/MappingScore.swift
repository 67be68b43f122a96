/// What a mapping is chosen for.
public enum MappingObjective: String, Hashable, Sendable, CaseIterable {
  /// The least energy, then the fewest cycles.
  case energy
  /// The fewest cycles, then the least energy.
  case latency
  /// The least product of energy and cycles, then the least energy.
  ///
  /// Energy alone would buy its last percent with an array that waits most of the time.
  case product = "edp"
}

/// How good a mapping is.
public struct MappingScore: Hashable, Sendable {
  /// The energy in pJ.
  public var energy: Double
  /// The cycles.
  public var cycles: Int

  /// A score.
  public init(energy: Double, cycles: Int) {
    self.energy = energy
    self.cycles = cycles
  }

  /// What an objective wants small: pJ, cycles, or pJ times cycles.
  public func value(_ objective: MappingObjective) -> Double {
    switch objective {
    case .energy: energy
    case .latency: Double(cycles)
    case .product: energy * Double(cycles)
    }
  }

  /// Whether the score is lower than another.
  public func isLower(than other: MappingScore, _ objective: MappingObjective) -> Bool {
    let (value, bar) = (value(objective), other.value(objective))
    if value != bar { return value < bar }
    return energy != other.energy ? energy < other.energy : cycles < other.cycles
  }

  /// The score of no mapping, above all others.
  static let none = MappingScore(energy: .infinity, cycles: .max)
}

/// How near a mapping is to the best one.
public struct MappingQuality: Hashable, Sendable {
  /// What the mapping was chosen for.
  public var objective: MappingObjective
  /// Whether no mapping of the space is better: all of them were tried, or the bound is met.
  ///
  /// The space: even mappings whose loops in space are those of the array and whose innermost levels
  /// keep the operand of the dataflow.
  public var isExact: Bool
  /// What no mapping can undercut: energy and cycles, each bounded on its own.
  public var bound: MappingScore
  /// How far the objective lies above that of the bound: 0.1 stands for 10 %.
  public var gap: Double

  /// The quality of a mapping with a score.
  public init(
    of score: MappingScore, objective: MappingObjective, bound: MappingScore, isExhaustive: Bool
  ) {
    self.objective = objective
    self.bound = bound
    let least = bound.value(objective)
    let value = score.value(objective)
    // The two are sums in different orders.
    let isMet = value <= least * (1 + 1e-12)
    gap = isMet || least <= 0 ? 0 : value / least - 1
    isExact = isExhaustive || isMet
  }
}
