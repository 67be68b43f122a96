internal import Arithmetic
internal import Glibc
public import Statistics

/// How the range of an activation is chosen from what calibration samples showed.
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
    case .mse: return leastSquares(histogram, bits: bits)
    case .kl: return leastDivergence(histogram, bits: bits)
    }
  }

  /// Shrinks the range by one factor, found on a grid and refined by Brent's method.
  private func leastSquares(_ histogram: Histogram, bits: Int) -> ClosedRange<Double> {
    let levels = Double(1 << bits) - 1
    func error(_ factor: Double) -> Double {
      let low = histogram.low * factor
      let high = histogram.high * factor
      let scale = (high - low) / levels
      let zero = (-low / scale).rounded()
      var sum = 0.0
      for (bin, count) in histogram.counts.enumerated() where count > 0 {
        let number = histogram.center(bin)
        let code = min(max((number / scale).rounded() + zero, 0), levels)
        let difference = (code - zero) * scale - number
        sum += Double(count) * difference * difference
      }
      return sum
    }
    let grid = (1...50).map { Double($0) / 50 }
    let errors = grid.map(error)
    guard let best = errors.indices.min(by: { errors[$0] < errors[$1] }) else {
      return histogram.low...histogram.high
    }
    var factor = grid[best]
    if best > 0 && best < grid.count - 1 {
      let refined = BrentMinimum.place(
        of: error, low: grid[best - 1], guess: factor, high: grid[best + 1])
      if error(refined) < errors[best] { factor = refined }
    }
    return histogram.low * factor...histogram.high * factor
  }

  /// The threshold on magnitudes of least divergence.
  ///
  /// Magnitudes fall in 2,048 bins; for every cut, the bins below it with the tail folded into the last
  /// are compared with the same bins quantized to the levels of the format and spread again over the
  /// bins that were not empty.
  private func leastDivergence(_ histogram: Histogram, bits: Int) -> ClosedRange<Double> {
    let whole = histogram.low...histogram.high
    let isOneSided = histogram.low == 0 || histogram.high == 0
    let levels = 1 << (isOneSided ? bits : bits - 1)
    let bins = Self.bins / 2
    guard levels < bins else { return whole }
    let largest = max(-histogram.low, histogram.high)
    var magnitudes = [Double](repeating: 0, count: bins)
    for (bin, count) in histogram.counts.enumerated() where count > 0 {
      let place = abs(histogram.center(bin)) / largest * Double(bins)
      magnitudes[min(Int(place), bins - 1)] += Double(count)
    }
    // Exact zeros (padding, rectified values) are no evidence about the threshold.
    magnitudes[0] = magnitudes[1]
    var best = (divergence: Double.infinity, cut: bins)
    for cut in stride(from: levels, through: bins, by: max(1, levels / 64)) {
      let divergence = Self.divergence(magnitudes, cut: cut, levels: levels)
      if divergence < best.divergence { best = (divergence, cut) }
    }
    let threshold = (Double(best.cut) + 0.5) * largest / Double(bins)
    return max(whole.lowerBound, -threshold)...min(whole.upperBound, threshold)
  }

  private static func divergence(_ magnitudes: [Double], cut: Int, levels: Int) -> Double {
    var reference = Array(magnitudes[..<cut])
    reference[cut - 1] += magnitudes[cut...].reduce(0, +)
    let total = reference.reduce(0, +)
    guard total > 0 else { return .infinity }
    var spread = [Double](repeating: 0, count: cut)
    for level in 0..<levels {
      let start = level * cut / levels
      let end = (level + 1) * cut / levels
      let filled = (start..<end).filter { magnitudes[$0] > 0 }
      guard !filled.isEmpty else { continue }
      let mean = filled.reduce(0) { $0 + magnitudes[$1] } / Double(filled.count)
      for bin in filled { spread[bin] = mean }
    }
    let spreadTotal = spread.reduce(0, +)
    guard spreadTotal > 0 else { return .infinity }
    var divergence = 0.0
    for bin in 0..<cut where reference[bin] > 0 {
      let p = reference[bin] / total
      let q = max(spread[bin] / spreadTotal, 1e-10)
      divergence += p * log(p / q)
    }
    return divergence
  }
}
