public import Quantities

/// An energy of one arithmetic operation as somebody published it.
public struct PublishedEnergy: Hashable, Sendable {
  /// What is done.
  public enum Operation: String, Hashable, Sendable, CaseIterable {
    /// An integer multiplication of two operands of as many bits.
    case multiply
    /// A multiplication with its addition and registers.
    case multiplyAccumulate = "multiply-accumulate"
    /// An integer addition.
    case add
    /// An access of a register.
    case register
  }

  /// What is done.
  public let operation: Operation
  /// The width of the operands in bits.
  public let bits: Int
  /// The energy as published.
  public let energy: Picojoules
  /// The node in nm that it was published for.
  public let node: Int
  /// Who published it.
  public let source: String

  /// The energy at another node, scaled at 0.8 V as Accelergy does; nil outside of 130 to 7 nm.
  ///
  /// - Model: `TechnologyScaling`; the supplies of both are taken to be the same.
  public func energy(at technology: Int) -> Picojoules? {
    if technology == node { return energy }
    return TechnologyScaling.factor(from: (node, 0.8), to: (technology, 0.8))
      .map { Picojoules(energy.value * $0) }
  }

  /// The lowest and highest energy of an operation at a node; nil when nobody published one.
  public static func range(
    of operation: Operation, bits: Int, at technology: Int
  ) -> EnergyRange? {
    let energies = all.filter { $0.operation == operation && $0.bits == bits }
      .compactMap { $0.energy(at: technology) }
    guard let low = energies.min(), let high = energies.max() else { return nil }
    return EnergyRange(low: low, high: high)
  }

  /// Every energy that is known here with its source, narrow operands first.
  public static let all: [PublishedEnergy] = [
    horowitz(.multiply, 8, 0.2), horowitz(.multiply, 32, 3.1),
    PublishedEnergy(
      operation: .multiply, bits: 16, energy: Picojoules(0.7833), node: 45,
      source: "QKeras 0.9.0, qtools/settings.py: a fit through Horowitz's 8 and 32 bit"),
    aladdin(.multiply, 8, 0.7925, "1 ns"), aladdin(.multiply, 16, 3.17, "1 ns"),
    aladdin(.multiply, 32, 12.68, "1 ns"), aladdin(.multiply, 8, 0.5394, "5 ns"),
    aladdin(.multiply, 16, 2.1575, "5 ns"), aladdin(.multiply, 32, 8.63, "5 ns"),
    synthesis(2, 0.0575), synthesis(4, 0.1202), synthesis(8, 0.2977), synthesis(16, 0.9474),
    PublishedEnergy(
      operation: .multiplyAccumulate, bits: 16, energy: Picojoules(2), node: 65,
      source: "stanford-mast/nn_dataflow, test_eyeriss_isscc16"),
    PublishedEnergy(
      operation: .multiplyAccumulate, bits: 16, energy: Picojoules(2.2), node: 45,
      source: "Sparseloop (MICRO 2022) artifact, energy table of Eyeriss"),
    horowitz(.add, 8, 0.03), horowitz(.add, 16, 0.05), horowitz(.add, 32, 0.1),
    aladdin(.add, 8, 0.0525, "1 ns"), aladdin(.add, 16, 0.105, "1 ns"),
    aladdin(.add, 32, 0.21, "1 ns"), aladdin(.add, 8, 0.02143, "5 ns"),
    aladdin(.add, 16, 0.04285, "5 ns"), aladdin(.add, 32, 0.0857, "5 ns"),
    aladdin(.register, 1, 0.009, "1 to 6 ns"),
  ]

  private static func horowitz(
    _ operation: Operation, _ bits: Int, _ energy: Double
  ) -> PublishedEnergy {
    PublishedEnergy(
      operation: operation, bits: bits, energy: Picojoules(energy), node: 45,
      source: "M. Horowitz, ISSCC 2014, 45 nm, 0.9 V")
  }

  private static func aladdin(
    _ operation: Operation, _ bits: Int, _ energy: Double, _ cycle: String
  ) -> PublishedEnergy {
    PublishedEnergy(
      operation: operation, bits: bits, energy: Picojoules(energy), node: 40,
      source: "Aladdin tables at \(cycle), by width as Accelergy scales 32 bit")
  }

  private static func synthesis(_ bits: Int, _ energy: Double) -> PublishedEnergy {
    PublishedEnergy(
      operation: .multiplyAccumulate, bits: bits, energy: Picojoules(energy), node: 45,
      source: "Bit Fusion repository, synthesis of a single fixed-precision unit at 500 MHz")
  }
}
