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
  /// The float network and what calibration saw of it.
  private let plain: Calibration
  /// The same with equalized channels; nil unless a scheme asks for that.
  private let equalized: Calibration?
  /// The float outputs of the evaluated samples; empty for an integer network.
  let floatOutputs: [[Float]]
  /// The smallest and largest number among the evaluated inputs.
  let inputRange: ValueRange

  /// The same workload without samples: runs count costs and execute nothing.
  public var costs: Simulator { Simulator(costsOf: workload) }

  /// The same workload with its first samples alone; scales stay as they are.
  ///
  /// - Parameter limit: nil for all samples.
  public func prefix(_ limit: Int?) -> Simulator {
    guard let limit, let evaluation = workload.evaluation, limit < evaluation.count else {
      return self
    }
    var other = workload
    other.evaluation = evaluation.prefix(limit)
    other.labels = workload.labels.map { Array($0.prefix(limit)) }
    return Simulator(
      other, threads: threads, plain: plain, equalized: equalized,
      floatOutputs: Array(floatOutputs.prefix(limit)), inputRange: inputRange)
  }

  private init(
    _ workload: Workload, threads: Int, plain: Calibration, equalized: Calibration?,
    floatOutputs: [[Float]], inputRange: ValueRange
  ) {
    self.workload = workload
    self.threads = threads
    self.plain = plain
    self.equalized = equalized
    self.floatOutputs = floatOutputs
    self.inputRange = inputRange
  }

  /// A simulator that counts costs and runs nothing.
  init(costsOf workload: Workload) {
    var workload = workload
    workload.evaluation = nil
    self.workload = workload
    threads = 1
    plain = Calibration(workload.network)
    equalized = nil
    floatOutputs = []
    inputRange = ValueRange()
  }

  /// Runs the float network over the calibration and the evaluation samples.
  ///
  /// An integer network has its own scales and no float reference: nothing is run.
  ///
  /// - Parameters:
  ///   - calibrates: whether ranges are needed; false when every scheme to come has its scales.
  ///   - schemes: the schemes to come, where they need more than the distributions of the network as it is: bias
  ///     correction, equalization, weights adjusted to accumulators. Unless empty, only what they need is observed.
  ///   - detail: what to observe beside what the schemes need.
  public init(
    _ workload: Workload, threads: Int, calibrates: Bool = true,
    schemes: [QuantizationScheme] = [], detail: CalibrationDetail = [],
    progress: SimulationProgress.Handler? = nil
  ) async throws(ExecutionError) {
    self.workload = workload
    self.threads = threads
    guard let evaluation = workload.evaluation else {
      plain = Calibration(workload.network)
      equalized = nil
      floatOutputs = []
      inputRange = ValueRange()
      return
    }
    if workload.quantized != nil {
      plain = Calibration(workload.network)
      equalized = nil
      floatOutputs = []
      let parts = await ParallelSamples.map(count: evaluation.count, threads: threads) { range in
        range.reduce(into: ValueRange()) { $0.add(evaluation.values($1)) }
      }
      inputRange = parts.reduce(into: ValueRange()) { $0.merge($1) }
      return
    }
    let executor = try FloatExecutor(workload.network)
    let calibration = calibrates ? workload.calibration : nil
    let detail = schemes.reduce(into: schemes.isEmpty ? detail.union(.distributions) : detail) {
      $0.formUnion($1.calibrationDetail)
    }
    if let calibration, schemes.isEmpty || schemes.contains(where: { !$0.equalization }) {
      plain = await Calibration(
        executor, calibration, detail: detail, threads: threads, progress: progress)
    } else {
      plain = Calibration(workload.network)
    }
    if schemes.contains(where: \.equalization) {
      let network = workload.network.equalized()
      if let calibration {
        equalized = await Calibration(
          try FloatExecutor(network), calibration, detail: detail, threads: threads,
          progress: progress)
      } else {
        equalized = Calibration(network)
      }
    } else {
      equalized = nil
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

  /// The integer network of a scheme, or the integer network that the workload holds.
  public func quantized(_ scheme: QuantizationScheme) throws(QuantizationError)
    -> QuantizedNetwork
  {
    var cache = QuantizedLayerCache(memoryLimit: 0)
    return try quantized(scheme, reusing: &cache)
  }

  /// The integer network of a scheme, with layers that were quantized before.
  ///
  /// - Parameter cache: holds layers of this simulator alone.
  func quantized(
    _ scheme: QuantizationScheme, reusing cache: inout QuantizedLayerCache
  ) throws(QuantizationError) -> QuantizedNetwork {
    if let quantized = workload.quantized { return quantized }
    let seen = scheme.equalization ? equalized ?? Calibration(workload.network.equalized()) : plain
    if let missing = missing(for: scheme, in: seen) {
      throw QuantizationError(
        layer: QuantizationScheme.inputName, reason: .notObserved(missing))
    }
    return try Quantizer(
      seen.network, scheme: scheme, observations: seen.histograms,
      channelMeans: seen.channelMeans, patches: seen.patches, cells: seen.cells
    ).quantized(reusing: &cache)
  }

  /// What calibration would have had to look at for a scheme, in words.
  private func missing(for scheme: QuantizationScheme, in seen: Calibration) -> String? {
    let isCalibrated = scheme.isCalibrated(for: workload.network.network)
    guard workload.calibration != nil, !isCalibrated else { return nil }
    if scheme.equalization, seen.histograms.isEmpty { return "the equalized network" }
    let isBlind = !seen.histograms.isEmpty && !seen.detail.contains(.distributions)
    return isBlind && scheme.calibrationDetail.contains(.distributions)
      ? "the distribution of values" : nil
  }

  /// The scheme with every scale written in, so that it can be used again unchanged.
  public func calibrated(_ scheme: QuantizationScheme) throws(QuantizationError)
    -> QuantizationScheme
  {
    let network = try quantized(scheme)
    let means = (scheme.equalization ? equalized : plain)?.channelMeans ?? []
    var result = scheme
    result.setOutput(network.quantizations[0], of: QuantizationScheme.inputName)
    for (index, layer) in network.layers.enumerated() {
      result.setOutput(network.quantizations[index + 1], of: layer.name)
      // Encoded weights and those of an LSTM share what is found from the weights alone: the format says
      // it all.
      if case .lstm(let lstm) = layer.operation {
        result.layers[layer.name]?.cellScale = Double(
          sign: .plus, exponent: lstm.cellExponent, significand: 1)
      }
      if case .linear = layer.operation, scheme.needsInputMeans(of: layer.name),
        means.indices.contains(layer.inputs[0])
      {
        result.layers[layer.name]?.inputMeans = means[layer.inputs[0]]
      }
      // Encoded weights share what is found from the weights alone: the format says it all.
      guard case .linear(let linear) = layer.operation, linear.encoding == nil else { continue }
      result.layers[layer.name]?.weightScales = linear.weightScales
    }
    return result
  }
}

extension QuantizationScheme {
  /// Writes in what the output of a layer has; a format of its own becomes what was made of it: unsigned fixed
  /// point is signed where numbers are negative.
  fileprivate mutating func setOutput(_ output: ActivationQuantization, of layer: String) {
    layers[layer, default: LayerScheme()].output = output
    if layers[layer]?.activations != nil { layers[layer]?.activations = output.format }
  }
}
