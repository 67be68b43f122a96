internal import Glibc

/// How the temperature of simulated annealing falls: by the same factor at every step.
public struct AnnealingSchedule: Hashable, Codable, Sendable {
  /// The temperature of the first candidate, in units of the cost.
  public let start: Double
  /// The temperature of the last candidate.
  public let end: Double
  /// The number of candidates.
  public let steps: Int

  /// A schedule.
  ///
  /// - Precondition: `start >= end > 0`, and steps are not negative.
  public init(start: Double, end: Double, steps: Int) {
    precondition(start >= end && end > 0 && steps >= 0, "temperatures fall and stay above zero")
    self.start = start
    self.end = end
    self.steps = steps
  }

  /// The temperature of a step: `start (end/start)^(step / (steps - 1))`.
  public func temperature(_ step: Int) -> Double {
    steps > 1 ? start * pow(end / start, Double(step) / Double(steps - 1)) : start
  }

  /// The temperature at which a rise of the cost is accepted with a probability: `-rise / ln p`.
  ///
  /// With the mean rise of a few trial moves and p of about 0.8 a usual start.
  public static func temperature(accepting rise: Double, probability: Double) -> Double {
    -rise / log(probability)
  }
}
