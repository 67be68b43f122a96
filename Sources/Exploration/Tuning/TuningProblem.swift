internal import Simulation

/// What a search makes small, and what it must keep.
public struct TuningProblem: Hashable, Sendable {
  /// What is made small.
  public var objective: Objective
  /// What is kept.
  public var constraints: [Constraint]

  /// A problem.
  public init(objective: Objective, constraints: [Constraint] = []) {
    self.objective = objective
    self.constraints = constraints
  }

  /// How good a candidate is.
  public func score(of evaluation: Evaluation, baseline: Evaluation) -> TuningScore {
    TuningScore(
      violation: constraints.reduce(0) { $0 + $1.excess(of: evaluation, baseline: baseline) },
      objective: objective.value(of: evaluation, baseline: baseline),
      noise: evaluation.noise ?? 0)
  }

  /// How far the limits that need no execution are broken; 0 where they are kept.
  func costViolation(of evaluation: Evaluation, baseline: Evaluation) -> Double {
    constraints.filter(\.isCost).reduce(0) { $0 + $1.excess(of: evaluation, baseline: baseline) }
  }

  /// Whether the objective is known without execution.
  var isCost: Bool { objective.terms.allSatisfy { $0.figure.isCost } }
}

/// How good a candidate is: limits first, then the objective, then the output error.
public struct TuningScore: Hashable, Sendable, Comparable {
  /// How far limits are broken; 0 where all are kept.
  public let violation: Double
  /// The objective, 1 for the baseline where weights sum to 1.
  public let objective: Double
  /// The power of the output error over that of the float outputs.
  public let noise: Double

  /// Whether all limits are kept.
  public var isFeasible: Bool { violation == 0 }

  /// Whether the first is better.
  public static func < (first: TuningScore, second: TuningScore) -> Bool {
    if first.violation != second.violation { return first.violation < second.violation }
    if first.objective != second.objective { return first.objective < second.objective }
    return first.noise < second.noise
  }
}
