public import Statistics

/// The search for the range whose codes have the least squared error.
///
/// The error is not convex in the ends of the range: every scan looks at 128 evenly spaced places
/// first, and Brent's method then refines between the neighbours of the best.
///
/// - Source: numbers to the nearest code, those outside to the ends; `numerics.md` section 4.
public struct LeastSquaresRange: Sendable {
  /// The places of a scan; a minimum narrower than the 128th part of the range may be missed.
  public static let places = 128

  private let numbers: WeightedValues
  private let prefixes: MomentPrefixes
  private let grid: CodeGrid

  /// A search over some numbers.
  public init(_ numbers: WeightedValues, grid: CodeGrid) {
    self.numbers = numbers
    self.grid = grid
    prefixes = MomentPrefixes(numbers)
  }

  /// The squared error of a range, weighted and summed.
  ///
  /// - Complexity: the smaller of O(n) and O(2^b log n).
  /// - Precondition: the range contains 0 and more.
  public func squaredError(_ range: ClosedRange<Double>) -> Double {
    let (scale, codes) = grid.codes(over: range)
    // The moments of whole cells, where the cells are few and wide enough for differences of sums.
    guard grid.bits <= 10, codes.count * 8 < numbers.count else { return direct(scale, codes) }
    var sum = 0.0
    var start = 0
    for code in codes {
      let end =
        code == codes.upperBound
        ? numbers.count : numbers.firstIndex(above: (Double(code) + 0.5) * scale)
      if start < end {
        sum += prefixes.squaredError(start, end, around: Double(code) * scale)
        start = end
      }
    }
    return sum
  }

  private func direct(_ scale: Double, _ codes: ClosedRange<Int>) -> Double {
    let lowest = Double(codes.lowerBound)
    let highest = Double(codes.upperBound)
    var sum = 0.0
    for index in 0..<numbers.count {
      let number = numbers.values[index]
      let code = min(max((number / scale).rounded(), lowest), highest)
      let difference = code * scale - number
      sum += numbers.weights[index] * difference * difference
    }
    return sum
  }

  /// The best range inside a range: one factor for both ends, then for affine codes each end on its own.
  public func range(within whole: ClosedRange<Double>) -> ClosedRange<Double> {
    let low = whole.lowerBound
    let high = whole.upperBound
    let factor = bestFactor { squaredError(low * $0...high * $0) }
    var best = low * factor...high * factor
    guard grid.form == .affine, low < 0, high > 0 else { return best }
    for _ in 0..<2 {
      let fixedLow = best.lowerBound
      let upper = fixedLow...high * bestFactor { squaredError(fixedLow...high * $0) }
      if squaredError(upper) < squaredError(best) { best = upper }
      let fixedHigh = best.upperBound
      let lower = low * bestFactor { squaredError(low * $0...fixedHigh) }...fixedHigh
      if squaredError(lower) < squaredError(best) { best = lower }
    }
    return best
  }

  /// The factor from 1/128 to 1 of least error.
  private func bestFactor(_ error: (Double) -> Double) -> Double {
    let factors = (1...Self.places).map { Double($0) / Double(Self.places) }
    let errors = factors.map(error)
    guard let best = errors.indices.min(by: { errors[$0] < errors[$1] }) else { return 1 }
    guard best > 0, best < factors.count - 1 else { return factors[best] }
    let refined = BrentMinimum.place(
      of: error, low: factors[best - 1], guess: factors[best], high: factors[best + 1])
    return error(refined) < errors[best] ? refined : factors[best]
  }
}
