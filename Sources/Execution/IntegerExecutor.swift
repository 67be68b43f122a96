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
  /// How the operands of each layer of products are observed; nil for other layers and without
  /// observation.
  let observers: [OperandObserver?]
  /// The stored place of each logical input element and the logical index of each stored output.
  let inputPlaces: [Int]
  let outputIndices: [Int]
  /// The value that is not read after each layer, so that its memory can be given back.
  let lastReaders: [Int]

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - arithmetics: arithmetics of layers by name, where they differ: layers on several devices.
  ///   - accumulators: accumulators of layers by name, where they differ from the arithmetic's.
  ///   - orders: orders of additions that mappings imply, by layer, in place of the stated order.
  public init(
    _ network: QuantizedNetwork, arithmetic: ArithmeticSpec,
    arithmetics given: [String: ArithmeticSpec] = [:],
    accumulators: [String: Accumulator] = [:], orders: [String: ReductionOrder] = [:],
    observation: Observation = .full
  ) throws(ExecutionError) {
    self.network = network
    self.observation = observation
    var plans: [LayerPlan] = []
    var arithmetics: [ArithmeticSpec] = []
    for (index, layer) in network.layers.enumerated() {
      var own = given[layer.name] ?? arithmetic
      if let accumulator = accumulators[layer.name] { own.finalAccumulator = accumulator }
      if case .linear(let linear) = layer.operation {
        own = own.effective(
          for: linear.operands(
            of: network.quantizations[layer.inputs[0]], kind: layer.kind))
      }
      arithmetics.append(own)
      plans.append(
        try LayerPlan(network, layer: index, arithmetic: own, order: orders[layer.name]))
    }
    self.plans = plans
    observers = plans.map { plan in
      guard observation == .full, case .linear(let linear) = plan else { return nil }
      return OperandObserver(linear)
    }
    self.orders = orders
    self.arithmetics = arithmetics
    inputPlaces = StorageOrder.storedIndices(network.shapes[0])
    outputIndices = StorageOrder.logicalIndices(network.shapes[network.output])
    var readers = [Int](repeating: -1, count: network.shapes.count)
    for (index, layer) in network.layers.enumerated() {
      for input in layer.inputs { readers[input] = index }
    }
    readers[network.output] = network.layers.count
    lastReaders = readers
  }

  /// The additions of each sum of a layer, written out; nil for layers without products.
  public func sequence(ofLayer index: Int) -> ProductSequence? {
    guard case .linear(let plan) = plans[index] else { return nil }
    return plan.layout.sequence
  }

  /// What one or more samples gave.
  public struct Execution: Sendable {
    /// The output codes of each sample, in ONNX axis order.
    public var outputs: [[Int32]] = []
    /// The overflow of each layer of products, summed over the samples; nil for other layers.
    public var overflow: [LayerOverflow?]
    /// The operands of each layer of products; nil for other layers and with `Observation.fast`.
    public var operands: [OperandStatistics?] = []
    /// What they are counted from.
    var tallies: [OperandTally?]
  }

  /// The overflow figures before any sample.
  public var emptyOverflow: [LayerOverflow?] {
    plans.map { plan in
      guard case .linear(let linear) = plan else { return nil }
      return linear.emptyOverflow(observesPrefixes: observation == .full)
    }
  }

  /// Runs many samples on several threads; the same result for any number of threads.
  ///
  /// - Parameters:
  ///   - keepsState: whether layers with a memory go on from sample to sample, which then run in order
  ///     on one thread; otherwise every sample starts with the initial memory.
  ///   - codes: the input codes of a sample in ONNX axis order.
  ///   - progress: called with the number of samples done.
  public func run(
    count: Int, threads: Int, keepsState: Bool = false,
    progress: (@Sendable (Int) -> Void)? = nil, codes: @escaping @Sendable (Int) -> [Int32]
  ) async -> Execution {
    if keepsState {
      let parts = await ParallelSamples.map(count: 1, threads: 1) { _ in
        execute(0..<count, keepsState: true, progress: progress, codes: codes)
      }
      return finished(parts.first ?? emptyExecution)
    }
    let parts = await ParallelSamples.map(count: count, threads: threads, progress: progress) {
      execute($0, keepsState: false, progress: nil, codes: codes)
    }
    var whole = emptyExecution
    for part in parts {
      whole.outputs += part.outputs
      for index in whole.overflow.indices {
        if let theirs = part.overflow[index] { whole.overflow[index]?.merge(theirs) }
        if let theirs = part.tallies[index] { whole.tallies[index]?.merge(theirs) }
      }
    }
    return finished(whole)
  }

  private var emptyExecution: Execution {
    Execution(overflow: emptyOverflow, tallies: observers.map { $0?.emptyTally })
  }

  /// An execution with the statistics of its tallies.
  private func finished(_ execution: Execution) -> Execution {
    var execution = execution
    execution.operands = zip(observers, execution.tallies).map { observer, tally in
      tally.flatMap { observer?.statistics($0) }
    }
    return execution
  }

  /// Runs a range of samples in order.
  private func execute(
    _ samples: Range<Int>, keepsState: Bool, progress: (@Sendable (Int) -> Void)?,
    codes: (Int) -> [Int32]
  ) -> Execution {
    var execution = emptyExecution
    var workspace = Workspace()
    let initialStates = plans.map(\.initialState)
    var states = initialStates
    for sample in samples {
      if !keepsState { states = initialStates }
      let output = run(
        codes(sample), &workspace, &execution.overflow, &states, tallies: &execution.tallies
      ) { _, _, _, _ in }
      execution.outputs.append(output)
      progress?(sample + 1 - samples.lowerBound)
    }
    return execution
  }

  /// Every tensor of one layer of one sample, codes as stored: images channel-last.
  public struct LayerTrace: Sendable {
    /// The layer.
    public let layer: Int
    /// The input codes.
    public let inputs: [[Int32]]
    /// The accumulator contents, bias included; nil for layers without products.
    public let contents: [Int64]?
    /// The output codes.
    public let output: [Int32]
  }

  /// Runs one sample from the initial memory and hands every layer's tensors to `visit`, in order.
  public func trace(_ codes: [Int32], visit: (LayerTrace) -> Void) -> [Int32] {
    var workspace = Workspace()
    var overflow = emptyOverflow
    var states = plans.map(\.initialState)
    var tallies = [OperandTally?](repeating: nil, count: plans.count)
    return run(
      codes, &workspace, &overflow, &states, tallies: &tallies, wantsContents: true
    ) {
      visit(LayerTrace(layer: $0, inputs: $1, contents: $2, output: $3))
    }
  }

  /// One sample; `visit` sees each layer's stored inputs, contents and output.
  private func run(
    _ codes: [Int32], _ workspace: inout Workspace, _ overflow: inout [LayerOverflow?],
    _ states: inout [[Int32]], tallies: inout [OperandTally?], wantsContents: Bool = false,
    visit: (Int, [[Int32]], [Int64]?, [Int32]) -> Void
  ) -> [Int32] {
    var values = [[Int32]](repeating: [], count: network.shapes.count)
    var stored = [Int32](repeating: 0, count: codes.count)
    for (index, place) in inputPlaces.enumerated() { stored[place] = codes[index] }
    values[0] = stored
    for (index, plan) in plans.enumerated() {
      let layer = network.layers[index]
      let count = network.shapes[index + 1].count
      var contents: [Int64]?
      if wantsContents, case .linear = plan { contents = [Int64](repeating: 0, count: count) }
      let result = [Int32](unsafeUninitializedCapacity: count) { result, initialized in
        result.initialize(repeating: 0)
        initialized = count
        guard let target = result.baseAddress else { return }
        Self.withPointers(layer.inputs.map { values[$0] }) { inputs in
          if case .linear(let linear) = plan {
            guard var figures = overflow[index] else { return }
            overflow[index] = nil
            Self.withOptionalPointer(&contents) { contents in
              linear.run(
                inputs[0], target, contents: contents, overflow: &figures, workspace: &workspace)
            }
            overflow[index] = figures
            if var tally = tallies[index] {
              tallies[index] = nil
              observers[index]?.observe(inputs[0], &tally)
              tallies[index] = tally
            }
          } else if case .recurrent(let recurrent) = plan {
            recurrent.run(inputs, target, state: &states[index])
          } else {
            plan.run(inputs, target, count: count)
          }
        }
      }
      visit(index, wantsContents ? layer.inputs.map { values[$0] } : [], contents, result)
      values[index + 1] = result
      for input in layer.inputs where lastReaders[input] == index { values[input] = [] }
    }
    let output = values[network.output]
    var logical = [Int32](repeating: 0, count: output.count)
    for (place, index) in outputIndices.enumerated() { logical[index] = output[place] }
    return logical
  }

  /// The addresses of one or two arrays during a call.
  static func withPointers<Element>(
    _ arrays: [[Element]], _ body: ([UnsafePointer<Element>]) -> Void
  ) {
    func next(_ index: Int, _ pointers: [UnsafePointer<Element>]) {
      guard index < arrays.count else { return body(pointers) }
      arrays[index].withUnsafeBufferPointer { buffer in
        guard let address = buffer.baseAddress else { return }
        next(index + 1, pointers + [address])
      }
    }
    next(0, [])
  }

  private static func withOptionalPointer(
    _ array: inout [Int64]?, _ body: (UnsafeMutablePointer<Int64>?) -> Void
  ) {
    guard var taken = array else { return body(nil) }
    array = nil
    taken.withUnsafeMutableBufferPointer { body($0.baseAddress) }
    array = taken
  }
}
