internal import Execution
internal import Quantities
internal import Simulation
internal import Statistics

/// The state of a search: what was evaluated, and the best of it.
///
/// Evaluations do not depend on each other, so a search that is run again from its seed asks for the same
/// candidates in the same order; those that a journal holds are answered from it. That is how a search
/// is resumed.
struct TuningRun {
  /// Receives each record that is new, in order.
  typealias Recorder = @Sendable (TuningRecord) throws -> Void

  let space: TuningSpace
  let problem: TuningProblem
  let baselineOptions: SimulationOptions
  /// Candidates that may be evaluated.
  let budget: Int
  /// The figures of the baseline.
  private(set) var baseline: Evaluation
  /// What was evaluated, in order.
  private(set) var records: [TuningRecord] = []
  /// The place of the best record.
  private(set) var bestIndex: Int?
  /// The records taken from the journal.
  private(set) var resumedCount = 0
  private var evaluator: CandidateEvaluator
  private var costEvaluator: CandidateEvaluator
  private var known: [[Int]: Int] = [:]
  private var journal: [[Int]: TuningRecord]
  private var costs: [[Int]: Evaluation?] = [:]
  private let record: Recorder?
  private let progress: SimulationProgress.Handler?

  /// A search that has evaluated its baseline.
  init(
    _ tuner: Tuner, journal: [TuningRecord], record: Recorder?,
    progress: SimulationProgress.Handler?
  ) async throws(TuningError) {
    space = tuner.space
    problem = tuner.problem
    baselineOptions = tuner.baseline
    budget = tuner.budget
    self.record = record
    self.progress = progress
    self.journal = Dictionary(journal.map { ($0.genome, $0) }) { first, _ in first }
    evaluator = CandidateEvaluator(tuner.simulator, memoryLimit: tuner.memoryLimit)
    costEvaluator = CandidateEvaluator(tuner.simulator.costs)
    let genome = tuner.space.baseline
    let known = self.journal[genome]
    if let evaluation = known?.evaluation {
      baseline = evaluation
      resumedCount = 1
    } else {
      do throws(SimulationError) {
        baseline = Evaluation(
          try await evaluator.result(baselineOptions), of: tuner.simulator.workload)
      } catch {
        throw .simulation(error)
      }
    }
    let first = TuningRecord(genome: genome, evaluation: baseline)
    try add(first, isNew: known == nil)
  }

  /// Whether the budget is used up.
  var isExhausted: Bool { records.count >= budget }

  /// The best record.
  var best: TuningRecord? { bestIndex.map { records[$0] } }

  /// The score of the best record.
  var bestScore: TuningScore? { best?.evaluation.map(score) }

  /// How good figures are.
  func score(_ evaluation: Evaluation) -> TuningScore {
    problem.score(of: evaluation, baseline: baseline)
  }

  /// The workload.
  var workload: Workload { evaluator.simulator.workload }

  /// What the candidates took over from each other.
  var reuse: ReuseCounts { evaluator.totalReuse }

  /// The figures of a candidate; nil where it is impossible, or where it is new and the budget is used up.
  mutating func evaluation(of genome: [Int], keeps: Bool = true) async throws(TuningError)
    -> Evaluation?
  {
    if let index = known[genome] { return records[index].evaluation }
    guard !isExhausted else { return nil }
    if let record = journal[genome] {
      resumedCount += 1
      try add(record, isNew: false)
      return record.evaluation
    }
    let record: TuningRecord
    do throws(SimulationError) {
      let options = space.candidate(genome).options(over: baselineOptions)
      let result = try await evaluator.result(options, keeps: keeps)
      record = TuningRecord(
        genome: genome, evaluation: Evaluation(result, of: evaluator.simulator.workload))
    } catch {
      record = TuningRecord(genome: genome, refusal: error.description)
    }
    try add(record, isNew: true)
    return record.evaluation
  }

  /// The costs of a candidate without executing it; nil where they are impossible.
  mutating func costs(of genome: [Int]) async -> Evaluation? {
    if let index = known[genome] { return records[index].evaluation }
    if let costs = costs[genome] { return costs }
    let options = space.candidate(genome).options(over: baselineOptions)
    let result = try? await costEvaluator.result(options)
    let evaluation = result.map { Evaluation($0, of: costEvaluator.simulator.workload) }
    if costs.count > Self.mostCosts { costs = [:] }
    costs[genome] = .some(evaluation)
    return evaluation
  }

  /// The costs that are remembered before they are forgotten.
  private static let mostCosts = 1 << 16

  /// How far limits that need no execution are broken, and the objective if it needs none either.
  func costScore(_ costs: Evaluation) -> (violation: Double, objective: Double?) {
    (
      problem.costViolation(of: costs, baseline: baseline),
      problem.isCost ? problem.objective.value(of: costs, baseline: baseline) : nil
    )
  }

  private mutating func add(_ record: TuningRecord, isNew: Bool) throws(TuningError) {
    if isNew, let write = self.record {
      do { try write(record) } catch { throw .journal("\(error)") }
    }
    known[record.genome] = records.count
    records.append(record)
    if let evaluation = record.evaluation {
      let score = score(evaluation)
      if bestScore.map({ score < $0 }) ?? true { bestIndex = records.count - 1 }
    }
    report()
  }

  private func report() {
    guard let progress, let best, let evaluation = best.evaluation else { return }
    let score = score(evaluation)
    var note = "best objective \(Self.rounded(score.objective, 3))"
    if let top1 = evaluation.top1 { note += ", top-1 \(Self.rounded(100 * top1, 1)) %" }
    if !score.isFeasible { note += ", limits not kept yet" }
    progress(
      SimulationProgress(
        stage: "tuning", done: records.count, total: budget, note: note))
  }

  private static func rounded(_ number: Double, _ digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    return "\((number * scale).rounded() / scale)"
  }
}
