internal import Networks
internal import Quantities
public import Simulation
internal import Statistics

/// How candidates are found.
public enum TuningAlgorithm: String, Hashable, Sendable, CaseIterable {
  /// Each choice alone, then the steps that lose least for what they save, then single and paired changes.
  case greedy
  /// Simulated annealing.
  case annealing
  /// The evolutionary search NSGA-II for objective and accuracy at once.
  case evolutionary
}

/// Finds what each layer should have: formats, granularities, accumulators.
///
/// The same seed, problem and samples give the same search, whatever the number of threads.
///
/// - Source: the auto-tuner of libnumber (2018) and the exploration of QUENN (de Prado et al., arXiv
///   1811.05896), on the costs of a device model and the arithmetic of the device.
public struct Tuner: Sendable {
  /// The workload with its float side.
  public let simulator: Simulator
  /// What is not searched.
  public let baseline: SimulationOptions
  /// What is searched.
  public let space: TuningSpace
  /// What is made small and what is kept.
  public let problem: TuningProblem
  /// How candidates are found.
  public let algorithm: TuningAlgorithm
  /// The candidates that may be evaluated, those of a journal included.
  public let budget: Int
  /// The seed of everything random.
  public let seed: UInt64
  /// The bytes of layers and outputs that may be kept between candidates.
  public let memoryLimit: Int

  /// A tuner.
  ///
  /// - Precondition: a budget of one candidate or more.
  public init(
    _ simulator: Simulator, baseline: SimulationOptions, space: TuningSpace,
    problem: TuningProblem, algorithm: TuningAlgorithm = .greedy, budget: Int, seed: UInt64 = 1,
    memoryLimit: Int = 1 << 30
  ) {
    precondition(budget > 0, "a search evaluates one candidate or more")
    self.simulator = simulator
    self.baseline = baseline
    self.space = space
    self.problem = problem
    self.algorithm = algorithm
    self.budget = budget
    self.seed = seed
    self.memoryLimit = memoryLimit
  }

  /// Searches.
  ///
  /// - Parameters:
  ///   - journal: what an earlier run of the same search evaluated; it is not evaluated again.
  ///   - record: receives each candidate evaluated, in order, so that a journal can be kept.
  public func result(
    resuming journal: [TuningRecord] = [],
    record: (@Sendable (TuningRecord) throws -> Void)? = nil,
    progress: SimulationProgress.Handler? = nil
  ) async throws(TuningError) -> TuningResult {
    var run = try await TuningRun(self, journal: journal, record: record, progress: progress)
    switch algorithm {
    case .greedy: try await run.searchGreedily(seed: seed)
    case .annealing: try await run.anneal(seed: seed)
    case .evolutionary: try await run.evolve(seed: seed)
    }
    return TuningResult(run, network: simulator.workload.network.network.name)
  }
}
