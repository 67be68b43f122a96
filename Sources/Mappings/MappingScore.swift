/// How good a mapping is; the mapper keeps the lowest product of energy and cycles.
///
/// Energy alone would buy its last percent with an array that waits most of the time.
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

  /// What a search looks for at each of its steps.
  enum Aim: CaseIterable {
    /// The least energy, then the fewest cycles.
    case energy
    /// The least product of energy and cycles, then the least energy and the fewest cycles.
    case product
  }

  /// The score of no mapping, above all others.
  static let none = MappingScore(energy: .infinity, cycles: .max)

  /// Whether the score is lower than another.
  func isLower(than other: MappingScore, _ aim: Aim) -> Bool {
    switch aim {
    case .energy: (energy, cycles) < (other.energy, other.cycles)
    case .product:
      (product, energy, cycles) < (other.product, other.energy, other.cycles)
    }
  }

  private var product: Double { energy * Double(cycles) }
}
