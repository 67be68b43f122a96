import Arithmetic
import Exploration
import Networks
import Quantities
import Quantization
import Simulation
import Statistics
import Synchronization
import Testing

@Suite struct TunerTests {
  private static let weights = [6, 4, 3, 2].map(StudyWorkload.signed)
  private static let activations = [6, 4].map(StudyWorkload.unsigned)

  private static func tuner(
    _ problem: TuningProblem, algorithm: TuningAlgorithm = .greedy, budget: Int = 60,
    seed: UInt64 = 1, threads: Int = 1, axes: TuningAxes? = nil, hasLabels: Bool = true
  ) async throws -> Tuner {
    let workload = try StudyWorkload.workload(hasLabels: hasLabels)
    let options = try StudyWorkload.options()
    let simulator = try await Simulator(workload, threads: threads)
    return Tuner(
      simulator, baseline: options,
      space: try TuningSpace(
        of: workload, baseline: options,
        axes: axes ?? TuningAxes(weights: weights, activations: activations)),
      problem: problem, algorithm: algorithm, budget: budget, seed: seed)
  }

  /// Every genome of a space.
  private static func all(_ space: TuningSpace) -> [[Int]] {
    space.genomes.choices.reduce([[]]) { genomes, count in
      genomes.flatMap { genome in (0..<count).map { genome + [$0] } }
    }
  }

  @Test(
    "each algorithm finds the best of all candidates of a small space",
    arguments: TuningAlgorithm.allCases)
  func best(algorithm: TuningAlgorithm) async throws {
    let problem = TuningProblem(
      objective: Objective(.size), constraints: [.signalToNoise(atLeast: 18)])
    let axes = TuningAxes(weights: Self.weights)
    let tuner = try await Self.tuner(problem, algorithm: algorithm, budget: 25, axes: axes)
    let found = try await tuner.result()
    var evaluator = CandidateEvaluator(tuner.simulator)
    var best: TuningScore?
    for genome in Self.all(tuner.space) {
      let options = tuner.space.candidate(genome).options(over: tuner.baseline)
      let evaluation = Evaluation(
        try await evaluator.result(options), of: tuner.simulator.workload)
      let score = problem.score(of: evaluation, baseline: found.baseline)
      if best.map({ score < $0 }) ?? true { best = score }
    }
    #expect(found.score == best)
    #expect(found.isFeasible)
    #expect(found.score.objective < 1)
  }

  @Test("a wider accumulator is found where the baseline's loses too much, though it saves nothing")
  func widerAccumulator() async throws {
    let workload = try StudyWorkload.workload()
    var options = try StudyWorkload.options()
    options.scheme.accumulator = Accumulator(bits: 9, overflow: .saturate)
    let simulator = try await Simulator(workload, threads: 1)
    for objective in [Objective(.loss), Objective(.size)] {
      let problem = TuningProblem(
        objective: objective, constraints: [.signalToNoise(atLeast: 15)])
      let tuner = Tuner(
        simulator, baseline: options,
        space: try TuningSpace(
          of: workload, baseline: options,
          axes: TuningAxes(accumulators: [Accumulator(bits: 20, overflow: .saturate)])),
        problem: problem, budget: 20)
      let result = try await tuner.result()
      #expect(!problem.score(of: result.baseline, baseline: result.baseline).isFeasible)
      #expect(result.isFeasible)
    }
  }

  @Test("one accumulator for all layers replaces those of single layers in the tuned scheme")
  func oneAccumulator() async throws {
    let workload = try StudyWorkload.workload()
    var options = try StudyWorkload.options()
    options.scheme.layers["conv"] = LayerScheme()
    options.scheme.layers["conv"]?.accumulator = Accumulator(bits: 6, overflow: .wrap)
    options.choice.accumulator = Accumulator(bits: 24, overflow: .saturate)
    let simulator = try await Simulator(workload, threads: 1)
    let tuner = Tuner(
      simulator, baseline: options,
      space: try TuningSpace(
        of: workload, baseline: options, axes: TuningAxes(weights: Self.weights)),
      problem: TuningProblem(
        objective: Objective(.size), constraints: [.signalToNoise(atLeast: 15)]), budget: 10)
    let verdict = try await tuner.verdict(on: try await tuner.result(), simulator: simulator)
    var written = try StudyWorkload.options()
    written.scheme = verdict.scheme
    let run = try await simulator.result(written)
    #expect(Evaluation(run, of: workload) == verdict.evaluation)
  }

  @Test("figures of the best candidate are those of a run of its scheme, written out")
  func scheme() async throws {
    let problem = TuningProblem(
      objective: Objective(.energy), constraints: [.signalToNoise(atLeast: 15)])
    let tuner = try await Self.tuner(problem)
    let verdict = try await tuner.verdict(
      on: try await tuner.result(), simulator: tuner.simulator)
    var options = tuner.baseline
    options.scheme = verdict.scheme
    #expect(verdict.scheme.isCalibrated(for: tuner.simulator.workload.network.network))
    let run = try await tuner.simulator.result(options)
    #expect(Evaluation(run, of: tuner.simulator.workload) == verdict.evaluation)
    #expect(verdict.isFeasible && verdict.brokenConstraints.isEmpty && verdict.rejectedCount == 0)
    // 180 + 10 in the convolution, 40 + 4 in the classifier.
    #expect(verdict.parameterCount == 234)
  }

