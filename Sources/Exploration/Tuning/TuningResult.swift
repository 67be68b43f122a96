public import Execution
internal import Simulation
public import Statistics

/// What a search found.
public struct TuningResult: Sendable {
  /// The name of the network.
  public let network: String
  /// The decisions that were searched.
  public let space: TuningSpace
  /// What was made small and what was kept.
  public let problem: TuningProblem
  /// The figures of the baseline.
  public let baseline: Evaluation
  /// The candidates in the order of their evaluation; the first is the baseline.
  public let records: [TuningRecord]
  /// The place of the best record: the least objective where all limits are kept, else the one that
  /// breaks them least.
  public let bestIndex: Int
  /// The records that none beats in both objective and loss, by their places in `records`.
  ///
  /// Loss is accuracy lost, or output error without labels. Limits on what is lost are left out of account,
  /// other limits are kept.
  public let front: ParetoFront<Int>
  /// What the candidates took over from each other.
  public let reuse: ReuseCounts
  /// The records that came from the journal of an earlier run.
  public let resumedCount: Int
  /// Whether the budget ended the search.
  public let isExhausted: Bool

  init(_ run: TuningRun, network: String) {
    self.network = network
    space = run.space
    problem = run.problem
    baseline = run.baseline
    records = run.records
    bestIndex = run.bestIndex ?? 0
    reuse = run.reuse
    resumedCount = run.resumedCount
    isExhausted = run.isExhausted
    var front = ParetoFront<Int>()
    for (index, record) in run.records.enumerated() {
      guard let evaluation = record.evaluation,
        run.problem.constraints.allSatisfy({
          $0.isQuality || $0.isMet(by: evaluation, baseline: run.baseline)
        })
      else { continue }
      let objective = run.problem.objective.value(of: evaluation, baseline: run.baseline)
      front.insert([objective, evaluation.loss], index)
    }
    self.front = front
  }

  /// The choice of each gene of the best record.
  public var genome: [Int] { records[bestIndex].genome }

  /// The best candidate.
  public var candidate: Candidate { space.candidate(genome) }

  /// The figures of the best candidate.
  public var evaluation: Evaluation { records[bestIndex].evaluation ?? baseline }

  /// How good the best candidate is.
  public var score: TuningScore { problem.score(of: evaluation, baseline: baseline) }

  /// Whether the best candidate keeps all limits.
  public var isFeasible: Bool { score.isFeasible }

  /// The limits that the best candidate breaks.
  public var brokenConstraints: [Constraint] {
    problem.constraints.filter { !$0.isMet(by: evaluation, baseline: baseline) }
  }

  /// The records that keep all limits, the best first: what to fall back on when more samples tell otherwise.
  public var feasibleRecords: [TuningRecord] {
    records.compactMap { record -> (TuningRecord, TuningScore)? in
      guard let evaluation = record.evaluation else { return nil }
      let score = problem.score(of: evaluation, baseline: baseline)
      return score.isFeasible ? (record, score) : nil
    }.enumerated().sorted {
      $0.element.1 == $1.element.1
        ? $0.offset < $1.offset : $0.element.1 < $1.element.1
    }.map(\.element.0)
  }

  /// What each layer of the best candidate has, of what was searched.
  public var decisions: [(gene: TuningGene, choice: TuningChoice)] {
    zip(space.genes, genome).map { ($0, $0.choices[$1]) }
  }
}
