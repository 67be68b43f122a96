public import Arithmetic
public import Networks
internal import Tensors

/// A quantized network made ready to run on one arithmetic, bit for bit as the device would.
public struct IntegerExecutor: Sendable {
  /// How much is observed; values are exact either way.
  public enum Observation: String, Hashable, Sendable, CaseIterable {
    /// Every prefix of every sum: all overflow figures.
    case full
    /// Only what the exact values need: overflow is counted where sums are not proved to fit.
    case fast
  }

  /// The network.
  public let network: QuantizedNetwork
  /// The arithmetic of each layer.
  public let arithmetics: [ArithmeticSpec]
  /// How much is observed.
  public let observation: Observation
  /// The orders of additions that mappings imply, by layer; the other layers have the stated order.
  public let orders: [String: ReductionOrder]
  let plans: [LayerPlan]
  /// The plans of the layers of products and of those with a memory, by their number.
  let linears: [LinearPlan]
  /// The layers of products as functions, by their number.
  let functions: [StoredLinear]
  let recurrents: [any RecurrentPlan]
  /// How the operands of each layer of products are observed; empty without observation.
  let observers: [OperandObserver]
  /// How each layer runs, and the values that it reads.
  let steps: [StoredStep]
  let inputs: [[Int]]
  /// Where values lie.
  let layout: ValueLayout
  let together: SamplesTogether
  let inputOrder: ImageOrder
  let outputOrder: ImageOrder

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - arithmetics: arithmetics of layers by name, where they differ: layers on several devices.
  ///   - accumulators: accumulators of layers by name, where they differ from the arithmetic's.
  ///   - orders: orders of additions that mappings imply, by layer, in place of the stated order.
  ///   - usesBytes: whether codes of 8 bits or fewer are kept in bytes; false only to test that.
  ///   - samplesTogether: the samples that a thread takes through fully connected layers together,
  ///     where that changes no figure; nil where it is faster. Given only to test that.
  public init(
    _ network: QuantizedNetwork, arithmetic: ArithmeticSpec,
    arithmetics given: [String: ArithmeticSpec] = [:],
    accumulators: [String: Accumulator] = [:], orders: [String: ReductionOrder] = [:],
    observation: Observation = .full, usesBytes: Bool = true, samplesTogether: Int? = nil
  ) throws(ExecutionError) {
    let arithmetics = Self.arithmetics(
      of: network, arithmetic, given: given, accumulators: accumulators)
    var plans: [LayerPlan] = []
    for (index, layer) in network.layers.enumerated() {
      plans.append(
        try LayerPlan(
          network, layer: index, arithmetic: arithmetics[index], order: orders[layer.name],
          observesPrefixes: observation == .full))
    }
    self.init(
      network, arithmetics: arithmetics, orders: orders, observation: observation, plans: plans,
      usesBytes: usesBytes, samplesTogether: samplesTogether)
  }

  /// The arithmetic of each layer.
  static func arithmetics(
    of network: QuantizedNetwork, _ arithmetic: ArithmeticSpec, given: [String: ArithmeticSpec],
    accumulators: [String: Accumulator]
  ) -> [ArithmeticSpec] {
    network.layers.map { layer in
      var own = given[layer.name] ?? arithmetic
      if let accumulator = accumulators[layer.name] { own.finalAccumulator = accumulator }
      guard case .linear(let linear) = layer.operation else { return own }
      return own.effective(
        for: linear.operands(of: network.quantizations[layer.inputs[0]], kind: layer.kind))
    }
  }

  /// A network of layers that are prepared already.
  init(
    _ network: QuantizedNetwork, arithmetics: [ArithmeticSpec],
    orders: [String: ReductionOrder], observation: Observation, plans: [LayerPlan],
    usesBytes: Bool = true, samplesTogether: Int? = nil
  ) {
    self.network = network
    self.observation = observation
    self.plans = plans
    self.orders = orders
    self.arithmetics = arithmetics
    let stored = StoredNetwork(
      network, plans, usesBytes: usesBytes, together: samplesTogether.map { max(1, $0) })
    linears = stored.linears
    functions = stored.linears.map(\.stored)
    recurrents = stored.recurrents
    steps = stored.steps
    layout = stored.layout
    together = stored.together
    observers = observation == .full ? stored.linears.map { OperandObserver($0) } : []
    inputs = network.layers.map(\.inputs)
    inputOrder = ImageOrder(network.shapes[0])
    outputOrder = ImageOrder(network.shapes[network.output])
  }

  /// The additions of each sum of a layer, written out; nil for layers without products.
  public func sequence(ofLayer index: Int) -> ProductSequence? {
    guard case .linear(let plan) = plans[index] else { return nil }
    return plan.layout.sequence
  }
}

extension IntegerExecutor {
  /// The bytes that values take, which each thread has once: those of one sample, and of some more in
  /// layers that several samples run together.
  public var memoryPerThread: Int {
    layout.commonByteCount + together.count * layout.ownByteCount
  }

  /// The bytes of the largest set of values that are needed at a time.
  public var largestLiveSet: Int { layout.largestLiveSet }
}
