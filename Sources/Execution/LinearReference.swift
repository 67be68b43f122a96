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
  /// - Complexity: one interpreted step for each product.
  public static func outcome(
    of linear: QuantizedLinear, codes: [Int32], arithmetic: ArithmeticSpec,
    input: ActivationQuantization, output: ActivationQuantization, clamp: ClosedRange<Int>
  ) throws(ExecutionError) -> Outcome {
    let plan = try LinearPlan(
      layer: "reference", linear: linear, arithmetic: arithmetic, input: input, output: output,
      clamp: clamp)
    let window = linear.window
    var outcome = Outcome(
      contents: [], codes: [], overflow: plan.emptyOverflow(observesPrefixes: true))
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        for channel in 0..<linear.outputChannels {
          let content = accumulate(plan, codes, y, x, channel, &outcome.overflow)
          outcome.contents.append(content)
          let code = plan.rescales[channel].rescaled(content) + output.zeroPoint
          outcome.codes.append(Int32(min(max(code, clamp.lowerBound), clamp.upperBound)))
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
    func product(_ ky: Int, _ kx: Int, _ c: Int) -> Int? {
      let row = y * window.strideY + ky * window.dilationY - window.padTop
      let column = x * window.strideX + kx * window.dilationX - window.padLeft
      guard (0..<window.height).contains(row), (0..<window.width).contains(column) else {
        return nil
      }
      let place = (row * window.width + column) * linear.inputChannels + group * perGroup + c
      let weight = ((channel * window.kernelHeight + ky) * window.kernelWidth + kx) * perGroup + c
      return (Int(codes[place]) - plan.input.zeroPoint) * Int(linear.weights.elements[weight])
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

  /// The final content of one accumulator, everything that happened counted.
  private static func accumulate(
    _ plan: LinearPlan, _ codes: [Int32], _ y: Int, _ x: Int, _ channel: Int,
    _ overflow: inout LayerOverflow
  ) -> Int {
    let accumulator = plan.arithmetic.accumulator
    let bias = plan.bias[channel]
    var exact = 0
    var content = 0
    // The empty register is the first prefix, unless it starts with the bias.
    var lowest = plan.biasPosition == .last ? 0 : Int.max
    var highest = plan.biasPosition == .last ? 0 : Int.min
    func add(_ term: Int) -> Bool {
      exact += term
      lowest = min(lowest, exact)
      highest = max(highest, exact)
      let stored = accumulator.stored(content + term)
      let overflowed = stored != content + term
      content = stored
      return overflowed
    }
    var counts = overflow.channels[channel]
    if plan.biasPosition == .first && add(bias) { counts.overflowedBiasSteps += 1 }
    let products = products(plan, codes, y, x, channel)
    let lanes = plan.arithmetic.lanes
    for start in stride(from: 0, to: products.count, by: lanes) {
      let group = products[start..<min(start + lanes, products.count)].compactMap { $0 }
      guard !group.isEmpty else { continue }
      counts.steps += 1
      if add(group.reduce(0, +)) {
        counts.overflowedSteps += 1
        let step = start / lanes
        overflow.firstOverflowedStep = min(overflow.firstOverflowedStep ?? step, step)
      }
    }
    if plan.biasPosition == .last && add(bias) { counts.overflowedBiasSteps += 1 }
    counts.outputs += 1
    if !(accumulator.holds(lowest) && accumulator.holds(highest)) { counts.overflowedOutputs += 1 }
    if !accumulator.holds(exact) { counts.persistentOutputs += 1 }
    if accumulator.overflow == .wrap { counts.netWraps += abs(exact - content) >> accumulator.bits }
    let seen = AccumulatorBound(lowest: lowest, highest: highest)
    counts.observed = counts.observed?.union(seen) ?? seen
    overflow.bitsHistogram[seen.bits] += 1
    overflow.channels[channel] = counts
    return content
  }
}
