internal import Arithmetic
internal import Networks
internal import Statistics

/// What activations in formats other than integers share, from what calibration saw of them.
///
/// | format | what is shared |
/// |---|---|
/// | minifloat of 8 bits or fewer, power of two | the least 2^k with which the range does not saturate |
/// | wider minifloat | nothing |
/// | codebook | 1-D k-means of the histogram, in fixed point; the bin with zero stands for zero |
/// | binary | the mean magnitude |
/// | ternary | the scale s that is the mean of the magnitudes above s / 2 (Lloyd) |
///
/// With `mse`, powers of two up to 3 smaller and one larger are tried on the histogram, too.
extension QuantizerRules {
  /// The quantization of a histogram, of which minifloats and powers of two keep a range.
  static func uneven(
    _ histogram: Histogram, range: ClosedRange<Double>, format: NumberFormat, calibrator: Calibrator
  ) -> ActivationQuantization {
    let numbers = numbers(of: histogram)
    switch format {
    case .codebook(let table):
      let clustering = ScalarClustering.optimal(of: WeightedValues(numbers), count: table.entries)
      let centroids = clustering.centroids.filter(\.isFinite)
      return ActivationQuantization(
        codebook: Codebook(format: table, reals: centroids.isEmpty ? [0] : centroids))
    case .bipolar: return scaled(format, meanMagnitude(numbers, above: 0))
    case .ternary:
      var scale = 1.5 * meanMagnitude(numbers, above: 0)
      for _ in 0..<50 {
        let next = meanMagnitude(numbers, above: scale / 2)
        guard next > 0, next != scale else { break }
        scale = next
      }
      return scaled(format, scale)
    case .minifloat, .powerOfTwo:
      let first = uneven(range, format: format)
      guard calibrator == .mse, format.sharedScale == .powerOfTwo else { return first }
      let candidates = [0, 1, -1, -2, -3].map { places in
        scaled(format, first.scale * Double(sign: .plus, exponent: places, significand: 1))
      }
      let errors = candidates.map { squaredError(numbers, $0) }
      let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
      return candidates[best]
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .float32:
      return activation(range, format: format)
    }
  }

  /// The quantization of a range of which nothing else is known.
  static func uneven(
    _ range: ClosedRange<Double>, format: NumberFormat
  ) -> ActivationQuantization {
    let largest = max(range.upperBound, -range.lowerBound, 0)
    switch format {
    case .codebook(let table):
      let step = (range.upperBound - range.lowerBound) / Double(max(table.entries - 1, 1))
      return ActivationQuantization(
        codebook: Codebook(
          format: table,
          reals: (0..<table.entries).map { range.lowerBound + Double($0) * step }))
    case .minifloat, .powerOfTwo:
      let exponent = format.sharedScale == .none ? 0 : format.exponent(holding: largest)
      return scaled(format, Double(sign: .plus, exponent: exponent, significand: 1))
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .bipolar, .ternary, .float32:
      return scaled(format, stored(largest))
    }
  }

  private static func scaled(_ format: NumberFormat, _ scale: Double) -> ActivationQuantization {
    let isPowerOfTwo = format.sharedScale == .powerOfTwo || format.sharedScale == .none
    let own = isPowerOfTwo ? scale : stored(scale)
    return ActivationQuantization(
      format: format, scale: own >= smallestScale && own.isFinite ? own : 1, zeroPoint: 0)
  }

  /// The middles of the bins with their counts; the bin with zero stands for zero.
  private static func numbers(of histogram: Histogram) -> [(value: Double, weight: Double)] {
    let half = histogram.width / 2
    return histogram.counts.enumerated().compactMap { bin, count in
      guard count > 0 else { return nil }
      let center = histogram.center(bin)
      return (abs(center) <= half ? 0 : center, Double(count))
    }
  }

  private static func meanMagnitude(
    _ numbers: [(value: Double, weight: Double)], above threshold: Double
  ) -> Double {
    var (sum, count) = (0.0, 0.0)
    for (value, weight) in numbers where abs(value) > threshold || threshold == 0 {
      sum += abs(value) * weight
      count += weight
    }
    return count > 0 ? sum / count : 0
  }

  private static func squaredError(
    _ numbers: [(value: Double, weight: Double)], _ quantization: ActivationQuantization
  ) -> Double {
    numbers.reduce(0) { sum, number in
      let difference = quantization.real(quantization.code(number.value)) - number.value
      return sum + number.weight * difference * difference
    }
  }
}
