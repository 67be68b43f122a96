public import Statistics

/// How the range that codes cover is chosen from the numbers that are to be quantized.
///
/// What lies outside is clipped to the nearest end: a narrower range rounds more finely and clips more.
public enum ClippingRule: Hashable, Sendable {
  /// All numbers: nothing is clipped.
  case largest
  /// This share of the numbers, the rest cut off half at each end; magnitudes for symmetric codes.
  case percentile(Double)
  /// The range of least squared error.
  case leastSquares
  /// The range of least Kullback-Leibler divergence.
  case leastDivergence

  /// The range, zero inside; the same magnitude on both sides for symmetric codes.
  ///
  /// - Parameters:
  ///   - numbers: the numbers, of a tensor, a channel, a group or a histogram.
  ///   - grid: the codes.
  /// - Returns: `0...0` if there is no number but zero.
  public func range(of numbers: WeightedValues, grid: CodeGrid) -> ClosedRange<Double> {
    let whole = Self.whole(numbers, grid.form)
    guard whole.lowerBound < whole.upperBound else { return 0...0 }
    switch self {
    case .largest: return whole
    case .percentile(let share): return Self.kept(share, of: numbers, whole, grid.form)
    case .leastSquares: return LeastSquaresRange(numbers, grid: grid).range(within: whole)
    case .leastDivergence:
      let threshold = DivergenceThreshold.threshold(of: numbers, grid: grid)
      return max(whole.lowerBound, -threshold)...min(whole.upperBound, threshold)
    }
  }

  /// Everything, with zero inside.
  static func whole(_ numbers: WeightedValues, _ form: CodeGrid.Form) -> ClosedRange<Double> {
    let low = min(0, numbers.values.first ?? 0)
    let high = max(0, numbers.values.last ?? 0)
    let largest = max(-low, high)
    return form == .symmetric ? -largest...largest : low...high
  }

  private static func kept(
    _ share: Double, of numbers: WeightedValues, _ whole: ClosedRange<Double>,
    _ form: CodeGrid.Form
  ) -> ClosedRange<Double> {
    if form == .symmetric {
      let magnitudes = WeightedValues(
        zip(numbers.values, numbers.weights).map { (value: abs($0), weight: $1) })
      let threshold = magnitudes.quantile(share)
      return threshold > 0 ? -threshold...threshold : whole
    }
    let low = min(0, numbers.quantile((1 - share) / 2))
    let high = max(0, numbers.quantile(1 - (1 - share) / 2))
    return low < high ? low...high : whole
  }
}
