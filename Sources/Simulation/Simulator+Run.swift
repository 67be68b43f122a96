public import Arithmetic
public import Costs
public import Devices
public import Execution
public import Mappings
internal import Networks
public import Quantization
internal import Quantities
internal import Statistics

/// What distinguishes one run of a workload from another.
public struct SimulationOptions: Sendable {
  /// The device.
  public var device: Device
  /// How the network is quantized.
  public var scheme: QuantizationScheme
  /// What of the arithmetic is not the device's.
  public var choice: ArithmeticChoice
  /// Mappings that were given for some layers; the others are searched.
  public var mappings: MappingSheet?
  /// Inferences that share weights on the device.
  public var batch: Int
  /// How much is observed.
  public var observation: IntegerExecutor.Observation
  /// Whether layers with a memory go on from sample to sample, which then run in order on one thread.
  public var keepsState: Bool
  /// What mappings are chosen for.
  public var objective: MappingObjective

  /// A run on a device with its own arithmetic and the default scheme.
  public init(
    device: Device, scheme: QuantizationScheme = QuantizationScheme(),
    choice: ArithmeticChoice = ArithmeticChoice(), batch: Int = 1,
    observation: IntegerExecutor.Observation = .full, keepsState: Bool = false,
    objective: MappingObjective = .product
  ) {
    self.device = device
    self.scheme = scheme
    self.choice = choice
    self.batch = batch
    self.observation = observation
    self.keepsState = keepsState
    self.objective = objective
  }

  /// The arithmetic of layers that the scheme does not single out.
  public var arithmetic: ArithmeticSpec {
    choice.resolved(scheme: scheme.accumulator, device: device.arithmetic)
  }

  /// The scheme with the accumulators that are executed, which weights are adjusted to.
  public var executedScheme: QuantizationScheme {
    guard scheme.adjustsWeights else { return scheme }
    var result = scheme
    result.accumulator = arithmetic.finalAccumulator
    if choice.hasAccumulator {
      for name in result.layers.keys { result.layers[name]?.accumulator = nil }
    }
    return result
  }

  /// The accumulators of single layers; none when the user chose one for all.
  public var accumulators: [String: Accumulator] {
    choice.hasAccumulator ? [:] : scheme.accumulators
  }
}

/// Why a run is impossible.
public enum SimulationError: Error, CustomStringConvertible {
  /// The network cannot be quantized.
  case quantization(QuantizationError)
  /// The arithmetic cannot be executed.
  case execution(ExecutionError)
  /// The device cannot run a layer.
  case mapping(MappingError, device: String)
  /// The layers cannot be placed on the platform.
  case platform(PlatformError)

  /// One line: place, rule, remedy.
  public var description: String {
    switch self {
    case .quantization(let error): error.description
    case .execution(let error): error.description
    case .mapping(let error, let device): "device '\(device)': \(error)"
    case .platform(let error): error.description
    }
  }
}

extension Simulator {
  /// The result of one run: values where there are samples, costs always.
  public func result(
    _ options: SimulationOptions, progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) -> SimulationResult {
    var costs = CostCache()
    return try await result(options, costs: &costs, progress: progress)
  }

  /// The result of one run of several that share the costs of equal layers.
  public func result(
    _ options: SimulationOptions, costs: inout CostCache,
    progress: SimulationProgress.Handler? = nil
  ) async throws(SimulationError) -> SimulationResult {
    var result = try costResult(options, &costs)
    if let evaluation = workload.evaluation {
      let executor = try executor(options, orders: Self.orders(result.layers))
      let execution = await executor.run(
        count: evaluation.count, threads: threads, keepsState: options.keepsState,
        progress: Self.stage("simulating", of: evaluation.count, progress)
      ) { sample, input in
        workload.write(sample: sample, to: input)
      }
      add(execution, of: executor.network, to: &result, options)
    }
    finish(&result, options)
    return result
  }

  /// What a run costs, before anything was executed.
  func costResult(
    _ options: SimulationOptions, _ costs: inout CostCache
  ) throws(SimulationError) -> SimulationResult {
    let (layers, timing) = try layerResults(options, &costs)
    var result = SimulationResult(
      network: workload.network.network.name, device: options.device.name,
      clock: options.device.clock, arithmetic: options.arithmetic,
      preset: options.choice.preset?.name ?? options.device.preset?.name,
      scheme: workload.quantized == nil ? options.scheme : nil,
      batch: options.batch, layers: layers, timing: timing, warnings: [])
    result.followsMapping = options.choice.followsMapping
    return result
  }

