internal import Glibc

/// The divergences of `DivergenceThreshold` at many cuts of the same bins.
///
/// With r the reference, T its sum and q the candidate, one number in a whole run,
///
///     Σ r/T · log((r/T) / q)  =  (Σ r log r - Σ_runs R log q) / T - log T
///
/// so that sums over bins are differences of prefix sums and a cut takes one logarithm a level.
///
/// - Exactness: that of sums in another order, about 1e-12; a test compares it with the plain sums.
public struct DivergenceScan: Sendable {
  private let magnitudes: [Double]
  private let levels: Int
  private let masses: [Double]
  private let holders: [Int]
  private let entropies: [Double]

  /// The prefix sums of some bins.
  ///
  /// - Precondition: there is a level.
  public init(_ magnitudes: [Double], levels: Int) {
    precondition(levels > 0, "codes have a level")
    var masses = [0.0]
    var holders = [0]
    var entropies = [0.0]
    for (bin, mass) in magnitudes.enumerated() {
      masses.append(masses[bin] + mass)
      holders.append(holders[bin] + (mass > 0 ? 1 : 0))
      entropies.append(entropies[bin] + Self.entropy(mass))
    }
    self.magnitudes = magnitudes
    self.levels = levels
    self.masses = masses
    self.holders = holders
    self.entropies = entropies
  }

  private static func entropy(_ mass: Double) -> Double { mass > 0 ? mass * log(mass) : 0 }

  /// The divergence at a cut; infinite if nothing is kept.
  ///
  /// - Precondition: `levels <= cut <= magnitudes.count`.
  public func divergence(cut: Int) -> Double {
    precondition((levels...max(levels, magnitudes.count)).contains(cut), "a cut has all levels")
    let kept = masses[cut]
    let total = masses[magnitudes.count]
    let tail = max(0, total - kept)
    guard kept > 0 else { return .infinity }
    let last = magnitudes[cut - 1]
    let reference = entropies[cut - 1] + Self.entropy(last + tail)
    let lastStart = (levels - 1) * cut / levels
    let isLacking = tail > 0 && masses[cut] == masses[lastStart]
    let share = isLacking ? 1 - DivergenceThreshold.smallest : 1
    var cross = 0.0
    for level in 0..<levels {
      let start = level * cut / levels
      let end = (level + 1) * cut / levels
      let mass = masses[end] - masses[start]
      var bins = holders[end] - holders[start]
      var weight = mass
      if level == levels - 1, tail > 0 {
        weight += tail
        if last == 0 { bins += 1 }
      }
      guard bins > 0 else { continue }
      let candidate =
        mass > 0 ? share * mass / kept / Double(bins) : DivergenceThreshold.smallest
      cross += weight * log(candidate)
    }
    return (reference - cross) / total - log(total)
  }
}
