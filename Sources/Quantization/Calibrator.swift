public import Statistics

/// How the range that codes cover is chosen: of activations from what calibration samples showed, of weights from
/// the weights.
public enum Calibrator: String, Hashable, Sendable, CaseIterable {
  /// The smallest and largest number seen.
  case minmax
  /// The numbers that 0.005 % lie below and above.
  case percentile
  /// The range of least mean squared quantization error.
  case mse
  /// The range of least Kullback-Leibler divergence between the numbers and their codes.
  case kl

  /// The bins of the histograms: the 2,048 of TensorRT, over both signs.
  public static let bins = 4096

  /// The share of the numbers that `percentile` keeps.
  public static let keptShare = 0.9999

  /// The range to quantize, zero inside.
  ///
  /// - Parameters:
  ///   - histogram: the numbers, over their exact range with zero inside.
  ///   - bits: the width of the codes.
  /// - Source: `numerics.md` section 4; S. Migacz, 8-bit inference with TensorRT, GTC 2017; Settle et
  ///   al., arXiv 1805.07941.
  public func range(of histogram: Histogram, bits: Int) -> ClosedRange<Double> {
    let whole = histogram.low...histogram.high
    guard histogram.total > 0 else { return whole }
    switch self {
    case .minmax: return whole
    case .percentile:
      let tail = (1 - Self.keptShare) / 2
      let low = whole.lowerBound < 0 ? min(0, histogram.quantile(tail)) : 0
      let high = whole.upperBound > 0 ? max(0, histogram.quantile(1 - tail)) : 0
      return low < high ? low...high : whole
    case .mse:
      return LeastSquaresRange(
        WeightedValues(histogram), grid: CodeGrid(bits: bits, form: .affine)
      ).range(within: whole)
    case .kl:
      let threshold = DivergenceThreshold.threshold(
        of: WeightedValues(histogram), grid: CodeGrid(bits: bits, form: .affine))
      // Bins stand for their middles: half a bin below the ends nothing is cut.
      let isWhole = max(-whole.lowerBound, whole.upperBound) - threshold <= histogram.width
      return isWhole
        ? whole : max(whole.lowerBound, -threshold)...min(whole.upperBound, threshold)
    }
  }

  /// The same rule for exact numbers, such as weights.
  public var clipping: ClippingRule {
    switch self {
    case .minmax: .largest
    case .percentile: .percentile(Self.keptShare)
    case .mse: .leastSquares
    case .kl: .leastDivergence
    }
  }
}
