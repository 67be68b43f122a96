internal import Devices
internal import Networks
internal import Quantities
public import Quantization
public import Simulation
internal import Tensors

/// What a search found, run on all samples.
public struct TuningVerdict: Sendable {
  /// What the search found.
  public let search: TuningResult
  /// The choice of each gene: the best one that keeps the limits on all samples.
  public let genome: [Int]
  /// Its figures on all samples.
  public let evaluation: Evaluation
  /// The figures of the baseline on all samples.
  public let baseline: Evaluation
  /// Better candidates of the search that broke a limit on all samples.
  public let rejectedCount: Int
  /// Calibration samples that are among those that the figures are of.
  public let sharedSamples: Int
  /// The name of the device.
  public let device: String
  /// The weights and biases of the network.
  public let parameterCount: Int
  /// The scheme, with every scale written in.
  public let scheme: QuantizationScheme

  /// Whether all limits are kept on all samples.
  public var isFeasible: Bool { score.isFeasible }

  /// How good it is.
  public var score: TuningScore { search.problem.score(of: evaluation, baseline: baseline) }

  /// The limits that it breaks.
  public var brokenConstraints: [Constraint] {
    search.problem.constraints.filter { !$0.isMet(by: evaluation, baseline: baseline) }
  }

  /// What each layer has, of what was searched.
  public var decisions: [(gene: TuningGene, choice: TuningChoice)] {
    zip(search.space.genes, genome).map { ($0, $0.choices[$1]) }
  }

  /// How many times smaller the parameters are than in float32.
  public var compression: Double {
    Double(32 * parameterCount) / Double(max(1, evaluation.storage.total.count))
  }
}

extension Tuner {
  /// Candidates of a search that are tried on all samples before the last one is taken as it is.
  private static let mostTrials = 32

  /// Runs what a search found on all samples; where it breaks a limit there, the next best, and so on.
  ///
  /// - Parameter simulator: the workload with all its samples, or the tuner's own.
  public func verdict(
    on result: TuningResult, simulator: Simulator, progress: SimulationProgress.Handler? = nil
  ) async throws(TuningError) -> TuningVerdict {
    do throws(SimulationError) {
      return try await verdict(result, simulator, progress)
    } catch {
      throw .simulation(error)
    }
  }

  private func verdict(
    _ result: TuningResult, _ simulator: Simulator, _ progress: SimulationProgress.Handler?
  ) async throws(SimulationError) -> TuningVerdict {
    let workload = simulator.workload
    var evaluator = CandidateEvaluator(simulator, memoryLimit: memoryLimit)
    let reference = Evaluation(try await evaluator.result(baseline), of: workload)
    let feasible = result.feasibleRecords.prefix(Self.mostTrials).map(\.genome)
    let trials = feasible.isEmpty ? [result.genome] : feasible
    var best: (genome: [Int], evaluation: Evaluation, score: TuningScore)?
    var rejected = 0
    for (number, genome) in trials.enumerated() {
      progress?(
        SimulationProgress(stage: "checking", done: number, total: trials.count))
      let options = space.candidate(genome).options(over: baseline)
      let run = try await evaluator.result(options)
      let evaluation = Evaluation(run, of: workload)
      let score = problem.score(of: evaluation, baseline: reference)
      if best.map({ score < $0.score }) ?? true { best = (genome, evaluation, score) }
      if score.isFeasible { break }
      rejected += 1
    }
    let genome = best?.genome ?? result.genome
    var scheme = space.candidate(genome).options(over: baseline).executedScheme
    // What was chosen for all layers is part of the answer.
    if baseline.choice.hasAccumulator, let accumulator = baseline.choice.accumulator {
      scheme.replaceAccumulator(with: accumulator)
    }
    return TuningVerdict(
      search: result, genome: genome, evaluation: best?.evaluation ?? result.evaluation,
      baseline: reference, rejectedCount: feasible.isEmpty ? 0 : rejected,
      sharedSamples: [baseline.scheme, scheme].allSatisfy {
        $0.isCalibrated(for: workload.network.network)
      } ? 0 : workload.sharedSamples,
      device: baseline.device.name,
      parameterCount: workload.network.network.parameterCount,
      scheme: try calibrated(scheme, simulator))
  }

  private func calibrated(
    _ scheme: QuantizationScheme, _ simulator: Simulator
  ) throws(SimulationError) -> QuantizationScheme {
    guard simulator.executes, simulator.workload.quantized == nil else { return scheme }
    do throws(QuantizationError) {
      return try simulator.calibrated(scheme)
    } catch {
      throw .quantization(error)
    }
  }
}

extension Network {
  /// The weights and biases of all layers.
  var parameterCount: Int {
    layers.reduce(0) { sum, layer in
      switch layer.operation {
      case .convolution(let convolution):
        sum + convolution.weightShape.count + convolution.outputChannels
      case .fullyConnected(let connected):
        sum + connected.weightShape.count + connected.outputFeatures
      case .channelAffine(let affine): sum + 2 * affine.scale.count
      case .lstm(let lstm):
        sum + lstm.inputWeightShape.count + lstm.hiddenWeightShape.count + 4 * lstm.units
      case .pool, .pad, .reshape, .transpose, .slice, .binary, .activation, .concatenation,
        .softmax, .matrixProduct, .constant:
        sum
      }
    }
  }
}
