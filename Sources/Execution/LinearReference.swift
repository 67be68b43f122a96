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
  ///   - order: the order of the additions that a mapping implies, in place of the stated one.
  ///   - isFullyConnected: whether the runtime treats it as a fully connected layer.
  /// - Complexity: one interpreted step for each product.
  public static func outcome(
    of linear: QuantizedLinear, codes: [Int32], arithmetic: ArithmeticSpec,
    order: ReductionOrder? = nil, input: ActivationQuantization, output: ActivationQuantization,
    clamp: ClosedRange<Int>,
    isFullyConnected: Bool = false
  ) throws(ExecutionError) -> Outcome {
    let plan = try LinearPlan(
      layer: "reference", linear: linear, arithmetic: arithmetic, order: order, input: input,
      output: output, clamp: clamp, isFullyConnected: isFullyConnected)
    let window = linear.window
    var outcome = Outcome(
      contents: [], codes: [], overflow: plan.emptyOverflow(observesPrefixes: true))
    for y in 0..<window.outputHeight {
      for x in 0..<window.outputWidth {
        for channel in 0..<linear.outputChannels {
          let content =
            plan.floats.isEmpty
            ? accumulate(plan, codes, y, x, channel, &outcome.overflow)
            : accumulateFloats(plan, codes, y, x, channel, &outcome.overflow)
          outcome.contents.append(content)
          outcome.codes.append(plan.code(of: content, channel: channel))
        }
      }
    }
    return outcome
  }

  /// The operands of every product of one output in the order of the additions; nil where there is padding.
  static func products(
    _ plan: LinearPlan, _ codes: [Int32], _ y: Int, _ x: Int, _ channel: Int
  ) -> [Int?] {
    let linear = plan.linear
    let window = linear.window
    let perGroup = linear.inputChannels / linear.groups
    let group = channel / (linear.outputChannels / linear.groups)
    func weight(_ ky: Int, _ kx: Int, _ c: Int) -> Int {
      let place = ((channel * window.kernelHeight + ky) * window.kernelWidth + kx) * perGroup + c
      let zero = linear.weightZeroPoints.isEmpty ? 0 : linear.weightZeroPoints[channel]
      return Int(linear.storedWeights[place]) - zero
    }
    func code(_ ky: Int, _ kx: Int, _ c: Int) -> Int? {
      let row = y * window.strideY + ky * window.dilationY - window.padTop
      let column = x * window.strideX + kx * window.dilationX - window.padLeft
      guard (0..<window.spreadHeight).contains(row), (0..<window.spreadWidth).contains(column),
        row % window.upsampleY == 0, column % window.upsampleX == 0
      else { return nil }
      let place = row / window.upsampleY * window.width + column / window.upsampleX
      let code = Int(codes[place * linear.inputChannels + group * perGroup + c])
      return plan.decoding?.integer(code) ?? code
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
    return plan.layout.sequence.places.map { place in
      let (tap, c) = place.quotientAndRemainder(dividingBy: perGroup)
      return product(tap / window.kernelWidth, tap % window.kernelWidth, c)
    }
  }
}
