/// The nearest point whose magnitudes sum to no more than a radius.
///
/// - Source: J. Duchi et al., Efficient projections onto the l1-ball for learning in high dimensions,
///   ICML 2008, figure 1.
public enum SimplexProjection {
  /// What is taken off every magnitude, not below zero, so that they sum to the radius; 0 if they sum
  /// to no more already.
  ///
  /// - Complexity: O(n log n).
  /// - Precondition: the magnitudes and the radius are not negative.
  public static func threshold(magnitudes: [Double], radius: Double) -> Double {
    precondition(radius >= 0, "a radius is not negative")
    guard magnitudes.reduce(0, +) > radius else { return 0 }
    var sum = 0.0
    var threshold = 0.0
    for (index, magnitude) in magnitudes.sorted(by: >).enumerated() {
      sum += magnitude
      let next = (sum - radius) / Double(index + 1)
      guard magnitude > next || index == 0 else { break }
      threshold = next
    }
    return threshold
  }

  /// The projection of numbers of any sign: each magnitude less the threshold, the sign kept.
  public static func projected(_ numbers: [Double], radius: Double) -> [Double] {
    let threshold = threshold(magnitudes: numbers.map(abs), radius: radius)
    return numbers.map { shrunk($0, by: threshold) }
  }

  /// A number moved towards zero, not beyond it.
  static func shrunk(_ number: Double, by threshold: Double) -> Double {
    number > 0 ? max(0, number - threshold) : min(0, number + threshold)
  }
}
