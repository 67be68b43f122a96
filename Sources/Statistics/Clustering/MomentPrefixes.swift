/// Sums over the first numbers of a sorted list, so that the moments of any run of it are differences.
///
/// - Exactness: numbers are taken relative to their mean; what is left of cancellation is about 1e-16
///   times the total of the squares.
public struct MomentPrefixes: Sendable {
  /// What is subtracted from every number first.
  public let center: Double
  private let weights: [Double]
  private let firsts: [Double]
  private let seconds: [Double]

  /// The sums of some numbers.
  public init(_ numbers: WeightedValues) {
    let center = numbers.mean
    var weights = [0.0]
    var firsts = [0.0]
    var seconds = [0.0]
    for (value, weight) in zip(numbers.values, numbers.weights) {
      let distance = value - center
      weights.append(weights[weights.count - 1] + weight)
      firsts.append(firsts[firsts.count - 1] + weight * distance)
      seconds.append(seconds[seconds.count - 1] + weight * distance * distance)
    }
    self.center = center
    self.weights = weights
    self.firsts = firsts
    self.seconds = seconds
  }

  /// How many numbers there are.
  public var count: Int { weights.count - 1 }

  /// The weight of the numbers from `start` up to `end`.
  @inline(__always)
  public func weight(_ start: Int, _ end: Int) -> Double { weights[end] - weights[start] }

  /// The mean of the numbers from `start` up to `end`.
  public func mean(_ start: Int, _ end: Int) -> Double {
    center + (firsts[end] - firsts[start]) / weight(start, end)
  }

  /// The squared distances of the numbers from `start` up to `end` to their mean, summed.
  @inline(__always)
  public func spread(_ start: Int, _ end: Int) -> Double {
    let first = firsts[end] - firsts[start]
    return max(0, seconds[end] - seconds[start] - first * first / weight(start, end))
  }

  /// The squared distances of the numbers from `start` up to `end` to one place, summed.
  public func squaredError(_ start: Int, _ end: Int, around place: Double) -> Double {
    let offset = place - center
    let first = firsts[end] - firsts[start]
    return max(
      0, seconds[end] - seconds[start] - 2 * offset * first + offset * offset * weight(start, end))
  }
}
