public import Arithmetic
public import Networks
internal import Tensors

/// The slow, obvious reference of a layer of products: one output, one product at a time.
///
/// Every addition goes through `Accumulator.stored`, every event is counted where it happens. The fast
/// path must equal it, values and counts; a property test compares them.
public enum LinearReference {
  /// The accumulator contents and output codes of one sample, and what happened.
  public struct Outcome: Hashable, Sendable {
    /// The contents of the accumulators, bias included: [outputHeight, outputWidth, outputChannels].
    public var contents: [Int]
    /// The output codes in the same shape.
    public var codes: [Int32]
    /// The counts.
    public var overflow: LayerOverflow
  }

  /// Computes one sample.
  ///
  /// - Parameters:
  ///   - codes: input codes [height, width, inputChannels].
  ///   - isFullyConnected: whether the runtime treats it as a fully connected layer.
  /// - Complexity: one interpreted step for each product.
  public static func outcome(
    of linear: QuantizedLinear, codes: [Int32], arithmetic: ArithmeticSpec,
    input: ActivationQuantization, output: ActivationQuantization, clamp: ClosedRange<Int>,
    isFullyConnected: Bool = false
  ) throws(ExecutionError) -> Outcome {
    let plan = try LinearPlan(
      layer: "reference", linear: linear, arithmetic: arithmetic, input: input, output: output,
      clamp: clamp, isFullyConnected: isFullyConnected)
    let window = linear.window
    var outcome = Outcome(
      contents: [], codes: [], overflow: plan.emptyOverflow(observesPrefixes: true))
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        for channel in 0..<linear.outputChannels {
          let content = accumulate(plan, codes, y, x, channel, &outcome.overflow)
          outcome.contents.append(content)
          outcome.codes.append(plan.code(of: content, channel: channel))
        }
      }
    }
    return outcome
  }

  /// The operands of every product of one output in the order of the additions; nil where there is padding.
  private static func products(
    _ plan: LinearPlan, _ codes: [Int32], _ y: Int, _ x: Int, _ channel: Int
  ) -> [Int?] {
    let linear = plan.linear
    let window = linear.window
    let perGroup = linear.inputChannels / linear.groups
    let group = channel / (linear.outputChannels / linear.groups)
    func weight(_ ky: Int, _ kx: Int, _ c: Int) -> Int {
      let place = ((channel * window.kernelHeight + ky) * window.kernelWidth + kx) * perGroup + c
      let zero = linear.weightZeroPoints.isEmpty ? 0 : linear.weightZeroPoints[channel]
      return Int(linear.weights.elements[place]) - zero
    }
    func code(_ ky: Int, _ kx: Int, _ c: Int) -> Int? {
      let row = y * window.strideY + ky * window.dilationY - window.padTop
      let column = x * window.strideX + kx * window.dilationX - window.padLeft
      guard (0..<window.spreadHeight).contains(row), (0..<window.spreadWidth).contains(column),
        row % window.upsampleY == 0, column % window.upsampleX == 0
      else { return nil }
      let place = row / window.upsampleY * window.width + column / window.upsampleX
      return Int(codes[place * linear.inputChannels + group * perGroup + c])
    }
    func product(_ ky: Int, _ kx: Int, _ c: Int) -> Int? {
      switch plan.arithmetic.zeroPoint {
      case .subtracted:
        return code(ky, kx, c).map { ($0 - plan.input.zeroPoint) * weight(ky, kx, c) }
      case .corrected:
        let lowest = plan.input.codes.lowerBound
        return ((code(ky, kx, c) ?? plan.input.zeroPoint) - lowest) * weight(ky, kx, c)
      }
    }
    var products: [Int?] = []
    switch plan.arithmetic.order {
    case .kernelMajor:
      for ky in 0..<window.kernelHeight {
        for kx in 0..<window.kernelWidth {
          for c in 0..<perGroup { products.append(product(ky, kx, c)) }
        }
      }
    case .channelMajor:
      for c in 0..<perGroup {
        for ky in 0..<window.kernelHeight {
          for kx in 0..<window.kernelWidth { products.append(product(ky, kx, c)) }
        }
      }
    }
    return products
  }

  /// A register, and the number that it would hold without limits.
  private struct Register {
    let accumulator: Accumulator
    var content = 0
    var exact = 0
    var lowest = Int.max
    var highest = Int.min

    init(_ accumulator: Accumulator) { self.accumulator = accumulator }

    /// Notes a number that the register holds, or would hold.
    mutating func note(_ number: Int) {
      lowest = min(lowest, number)
      highest = max(highest, number)
    }

    /// Adds a term to the content, and a number that would be the term; whether the sum left the range.
    mutating func add(_ term: Int, exactly number: Int) -> Bool {
      exact += number
      note(exact)
      let sum = content + term
      content = accumulator.stored(sum)
      return content != sum
    }

    /// How often the register wrapped in the end.
    var netWraps: Int {
      accumulator.overflow == .wrap ? abs(exact - content) >> accumulator.bits : 0
    }
  }

  /// The sum of one output, everything that happened counted.
  private static func accumulate(
    _ plan: LinearPlan, _ codes: [Int32], _ y: Int, _ x: Int, _ channel: Int,
    _ overflow: inout LayerOverflow
  ) -> Int {
    let arithmetic = plan.arithmetic
    let products = products(plan, codes, y, x, channel)
    let tile = arithmetic.outer?.tile ?? products.count
    let casts = arithmetic.productCast != nil
    var counts = overflow.channels[channel]
    // With one level the inner register is the last one and starts with its content.
    var inner = Register(arithmetic.accumulator)
    var last = Register(plan.lastAccumulator)

    func addBias() {
      let bias = plan.scaling.bias[channel]
      let term = casts ? last.accumulator.stored(bias) : bias
      if casts { last.note(bias) }
      let overflowed = last.add(term, exactly: bias)
      if overflowed || term != bias { counts.overflowedBiasSteps += 1 }
    }

    // The empty register is the first prefix, unless it starts with the bias.
    if casts || plan.scaling.biasPosition == .last { last.note(0) }
    if plan.scaling.biasPosition == .first { addBias() }
    for start in stride(from: 0, to: products.count, by: tile) {
      if arithmetic.outer == nil {
        inner = last
      } else {
        (inner.content, inner.exact) = (0, 0)
        inner.note(0)
      }
      let end = min(start + tile, products.count)
      var isPadding = true
      for first in stride(from: start, to: end, by: arithmetic.lanes) {
        let group = products[first..<min(first + arithmetic.lanes, end)].compactMap { $0 }
        guard !group.isEmpty else { continue }
        isPadding = false
        counts.steps += 1
        let terms = group.map { plan.scaling.term($0, channel) }
        let stored = casts ? terms.map(inner.accumulator.stored) : terms
        if casts { for term in terms { inner.note(term) } }
        let overflowed = inner.add(stored.reduce(0, +), exactly: terms.reduce(0, +))
        if overflowed || stored != terms {
          counts.overflowedSteps += 1
          let step = first / arithmetic.lanes
          overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? step, step)
        }
      }
      if arithmetic.outer == nil {
        last = inner
      } else if !isPadding {
        counts.outerSteps += 1
        counts.netWraps += inner.netWraps
        if last.add(inner.content, exactly: inner.exact) { counts.overflowedOuterSteps += 1 }
      }
    }
    if plan.scaling.biasPosition == .last { addBias() }
    if arithmetic.outer == nil {
      inner = last
      counts.netWraps += inner.netWraps
    }
    let seen = AccumulatorBound(lowest: inner.lowest, highest: inner.highest)
    let seenLast = AccumulatorBound(lowest: last.lowest, highest: last.highest)
    counts.outputs += 1
    if !(inner.accumulator.holds(seen) && last.accumulator.holds(seenLast)) {
      counts.overflowedOutputs += 1
    }
    if !last.accumulator.holds(last.exact) { counts.persistentOutputs += 1 }
    counts.observed = counts.observed?.union(seen) ?? seen
    overflow.bitsHistogram[seen.bits] += 1
    overflow.channels[channel] = counts
    return plan.corrected(last.content, channel: channel)
  }
}
