internal import Costs
public import Execution
internal import Networks
internal import Quantization

/// Evaluates candidates of a search on one workload: formats, accumulators, arithmetics, devices.
///
/// A candidate costs what it changes: layers are quantized again only where the scheme of their weights or the
/// scale of their input differs, prepared again only where their weights, formats or arithmetic differ, computed again only from the first layer whose input differs, and mapped again only
/// where their shape, widths or device differ.
///
/// - Exactness: every result equals that of `Simulator.result`.
public struct CandidateEvaluator: Sendable {
  /// The workload with its float side.
  public let simulator: Simulator
  private var costs = CostCache()
  private var layers: QuantizedLayerCache
  private var executor: ReusingExecutor

  /// An evaluator that has seen no candidate.
  ///
  /// - Parameter memoryLimit: the bytes of quantized and prepared layers, outputs and figures that may be
  ///   kept; a quarter of them is for quantized layers.
  public init(_ simulator: Simulator, memoryLimit: Int = 1 << 30) {
    self.simulator = simulator
    layers = QuantizedLayerCache(memoryLimit: memoryLimit / 4)
    executor = ReusingExecutor(
      sampleCount: simulator.workload.evaluation?.count ?? 0,
      memoryLimit: memoryLimit - memoryLimit / 4)
  }

  /// What the last candidate took over from those before.
  public var lastReuse: ReuseCounts { executor.lastReuse }

  /// What all candidates together took over.
  public var totalReuse: ReuseCounts { executor.totalReuse }

  /// The bytes that are kept, costs aside.
  public var keptBytes: Int { executor.keptBytes + layers.keptBytes }

  /// The result of one candidate.
  ///
  /// Layers that go on from sample to sample take nothing over but costs.
  ///
  /// - Parameter keeps: whether its new layers and outputs are kept for candidates to come; without, what
  ///   is there stays, however many candidates follow.
  public mutating func result(
    _ candidate: SimulationOptions, keeps: Bool = true,
    progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) -> SimulationResult {
    guard let evaluation = simulator.workload.evaluation, !candidate.keepsState else {
      return try await simulator.result(candidate, costs: &costs, progress: progress)
    }
    var result = try simulator.costResult(candidate, &costs)
    let network = try simulator.network(candidate, reusing: &layers)
    let workload = simulator.workload
    let execution: IntegerExecutor.Execution
    do throws(ExecutionError) {
      execution = try await executor.run(
        network, arithmetic: candidate.arithmetic, accumulators: candidate.accumulators,
        orders: Simulator.orders(result.layers), observation: candidate.observation,
        keeps: keeps, threads: simulator.threads,
        progress: Simulator.stage("simulating", of: evaluation.count, progress)
      ) { sample, input in
        workload.write(sample: sample, to: input)
      }
    } catch {
      throw .execution(error)
    }
    simulator.add(execution, of: network, to: &result, candidate)
    simulator.finish(&result, candidate)
    return result
  }
}