  /// Adds what the values of a run were.
  func add(
    _ execution: IntegerExecutor.Execution, of network: QuantizedNetwork,
    to result: inout SimulationResult, _ options: SimulationOptions
  ) {
    for (index, layer) in network.layers.enumerated() {
      result.layers[index].overflow = execution.overflow[index]
      result.layers[index].huffman = layer.operation.huffman
      if let operands = execution.operands[index] {
        result.layers[index].operands = operands
        result.layers[index].cost.price(OperandActivity(operands), on: options.device)
      }
      // An unsigned fixed-point format becomes signed where numbers are negative.
      let formats = layer.inputs.map { network.quantizations[$0].format }
      result.layers[index].inputs =
        formats.max { $0.bits < $1.bits } ?? result.layers[index].inputs
      result.layers[index].outputs = network.quantizations[index + 1].format
    }
    let output = network.quantizations[network.output]
    result.accuracy =
      output.format == .float32
      ? accuracy(of: execution.outputs.map { $0.map { output.real(Int($0)) } })
      : accuracy(of: execution.outputs)
    if workload.quantized == nil {
      result.fidelity = fidelity(of: execution.outputs, output)
    }
    result.input = inputSummary(options.scheme)
    result.keepsState = options.keepsState
  }

  /// Adds what a reader should know.
  func finish(_ result: inout SimulationResult, _ options: SimulationOptions) {
    result.warnings = warnings(for: result, options)
    if let timing = result.timing { result.warnings.append(timing.note(batch: options.batch)) }
  }

  /// The integer network of a run, made ready.
  public func executor(_ options: SimulationOptions) throws(SimulationError) -> IntegerExecutor {
    var costs = CostCache()
    let orders =
      options.choice.followsMapping ? Self.orders(try layerResults(options, &costs).layers) : [:]
    return try executor(options, orders: orders)
  }

  /// The orders of the layers that follow their mappings.
  static func orders(_ layers: [LayerResult]) -> [String: ReductionOrder] {
    var orders: [String: ReductionOrder] = [:]
    for layer in layers { orders[layer.name] = layer.order }
    return orders
  }

  /// The integer network of a run.
  func network(_ options: SimulationOptions) throws(SimulationError) -> QuantizedNetwork {
    var cache = QuantizedLayerCache(memoryLimit: 0)
    return try network(options, reusing: &cache)
  }

  /// The integer network of a run, with layers that were quantized before.
  func network(
    _ options: SimulationOptions, reusing cache: inout QuantizedLayerCache
  ) throws(SimulationError) -> QuantizedNetwork {
    do throws(QuantizationError) {
      return try quantized(options.executedScheme, reusing: &cache)
    } catch {
      throw .quantization(error)
    }
  }

  private func executor(
    _ options: SimulationOptions, orders: [String: ReductionOrder]
  ) throws(SimulationError) -> IntegerExecutor {
    let network = try network(options)
    do throws(ExecutionError) {
      return try IntegerExecutor(
        network, arithmetic: options.arithmetic, accumulators: options.accumulators,
        orders: orders, observation: options.observation)
    } catch {
      throw .execution(error)
    }
  }

  /// The input codes of the first samples of a run.
  public func inputCodes(_ options: SimulationOptions, count: Int) throws(SimulationError)
    -> [[Int32]]
  {
    guard let evaluation = workload.evaluation else { return [] }
    let input = try network(options).quantizations[0]
    return (0..<min(count, evaluation.count)).map { sample in
      workload.codes(ofSample: sample, input)
    }
  }

  /// What was fed in.
  func inputSummary(_ scheme: QuantizationScheme) -> InputSummary {
    let calibrates =
      workload.quantized == nil && !scheme.isCalibrated(for: workload.network.network)
    let range = inputRange
    return InputSummary(
      low: range.low, high: range.high, samples: workload.evaluation?.count ?? 0,
      calibrationSamples: calibrates ? workload.calibration?.count ?? 0 : 0,
      sharedSamples: calibrates ? workload.sharedSamples : 0)
  }
}
