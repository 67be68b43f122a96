public import Arithmetic
public import Networks

/// Runs networks that differ in a few layers on the same samples, and does only what is new each time.
///
/// A layer is computed anew when it, or a layer before it on the way from the input, is not what it was.
/// Kept are prepared layers (packed weights, bounds), the outputs of layers and their figures, under a limit
/// of memory: what was not used for longest goes first.
///
/// - Exactness: every run gives what `IntegerExecutor.run` gives.
public struct ReusingExecutor: Sendable {
  /// The samples of every run.
  public let sampleCount: Int
  /// What the last run took over.
  public private(set) var lastReuse = ReuseCounts()
  /// What all runs together took over.
  public private(set) var totalReuse = ReuseCounts()
  private var kept: RecentlyUsed<ReuseKey, ReuseValue>
  /// The numbers of the plans of each layer, by the layer's place.
  private var planNumbers: [Int: [Int]] = [:]
  private var planCount = 0
  private var valueNumbers: [ValueSource: Int] = [:]

  /// The values that are told apart; beyond that everything is forgotten.
  private static let mostValues = 1 << 20

  /// An executor that has run nothing.
  ///
  /// - Parameter memoryLimit: the bytes that may be kept between runs.
  public init(sampleCount: Int, memoryLimit: Int) {
    self.sampleCount = sampleCount
    kept = RecentlyUsed(limit: memoryLimit)
  }

  /// The bytes that are kept.
  public var keptBytes: Int { kept.byteCount }

  /// Runs a network on all samples; parameters as those of `IntegerExecutor`.
  ///
  /// - Parameters:
  ///   - keeps: whether what is new is kept for later runs.
  ///   - write: writes the input of a sample: the same one in every run.
  public mutating func run(
    _ network: QuantizedNetwork, arithmetic: ArithmeticSpec,
    arithmetics given: [String: ArithmeticSpec] = [:],
    accumulators: [String: Accumulator] = [:], orders: [String: ReductionOrder] = [:],
    observation: IntegerExecutor.Observation = .full, keeps: Bool = true, threads: Int,
    progress: (@Sendable (Int) -> Void)? = nil,
    write: @escaping @Sendable (Int, InputCodes) -> Void
  ) async throws(ExecutionError) -> IntegerExecutor.Execution {
    if valueNumbers.count > Self.mostValues { self = forgetful() }
    kept.beginRound()
    lastReuse = ReuseCounts()
    defer { totalReuse += lastReuse }
    let arithmetics = IntegerExecutor.arithmetics(
      of: network, arithmetic, given: given, accumulators: accumulators)
    var plans: [LayerPlan] = []
    var values = [number(of: .input(network.quantizations[0]))]
    for (index, layer) in network.layers.enumerated() {
      let identity = LayerIdentity(
        network, layer: index, arithmetics[index], orders[layer.name], observation)
      let (number, plan) = try plan(identity, network, layer: index, keeps: keeps)
      plans.append(plan)
      values.append(self.number(of: .layer(number, inputs: layer.inputs.map { values[$0] })))
    }
    let executor = IntegerExecutor(
      network, arithmetics: arithmetics, orders: orders, observation: observation, plans: plans)
    let actions = actions(executor, values, keeps: keeps)
    let parts = await executor.run(
      actions, count: sampleCount, threads: threads, progress: progress, write: write)
    return execution(executor, parts, actions, values, keeps: keeps)
  }

  private func forgetful() -> ReusingExecutor {
    var other = ReusingExecutor(sampleCount: sampleCount, memoryLimit: kept.limit)
    other.totalReuse = totalReuse
    return other
  }