  @Test(
    "the same seed gives the same search, whatever the threads", arguments: TuningAlgorithm.allCases
  )
  func determinism(algorithm: TuningAlgorithm) async throws {
    let problem = TuningProblem(
      objective: Objective(.edp), constraints: [.absoluteDrop(atMost: 0.1)])
    let one = try await Self.tuner(problem, algorithm: algorithm, budget: 40, seed: 3).result()
    let two = try await Self.tuner(
      problem, algorithm: algorithm, budget: 40, seed: 3, threads: 2
    ).result()
    #expect(one.records == two.records)
    let other = try await Self.tuner(problem, algorithm: algorithm, budget: 40, seed: 4).result()
    #expect(algorithm == .greedy || other.records != one.records)
  }

  @Test("a search that was stopped goes on to the same result", arguments: TuningAlgorithm.allCases)
  func resumption(algorithm: TuningAlgorithm) async throws {
    let problem = TuningProblem(
      objective: Objective(.size), constraints: [.absoluteDrop(atMost: 0.1)])
    let tuner = try await Self.tuner(problem, algorithm: algorithm, budget: 30)
    let whole = try await tuner.result()
    let part = Array(whole.records.prefix(11))
    let new = Mutex([TuningRecord]())
    let resumed = try await tuner.result(
      resuming: part, record: { record in new.withLock { $0.append(record) } })
    #expect(resumed.records == whole.records)
    #expect(resumed.bestIndex == whole.bestIndex)
    #expect(resumed.resumedCount == 11)
    #expect(new.withLock { $0 } == Array(whole.records.dropFirst(11)))
  }

  @Test("no more candidates are evaluated than allowed, and none twice")
  func budget() async throws {
    let problem = TuningProblem(objective: Objective(.size))
    for algorithm in TuningAlgorithm.allCases {
      let result = try await Self.tuner(problem, algorithm: algorithm, budget: 7).result()
      #expect(result.records.count <= 7)
      #expect(Set(result.records.map(\.genome)).count == result.records.count)
    }
  }

  @Test("the front holds what no candidate beats in objective and loss")
  func front() async throws {
    let problem = TuningProblem(
      objective: Objective(.size), constraints: [.signalToNoise(atLeast: 20)])
    let result = try await Self.tuner(problem, algorithm: .evolutionary, hasLabels: false).result()
    let points = result.records.compactMap { record in
      record.evaluation.map {
        (problem.objective.value(of: $0, baseline: result.baseline), $0.loss)
      }
    }
    #expect(result.front.points.count > 2)
    for point in result.front.points {
      #expect(
        !points.contains { other in
          other.0 <= point.objectives[0] && other.1 <= point.objectives[1]
            && (other.0 < point.objectives[0] || other.1 < point.objectives[1])
        })
    }
  }

  @Test("memories that the baseline does not fit are met, and what fits is as good as possible")
  func memories() async throws {
    let tuner = try await Self.tuner(TuningProblem(objective: Objective(.loss)))
    let baseline = try await tuner.result().baseline
    let flash = Bits(baseline.storage.total.count * 3 / 4)
    let ram = Bits(baseline.liveActivations.count * 3 / 5)
    let problem = TuningProblem(
      objective: Objective(.loss),
      constraints: [.storage(atMost: flash), .liveActivations(atMost: ram)])
    let result = try await Self.tuner(problem).result()
    #expect(result.isFeasible)
    #expect(result.evaluation.storage.total <= flash)
    #expect(result.evaluation.liveActivations <= ram)
    #expect(baseline.storage.total > flash && baseline.liveActivations > ram)
  }

  @Test("a limit that nothing keeps is named")
  func impossible() async throws {
    let problem = TuningProblem(
      objective: Objective(.loss), constraints: [.storage(atMost: Bits(8))])
    let result = try await Self.tuner(problem).result()
    #expect(!result.isFeasible)
    #expect(result.brokenConstraints == [.storage(atMost: Bits(8))])
    #expect(result.feasibleRecords.isEmpty)
  }

  @Test("candidates that cannot be run are passed over")
  func refusals() async throws {
    // float32 weights are no weights of an integer engine.
    let axes = TuningAxes(weights: [.float32, StudyWorkload.signed(4)])
    let problem = TuningProblem(
      objective: Objective(.size), constraints: [.signalToNoise(atLeast: 5)])
    let result = try await Self.tuner(problem, algorithm: .annealing, budget: 9, axes: axes)
      .result()
    #expect(result.records.contains { $0.refusal != nil })
    #expect(result.isFeasible && result.evaluation.storage.total < result.baseline.storage.total)
  }

  @Test("what was found on a few samples is checked on all of them")
  func verdict() async throws {
    let problem = TuningProblem(
      objective: Objective(.size), constraints: [.signalToNoise(atLeast: 18)])
    let whole = try await Self.tuner(problem)
    let few = Tuner(
      whole.simulator.prefix(2), baseline: whole.baseline, space: whole.space, problem: problem,
      budget: 60)
    let result = try await few.result()
    let verdict = try await few.verdict(on: result, simulator: whole.simulator)
    #expect(verdict.evaluation.fidelity?.samples == 20)
    #expect(result.evaluation.fidelity?.samples == 2)
    #expect(verdict.isFeasible)
  }

  @Test("a space without a choice is refused")
  func empty() async throws {
    let workload = try StudyWorkload.workload()
    let options = try StudyWorkload.options()
    #expect(throws: ExplorationError.self) {
      try TuningSpace(
        of: workload, baseline: options, axes: TuningAxes(weights: [StudyWorkload.signed(8)]))
    }
    #expect(throws: ExplorationError.self) {
      try TuningSpace(of: workload, baseline: options, axes: TuningAxes())
    }
  }
}
