public import Arithmetic

/// The nearest integer weights whose magnitudes sum to no more than a limit.
///
/// The real projection gives the threshold; magnitudes less the threshold are rounded down, and what is
/// left of the limit goes to the largest remainders, as long as that brings them nearer. Each unit is
/// worth less than the unit before it, so taking the best first is the optimum among integers: no other
/// integers within the limit are nearer (squared distance).
///
/// - Exactness: the limit is never exceeded; the distance is the least, ties to the earlier weight.
/// - Source: A2Q's constraint, arXiv 2308.13504, met after training; the projection of J. Duchi et al.,
///   ICML 2008, carried on to integers.
public enum IntegerProjection {
  /// Codes whose magnitudes sum to at most a limit.
  ///
  /// - Parameters:
  ///   - steps: the weights in units of their scale.
  ///   - limit: for example `AccumulatorBudget.magnitudeLimit`.
  ///   - largest: the largest code; larger weights are clipped first.
  public static func codes(of steps: [Double], limit: Int, largest: Int) -> [Int] {
    let magnitudes = magnitudes(steps.map { min(abs($0), Double(largest)) }, limit: limit)
    return zip(steps, magnitudes).map { $0 < 0 ? -$1 : $1 }
  }

  /// Codes whose positive and negative sums keep a limit each.
  ///
  /// The limits of a budget hold whether the codes sum to zero or not.
  ///
  /// - Parameter limits: for example `AccumulatorBudget.limits`.
  public static func codes(of steps: [Double], limits: SignedSums, largest: Int) -> [Int] {
    let top = Double(largest)
    let positive = magnitudes(steps.map { min(max($0, 0), top) }, limit: limits.positive)
    let negative = magnitudes(steps.map { min(max(-$0, 0), top) }, limit: limits.negative)
    return zip(positive, negative).map { $0 - $1 }
  }

  /// The nearest integers, not below zero, that sum to at most a limit.
  private static func magnitudes(_ numbers: [Double], limit: Int) -> [Int] {
    let rounded = numbers.map { Int($0.rounded(.toNearestOrEven)) }
    guard rounded.reduce(0, +) > limit else { return rounded }
    let threshold = SimplexProjection.threshold(
      magnitudes: numbers, radius: Double(max(0, limit)))
    var result = numbers.map { Int(max(0, $0 - threshold)) }
    // A further unit brings a weight nearer if it is more than half a unit away.
    let order = numbers.indices
      .filter { numbers[$0] > threshold && numbers[$0] - Double(result[$0]) > 0.5 }
      .sorted {
        let first = numbers[$0] - Double(result[$0])
        let second = numbers[$1] - Double(result[$1])
        return first == second ? $0 < $1 : first > second
      }
    let left = max(0, limit - result.reduce(0, +))
    for index in order.prefix(left) { result[index] += 1 }
    return result
  }
}