  /// A prepared layer and its number.
  private mutating func plan(
    _ identity: LayerIdentity, _ network: QuantizedNetwork, layer index: Int, keeps: Bool
  ) throws(ExecutionError) -> (number: Int, plan: LayerPlan) {
    for number in planNumbers[index] ?? [] {
      guard case .plan(identity, let plan)? = kept.peek(.plan(number)) else { continue }
      _ = kept.value(.plan(number))
      lastReuse.reusedPreparations += 1
      return (number, plan)
    }
    let plan = try LayerPlan(
      network, layer: index, arithmetic: identity.arithmetic, order: identity.order,
      observesPrefixes: identity.observation == .full)
    lastReuse.preparedLayers += 1
    let number = planCount
    planCount += 1
    guard keeps else { return (number, plan) }
    kept.keep(.plan(identity, plan), as: .plan(number), byteCount: plan.byteCount)
    planNumbers[index] = (planNumbers[index] ?? []).filter { kept.holds(.plan($0)) } + [number]
    return (number, plan)
  }

  private mutating func number(of source: ValueSource) -> Int {
    if let number = valueNumbers[source] { return number }
    valueNumbers[source] = valueNumbers.count
    return valueNumbers.count - 1
  }

  /// What is to be done for each layer: what is read back need not be computed.
  private mutating func actions(
    _ executor: IntegerExecutor, _ values: [Int], keeps: Bool
  ) -> [LayerAction] {
    let count = executor.steps.count
    var actions = [LayerAction](repeating: .skip, count: count)
    var isNeeded = [Bool](repeating: false, count: count + 1)
    isNeeded[executor.network.output] = true
    for index in (0..<count).reversed() {
      let value = values[index + 1]
      var hasFigures = true
      if case .linear = executor.steps[index] {
        hasFigures = kept.value(.figures(value: value)) != nil
      }
      guard isNeeded[index + 1] || !hasFigures else {
        lastReuse.skippedLayers += 1
        continue
      }
      if hasFigures, case .outputs(let samples)? = kept.value(.outputs(value: value)) {
        actions[index] = .restore(samples)
        lastReuse.restoredLayers += 1
        continue
      }
      actions[index] = .compute(keeps: false)
      lastReuse.computedLayers += 1
      for input in executor.inputs[index] { isNeeded[input] = true }
    }
    guard keeps else { return actions }
    // Late outputs are the smallest ones and spare the most work.
    for index in (0..<count).reversed() {
      guard case .compute = actions[index] else { continue }
      if case .nothing = executor.steps[index] { continue }
      let key = ReuseKey.outputs(value: values[index + 1])
      let size = sampleCount * (executor.layout.byteCount(of: index + 1) + 32)
      guard !kept.holds(key), kept.makeRoom(for: size) else { continue }
      // The place is taken now and filled after the run.
      kept.keep(.outputs([]), as: key, byteCount: size)
      actions[index] = .compute(keeps: true)
    }
    return actions
  }

  /// The results of all threads with what was known before.
  private mutating func execution(
    _ executor: IntegerExecutor, _ parts: [ReusedPart], _ actions: [LayerAction],
    _ values: [Int], keeps: Bool
  ) -> IntegerExecutor.Execution {
    let count = executor.steps.count
    var execution = IntegerExecutor.Execution(
      outputs: [[Int32]](repeating: [], count: sampleCount),
      overflow: [LayerOverflow?](repeating: nil, count: count),
      operands: [OperandStatistics?](repeating: nil, count: count))
    for part in parts {
      for output in part.outputs { execution.outputs[output.sample] = output.codes }
    }
    for (index, action) in actions.enumerated() {
      let value = values[index + 1]
      if case .compute(keeps: true) = action {
        var samples = [[UInt8]](repeating: [], count: sampleCount)
        for part in parts {
          for kept in part.kept[index] ?? [] { samples[kept.sample] = kept.bytes }
        }
        kept.fill(.outputs(value: value), with: .outputs(samples))
      }
      guard case .linear(let number) = executor.steps[index] else { continue }
      let key = ReuseKey.figures(value: value)
      if case .figures(let overflow, let operands)? = kept.value(key) {
        execution.overflow[index] = overflow
        execution.operands[index] = operands
        continue
      }
      let (overflow, operands) = executor.figures(of: number, parts)
      execution.overflow[index] = overflow
      execution.operands[index] = operands
      guard keeps else { continue }
      kept.keep(
        .figures(overflow, operands), as: key,
        byteCount: overflow.channels.count * MemoryLayout<ChannelOverflow>.stride + 1024)
    }
    return execution
  }
}
