/// The scale of weights of -1, perhaps 0, and +1, and the magnitude up to which weights are 0.
struct BinaryLevels: Hashable {
  /// The magnitude of a weight that is not 0.
  let scale: Double
  /// The largest magnitude that becomes 0; nil for weights without 0.
  let threshold: Double?

  /// The scale of least squared error of weights that become their signs: the mean magnitude.
  static func sign(_ weights: ArraySlice<Float>) -> BinaryLevels {
    BinaryLevels(scale: mean(weights.map { abs(Double($0)) }), threshold: nil)
  }

  /// The threshold of 0.7 times the mean magnitude, and the mean of the magnitudes above it.
  static func thresholded(_ weights: ArraySlice<Float>) -> BinaryLevels {
    let magnitudes = weights.map { abs(Double($0)) }
    let threshold = 0.7 * mean(magnitudes)
    return BinaryLevels(scale: mean(magnitudes.filter { $0 > threshold }), threshold: threshold)
  }

  /// The ternary levels of least squared error.
  ///
  /// With the n largest magnitudes kept the best scale is their mean, and the error falls by their sum squared
  /// over n: the best n makes that largest.
  static func leastSquares(_ weights: ArraySlice<Float>) -> BinaryLevels {
    let magnitudes = weights.map { abs(Double($0)) }.sorted(by: >)
    var sum = 0.0
    var best = (gain: 0.0, count: 0, scale: 0.0)
    for (index, magnitude) in magnitudes.enumerated() {
      sum += magnitude
      let count = index + 1
      // Equal magnitudes stay together.
      if count < magnitudes.count && magnitudes[count] == magnitude { continue }
      let gain = sum * sum / Double(count)
      if gain > best.gain { best = (gain, count, sum / Double(count)) }
    }
    let threshold = best.count < magnitudes.count ? magnitudes[best.count] : 0
    return BinaryLevels(scale: best.scale, threshold: threshold)
  }

  /// The code of a weight: 0 or 1 for binary, two's complement of 2 bits for ternary.
  func code(_ weight: Double) -> UInt32 {
    guard let threshold else { return weight >= 0 ? 1 : 0 }
    return weight > threshold ? 1 : weight < -threshold ? 3 : 0
  }

  private static func mean(_ numbers: [Double]) -> Double {
    numbers.isEmpty ? 0 : numbers.reduce(0, +) / Double(numbers.count)
  }
}
