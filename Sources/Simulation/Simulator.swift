public import Execution
public import Networks
public import Quantization
internal import Statistics

/// A workload whose float side is computed once, so that many devices and schemes can be tried on it.
public struct Simulator: Sendable {
  /// The workload.
  public let workload: Workload
  /// Threads that samples are spread over.
  public let threads: Int
  /// What calibration saw of each value; empty when nothing was calibrated.
  let observations: [Histogram?]
  /// The float outputs of the evaluated samples; empty for an integer network.
  let floatOutputs: [[Float]]
  /// The smallest and largest number among the evaluated inputs.
  let inputRange: ValueRange

  /// The same workload without samples: runs count costs and execute nothing.
  public var costs: Simulator { Simulator(costsOf: workload) }

  /// The same workload with its first samples alone; nil for all. Scales stay as they are.
  public func prefix(_ limit: Int?) -> Simulator {
    guard let limit, let evaluation = workload.evaluation, limit < evaluation.count else {
      return self
    }
    var other = workload
    other.evaluation = evaluation.prefix(limit)
    other.labels = workload.labels.map { Array($0.prefix(limit)) }
    return Simulator(
      other, threads: threads, observations: observations,
      floatOutputs: Array(floatOutputs.prefix(limit)), inputRange: inputRange)
  }

  private init(
    _ workload: Workload, threads: Int, observations: [Histogram?], floatOutputs: [[Float]],
    inputRange: ValueRange
  ) {
    self.workload = workload
    self.threads = threads
    self.observations = observations
    self.floatOutputs = floatOutputs
    self.inputRange = inputRange
  }

  /// A simulator that counts costs and runs nothing.
  init(costsOf workload: Workload) {
    var workload = workload
    workload.evaluation = nil
    self.workload = workload
    threads = 1
    observations = []
    floatOutputs = []
    inputRange = ValueRange()
  }

  /// Runs the float network over the calibration and the evaluation samples.
  ///
  /// An integer network has its own scales and no float reference: nothing is run.
  ///
  /// - Parameters:
  ///   - calibrates: whether ranges are needed; false when every scheme to come has its scales.
  public init(
    _ workload: Workload, threads: Int, calibrates: Bool = true,
    progress: SimulationProgress.Handler? = nil
  ) async throws(ExecutionError) {
    self.workload = workload
    self.threads = threads
    guard let evaluation = workload.evaluation else {
      observations = []
      floatOutputs = []
      inputRange = ValueRange()
      return
    }
    if workload.quantized != nil {
      observations = []
      floatOutputs = []
      let parts = await ParallelSamples.map(count: evaluation.count, threads: threads) { range in
        range.reduce(into: ValueRange()) { $0.add(evaluation.values($1)) }
      }
      inputRange = parts.reduce(into: ValueRange()) { $0.merge($1) }
      return
    }
    let executor = try FloatExecutor(workload.network)
    if calibrates, let calibration = workload.calibration {
      observations = await Self.observe(executor, calibration, threads, progress)
    } else {
      observations = []
    }
    let parts = await ParallelSamples.map(
      count: evaluation.count, threads: threads,
      progress: Self.stage("float reference", of: evaluation.count, progress)
    ) { range in
      var input = ValueRange()
      let outputs = range.map { sample in
        let values = evaluation.values(sample)
        input.add(values)
        return executor.output(values)
      }
      return (outputs: outputs, input: input)
    }
    floatOutputs = parts.flatMap(\.outputs)
    inputRange = parts.reduce(into: ValueRange()) { $0.merge($1.input) }
  }

  /// Whether values are executed, or costs only.
  public var executes: Bool { workload.evaluation != nil }

  /// A handler of sample counts that reports them as progress of a stage.
  static func stage(
    _ name: String, of total: Int, _ progress: SimulationProgress.Handler?
  ) -> (@Sendable (Int) -> Void)? {
    guard let progress else { return nil }
    return { done in progress(SimulationProgress(stage: name, done: done, total: total)) }
  }

  /// Two passes over the calibration samples: exact ranges, then histograms over them.
  private static func observe(
    _ executor: FloatExecutor, _ samples: SampleSet, _ threads: Int,
    _ progress: SimulationProgress.Handler?
  ) async -> [Histogram?] {
    let values = executor.network.shapes.count
    let total = 2 * samples.count
    let ranges = await ParallelSamples.map(
      count: samples.count, threads: threads, progress: stage("calibrating", of: total, progress)
    ) { chunk in
      var ranges = [ValueRange](repeating: ValueRange(), count: values)
      for sample in chunk {
        _ = executor.output(samples.values(sample)) { ranges[$0].add($1) }
      }
      return ranges
    }.reduce(into: [ValueRange](repeating: ValueRange(), count: values)) { whole, part in
      for value in whole.indices { whole[value].merge(part[value]) }
    }
    let empty = ranges.map { $0.histogram(bins: Calibrator.bins) }
    let later: (@Sendable (Int) -> Void)? = stage("calibrating", of: total, progress).map {
      report in { @Sendable done in report(samples.count + done) }
    }
    let histograms = await ParallelSamples.map(
      count: samples.count, threads: threads, progress: later
    ) { chunk in
      var histograms = empty
      for sample in chunk {
        _ = executor.output(samples.values(sample)) { histograms[$0].add($1) }
      }
      return histograms
    }
    return histograms.reduce(into: empty) { whole, part in
      for value in whole.indices { whole[value].merge(part[value]) }
    }
  }

  /// The integer network of a scheme, or the integer network that the workload holds.
  public func quantized(_ scheme: QuantizationScheme) throws(QuantizationError)
    -> QuantizedNetwork
  {
    if let quantized = workload.quantized { return quantized }
    return try Quantizer(workload.network, scheme: scheme, observations: observations).quantized()
  }

  /// The scheme with every scale written in, so that it can be used again unchanged.
  public func calibrated(_ scheme: QuantizationScheme) throws(QuantizationError)
    -> QuantizationScheme
  {
    let network = try quantized(scheme)
    var result = scheme
    result.layers[QuantizationScheme.inputName, default: LayerScheme()].output =
      network.quantizations[0]
    for (index, layer) in network.layers.enumerated() {
      result.layers[layer.name, default: LayerScheme()].output = network.quantizations[index + 1]
      // Encoded weights share what is found from the weights alone: the format says it all.
      guard case .linear(let linear) = layer.operation, linear.encoding == nil else { continue }
      result.layers[layer.name]?.weightScales = linear.weightScales
    }
    return result
  }
}
