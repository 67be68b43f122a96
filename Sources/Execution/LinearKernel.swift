public import Arithmetic
public import Networks

/// The fast path of a layer of products: proved or tracked wide sums, stepped only where they overflow.
///
/// Bit-identical to `LinearReference`, values and counts.
public struct LinearKernel: Sendable {
  let plan: LinearPlan
  /// Without the prefixes that do not matter.
  private let fast: LinearPlan

  /// Packs the weights of a layer.
  ///
  /// - Parameters:
  ///   - order: the order of the additions that a mapping implies, in place of the stated one.
  ///   - isFullyConnected: whether the runtime treats it as a fully connected layer.
  public init(
    layer: String, linear: QuantizedLinear, arithmetic: ArithmeticSpec,
    order: ReductionOrder? = nil, input: ActivationQuantization, output: ActivationQuantization,
    clamp: ClosedRange<Int>,
    isFullyConnected: Bool = false
  ) throws(ExecutionError) {
    func plan(observesPrefixes: Bool) throws(ExecutionError) -> LinearPlan {
      try LinearPlan(
        layer: layer, linear: linear, arithmetic: arithmetic, order: order, input: input,
        output: output, clamp: clamp, isFullyConnected: isFullyConnected,
        observesPrefixes: observesPrefixes)
    }
    self.plan = try plan(observesPrefixes: true)
    fast = try plan(observesPrefixes: false)
  }

  /// Computes one sample: codes [height, width, inputChannels].
  ///
  /// - Parameters:
  ///   - observesPrefixes: whether every prefix is watched; values are exact either way.
  public func outcome(_ codes: [Int32], observesPrefixes: Bool = true) -> LinearReference.Outcome {
    let plan = observesPrefixes ? plan : fast
    var overflow = plan.emptyOverflow(observesPrefixes: observesPrefixes)
    var workspace = Workspace()
    var results = [Int32](repeating: 0, count: plan.linear.outputCount)
    var contents = [Int64](repeating: 0, count: plan.linear.outputCount)
    codes.withUnsafeBufferPointer { codes in
      results.withUnsafeMutableBufferPointer { results in
        contents.withUnsafeMutableBufferPointer { contents in
          guard let codes = codes.baseAddress, let results = results.baseAddress else { return }
          plan.run(
            .words(codes), .words(results), contents: contents.baseAddress, overflow: &overflow,
            workspace: &workspace)
        }
      }
    }
    return LinearReference.Outcome(
      contents: contents.map(Int.init), codes: results, overflow: overflow)
  }

  /// Computes samples as networks run them: from stored codes to stored codes, one after the other, prefixes not
  /// watched.
  package func stored(_ samples: [[Int32]]) -> (codes: [[Int32]], overflow: LayerOverflow) {
    var overflow = fast.emptyOverflow(observesPrefixes: false)
    var workspace = Workspace()
    let (source, target) = (CodeStorage(fast.input), CodeStorage(fast.output))
    let count = fast.linear.outputCount
    let function = fast.stored
    let codes = samples.map { sample -> [Int32] in
      let input = (sample.count * source.bytesPerCode + LinearPlan.slack + 63) / 64 * 64
      let room = input + count * target.bytesPerCode + LinearPlan.slack
      return withUnsafeTemporaryAllocation(byteCount: room, alignment: 64) { memory in
        guard let start = memory.baseAddress else { return [] }
        let place = start + input
        let results = target.results(at: place, count: count)
        sample.withUnsafeBufferPointer { sample in
          guard let words = sample.baseAddress else { return }
          source.results(at: start, count: sample.count).fill(from: words, count: sample.count)
        }
        function(source.codes(at: start), results, nil, nil, &overflow, &workspace)
        return target.codes(at: place).array(count: count)
      }
    }
    return (codes, overflow)
  }

  /// The rescaling of int32 contents to bytes; nil where codes are no bytes.
  package var requantize: RequantizeKernel? { RequantizeKernel(plan) }

  /// What the operands of these samples are, codes [height, width, inputChannels] each; exact counts.
  public func operands(of samples: [[Int32]]) -> OperandStatistics {
    let observer = OperandObserver(plan)
    var tally = observer.emptyTally
    for codes in samples {
      codes.withUnsafeBufferPointer { codes in
        if let codes = codes.baseAddress { observer.observe(codes, &tally) }
      }
    }
    return observer.statistics(tally)
  }
}
