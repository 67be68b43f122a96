internal import CGSL

/// Levels that stand for numbers of a standard normal distribution, and the thresholds between them.
///
/// - Source: J. Max, Quantizing for minimum distortion, IRE Trans. Information Theory 6, 1960; the
///   distribution functions are the GNU Scientific Library's.
public struct GaussianQuantizer: Hashable, Sendable {
  /// The thresholds between neighbouring levels, rising; one fewer than the levels.
  public let thresholds: [Double]
  /// What stands for the numbers of each cell: their conditional mean.
  public let levels: [Double]
  /// The mean squared error of standard normal numbers: `1 - Σ p_i level_i²`.
  public let meanSquaredError: Double

  /// The cells between some thresholds, each stood for by its mean.
  private init(thresholds: [Double]) {
    let cells = Self.cells(thresholds)
    self.thresholds = thresholds
    levels = cells.map(\.mean)
    meanSquaredError = 1 - cells.reduce(0) { $0 + $1.probability * $1.mean * $1.mean }
  }

  /// Levels of equally probable cells: thresholds at the quantiles `i/k`.
  ///
  /// - Precondition: 1 to 65,536 levels.
  public static func equalProbability(levels count: Int) -> GaussianQuantizer {
    precondition((1...65_536).contains(count), "a Gaussian quantizer has 1 to 65,536 levels")
    return GaussianQuantizer(
      thresholds: (1..<max(count, 1)).map { gsl_cdf_ugaussian_Pinv(Double($0) / Double(count)) })
  }

  /// The levels of least mean squared error, where every threshold is halfway between its neighbours.
  ///
  /// Newton's method for `level_i = mean of cell i`, from the levels that are best for many of them
  /// (density to the power 1/3: a Gaussian of deviation √3). The density is log-concave, so there is
  /// one solution, and the tridiagonal system of each step is diagonally dominant.
  ///
  /// - Exactness: until no level moves by more than 1e-13.
  /// - Precondition: 1 to 65,536 levels.
  public static func lloydMax(levels count: Int) -> GaussianQuantizer {
    precondition((1...65_536).contains(count), "a Gaussian quantizer has 1 to 65,536 levels")
    var levels = (0..<count).map {
      3.0.squareRoot() * gsl_cdf_ugaussian_Pinv((Double($0) + 0.5) / Double(count))
    }
    for _ in 0..<100 {
      let moves = newtonMoves(levels)
      // Half steps until the levels stay in order.
      var share = 1.0
      var next = levels
      repeat {
        next = zip(levels, moves).map { $0 + share * $1 }
        share /= 2
      } while !zip(next, next.dropFirst()).allSatisfy { $0 < $1 } && share > 1e-6
      levels = next
      if moves.allSatisfy({ abs($0) < 1e-13 }) { break }
    }
    return GaussianQuantizer(thresholds: midpoints(levels))
  }

  /// The levels for numbers of another mean and deviation.
  public func levels(mean: Double, deviation: Double) -> [Double] {
    levels.map { mean + deviation * $0 }
  }

  private static func midpoints(_ levels: [Double]) -> [Double] {
    zip(levels, levels.dropFirst()).map { ($0 + $1) / 2 }
  }

  private static func cells(_ thresholds: [Double]) -> [GaussianInterval] {
    zip([-Double.infinity] + thresholds, thresholds + [Double.infinity])
      .map { GaussianInterval(low: $0, high: $1) }
  }

  /// The step that solves `level_i - mean of cell i = 0` to first order: elimination, then substitution.
  private static func newtonMoves(_ levels: [Double]) -> [Double] {
    let cells = cells(midpoints(levels))
    var uppers: [Double] = []
    var moves: [Double] = []
    for (level, cell) in zip(levels, cells) {
      let slopes = cell.slopes
      let lower = -slopes.low / 2
      let pivot = 1 - (slopes.low + slopes.high) / 2 - lower * (uppers.last ?? 0)
      moves.append((cell.mean - level - lower * (moves.last ?? 0)) / pivot)
      uppers.append(-slopes.high / 2 / pivot)
    }
    for index in moves.indices.dropLast().reversed() {
      moves[index] -= uppers[index] * moves[index + 1]
    }
    return moves
  }
}
