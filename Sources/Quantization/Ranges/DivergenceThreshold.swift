internal import Glibc
public import Statistics

/// The threshold on magnitudes of least Kullback-Leibler divergence, as TensorRT calibrates.
///
/// Magnitudes fall in 2,048 equal bins. For each cut from 128 bins or the number of levels L up, the reference is
/// the bins below the cut, all beyond added to the last of them; the candidate is the same bins without
/// what lies beyond, merged into L runs (run j is the bins from `⌊j·cut/L⌋` to `⌊(j+1)·cut/L⌋`) and
/// each run's sum spread evenly over those of its bins that the *reference* has not empty. Empty bins
/// stay empty.
///
/// Smoothing: a last run that holds nothing but the tail is empty in the candidate only; its last bin
/// then gets `smallest = 1e-4` of the probability, taken from the others in proportion.
///
/// The first bin counts as much as the second: zeros from rectifiers and padding are no evidence.
///
/// - Source: S. Migacz, 8-bit inference with TensorRT, GTC 2017; S. Settle et al., arXiv 1805.07941.
public enum DivergenceThreshold {
  /// The bins of the magnitudes.
  public static let bins = 2048

  /// The probability that smoothing gives to an empty bin.
  public static let smallest = 1e-4

  /// The levels of the magnitudes: `2^(b-1)`, or `2^b` for affine codes of numbers of one sign.
  public static func levels(of numbers: WeightedValues, grid: CodeGrid) -> Int {
    let isOneSided = (numbers.values.first ?? 0) >= 0 || (numbers.values.last ?? 0) <= 0
    return 1 << (isOneSided && grid.form == .affine ? grid.bits : grid.bits - 1)
  }

  /// The threshold for some numbers: `(cut + 1/2)` bins, at most the largest magnitude.
  public static func threshold(of numbers: WeightedValues, grid: CodeGrid) -> Double {
    let largest = max(abs(numbers.values.first ?? 0), abs(numbers.values.last ?? 0))
    guard largest > 0 else { return 0 }
    var magnitudes = [Double](repeating: 0, count: bins)
    for (value, weight) in zip(numbers.values, numbers.weights) {
      magnitudes[min(bins - 1, Int(abs(value) / largest * Double(bins)))] += weight
    }
    magnitudes[0] = magnitudes[1]
    let levels = levels(of: numbers, grid: grid)
    // So few numbers say nothing of a distribution, and each could have a level of its own.
    let count = numbers.weights.reduce(0, +)
    guard magnitudes.count(where: { $0 > 0 }) > levels || count > Double(16 * levels) else {
      return largest
    }
    // A few bins that hold next to nothing resemble any tail; TensorRT starts at 128 of 2,048, too.
    let cut = bestCut(of: magnitudes, levels: levels, from: bins / 16)
    return min(largest, (Double(cut) + 0.5) * largest / Double(bins))
  }

  /// The number of bins to keep: the least divergence, the largest cut of equal ones.
  ///
  /// - Parameter start: the fewest bins; the levels, where they are more.
  /// - Returns: all bins if there are as many levels.
  public static func bestCut(
    of magnitudes: [Double], levels: Int, from start: Int = 1
  ) -> Int {
    guard levels < magnitudes.count else { return magnitudes.count }
    let scan = DivergenceScan(magnitudes, levels: levels)
    var best = (divergence: Double.infinity, cut: magnitudes.count)
    for cut in max(levels, min(start, magnitudes.count))...magnitudes.count {
      let divergence = scan.divergence(cut: cut)
      // Equal but for the rounding of sums.
      if divergence <= best.divergence + 1e-12 {
        best = (min(divergence, best.divergence), cut)
      }
    }
    return best.cut
  }

  /// The divergence of the candidate from the reference at a cut; infinite if either is empty.
  ///
  /// The slow reference of `DivergenceScan`.
  ///
  /// - Precondition: `0 < levels <= cut <= magnitudes.count`.
  public static func divergence(of magnitudes: [Double], cut: Int, levels: Int) -> Double {
    precondition(
      levels > 0 && (levels...max(levels, magnitudes.count)).contains(cut),
      "a cut keeps at least as many bins as there are levels")
    let kept = magnitudes[..<cut].reduce(0, +)
    let tail = magnitudes[cut...].reduce(0, +)
    guard kept > 0 else { return .infinity }
    func reference(_ bin: Int) -> Double { magnitudes[bin] + (bin == cut - 1 ? tail : 0) }
    // The one bin that only the candidate can lack is in the last run, and only if that is empty.
    let lastStart = (levels - 1) * cut / levels
    let isLacking = tail > 0 && magnitudes[lastStart..<cut].allSatisfy { $0 == 0 }
    let share = isLacking ? 1 - smallest : 1
    var sum = 0.0
    for level in 0..<levels {
      let run = level * cut / levels..<(level + 1) * cut / levels
      var mass = 0.0
      var holders = 0
      for bin in run {
        mass += magnitudes[bin]
        if reference(bin) > 0 { holders += 1 }
      }
      guard holders > 0 else { continue }
      let candidate = mass > 0 ? share * mass / kept / Double(holders) : smallest
      for bin in run where reference(bin) > 0 {
        let probability = reference(bin) / (kept + tail)
        sum += probability * log(probability / candidate)
      }
    }
    return sum
  }
}
