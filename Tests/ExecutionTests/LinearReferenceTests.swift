import Arithmetic
import Execution
import Networks
import Tensors
import Testing

/// The reference itself, against sums done by hand.
@Suite struct LinearReferenceTests {
  private static let int8 = ActivationQuantization(
    format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: 1, zeroPoint: 0)

  /// One output of a kernel of `height` rows over an image of exactly that height and two channels.
  private func outcome(
    weights: [Int32], codes: [Int32], channels: Int = 1, bias: Int? = nil,
    arithmetic: ArithmeticSpec
  ) throws -> LinearReference.Outcome {
    let height = weights.count / channels
    let linear = QuantizedLinear(
      inputChannels: channels, outputChannels: 1, groups: 1,
      window: WindowGeometry(height: height, width: 1, kernelHeight: height, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(shape: Shape([1, height, 1, channels]), elements: weights),
      weightScales: [1], bias: bias.map { [$0] })
    return try LinearReference.outcome(
      of: linear, codes: codes, arithmetic: arithmetic, input: Self.int8, output: Self.int8,
      clamp: Self.int8.codes)
  }

  @Test("saturation at 4 bits: 7 + 1 - 1 is 6, and 7 + (1 - 1) is 7")
  func saturationDependsOnOrder() throws {
    var arithmetic = ArithmeticSpec(accumulator: Accumulator(bits: 4, overflow: .saturate))
    let first = try outcome(weights: [7, 1, -1], codes: [1, 1, 1], arithmetic: arithmetic)
    #expect(first.contents == [6])
    #expect(first.overflow.channels[0].overflowedSteps == 1)
    #expect(first.overflow.channels[0].transientOutputs == 1)
    #expect(first.overflow.firstOverflowedStep == 1)
    #expect(first.overflow.channels[0].observed == AccumulatorBound(lowest: 0, highest: 8))
    #expect(first.overflow.bitsHistogram[5] == 1)

    let other = try outcome(weights: [1, -1, 7], codes: [1, 1, 1], arithmetic: arithmetic)
    #expect(other.contents == [7])
    #expect(other.overflow.total(\.overflowedSteps) == 0)

    // An adder tree of three sums exactly before the narrow addition.
    arithmetic.lanes = 3
    let tree = try outcome(weights: [7, 1, -1], codes: [1, 1, 1], arithmetic: arithmetic)
    #expect(tree.contents == [7])
    #expect(tree.overflow.channels[0].steps == 1)
  }

  @Test("a transient overflow is harmless when the register wraps")
  func wrapForgives() throws {
    let arithmetic = ArithmeticSpec(accumulator: Accumulator(bits: 4, overflow: .wrap))
    let result = try outcome(weights: [7, 1, -1], codes: [1, 1, 1], arithmetic: arithmetic)
    #expect(result.contents == [7])
    // 7 + 1 wraps to -8, and -8 - 1 wraps back.
    #expect(result.overflow.channels[0].overflowedSteps == 2)
    #expect(result.overflow.channels[0].persistentOutputs == 0)
    #expect(result.overflow.channels[0].netWraps == 0)
    let persistent = try outcome(weights: [7, 7, 7], codes: [1, 1, 1], arithmetic: arithmetic)
    #expect(persistent.contents == [5])
    #expect(persistent.overflow.channels[0].netWraps == 1)
    #expect(persistent.overflow.channels[0].persistentOutputs == 1)
  }

  @Test("channel-major adds all taps of a channel first")
  func orders() throws {
    // Taps (channel 0, channel 1): (5, 4) and (-5, -4). Channel by channel nothing leaves 4 bits.
    let weights: [Int32] = [5, 4, -5, -4]
    var arithmetic = ArithmeticSpec(accumulator: Accumulator(bits: 4, overflow: .saturate))
    let kernelMajor = try outcome(
      weights: weights, codes: [1, 1, 1, 1], channels: 2, arithmetic: arithmetic)
    #expect(kernelMajor.contents == [-2])
    #expect(kernelMajor.overflow.firstOverflowedStep == 1)
    arithmetic.order = .channelMajor
    let channelMajor = try outcome(
      weights: weights, codes: [1, 1, 1, 1], channels: 2, arithmetic: arithmetic)
    #expect(channelMajor.contents == [0])
    #expect(channelMajor.overflow.firstOverflowedStep == nil)
  }

  @Test("the bias enters first or last, and its own overflow is counted apart")
  func biasPositions() throws {
    var arithmetic = ArithmeticSpec(
      accumulator: Accumulator(bits: 4, overflow: .saturate), bias: .first)
    let first = try outcome(weights: [-5], codes: [1], bias: 9, arithmetic: arithmetic)
    #expect(first.contents == [2])
    #expect(first.overflow.channels[0].overflowedBiasSteps == 1)
    #expect(first.overflow.channels[0].overflowedSteps == 0)
    #expect(first.overflow.channels[0].observed == AccumulatorBound(lowest: 4, highest: 9))
    arithmetic.bias = .last
    let last = try outcome(weights: [-5], codes: [1], bias: 9, arithmetic: arithmetic)
    #expect(last.contents == [4])
    #expect(last.overflow.channels[0].overflowedBiasSteps == 0)
    #expect(last.overflow.channels[0].observed == AccumulatorBound(lowest: -5, highest: 4))
  }

  @Test("padding makes no steps and adds nothing, whatever the zero point")
  func paddingIsSkipped() throws {
    let input = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: false)), scale: 1, zeroPoint: 100)
    let linear = QuantizedLinear(
      inputChannels: 1, outputChannels: 1, groups: 1,
      window: WindowGeometry(
        height: 2, width: 1, kernelHeight: 3, kernelWidth: 1, padTop: 1, padBottom: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(shape: Shape([1, 3, 1, 1]), elements: [1, 10, 100]), weightScales: [1],
      bias: nil)
    for (lanes, steps) in [(1, 4), (2, 3), (3, 2)] {
      let result = try LinearReference.outcome(
        of: linear, codes: [101, 102], arithmetic: ArithmeticSpec(lanes: lanes), input: input,
        output: Self.int8, clamp: Self.int8.codes)
      #expect(result.contents == [1 * 10 + 2 * 100, 1 * 1 + 2 * 10])
      #expect(result.codes == [127, 21])
      #expect(result.overflow.channels[0].steps == steps)
    }
  }

  @Test("a shift preloads its rounding constant, so it takes part in overflow")
  func preloadedRounding() throws {
    let output = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: true)), scale: 4, zeroPoint: 0)
    let linear = QuantizedLinear(
      inputChannels: 1, outputChannels: 1, groups: 1,
      window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(shape: Shape([1, 1, 1, 1]), elements: [1]), weightScales: [1], bias: nil)
    let result = try LinearReference.outcome(
      of: linear, codes: [6],
      arithmetic: ArithmeticSpec(
        accumulator: Accumulator(bits: 4, overflow: .saturate), bias: .last,
        requantization: .shift), input: Self.int8, output: output, clamp: output.codes)
    #expect(result.contents == [7])
    #expect(result.codes == [1])
    #expect(result.overflow.total(\.overflowedSteps) == 1)
  }

  @Test("layers that cannot be executed say why")
  func errors() throws {
    let shift = ArithmeticSpec(requantization: .shift)
    var layer = RandomLayer(seed: 1)
    layer.arithmetic = shift
    layer.linear.weightScales[0] = 0.3
    layer.input = Self.int8
    layer.output = Self.int8
    #expect(throws: ExecutionError(layer: "fast", reason: .multiplierNotPowerOfTwo(0.3))) {
      try layer.fast(observesPrefixes: true)
    }
    layer.arithmetic = ArithmeticSpec()
    layer.linear.bias = [Int](repeating: 1 << 62, count: layer.linear.outputChannels)
    let error = #expect(throws: ExecutionError.self) { try layer.fast(observesPrefixes: true) }
    #expect(
      error?.description
        == "layer 'fast': exact sums need 64 bits, 62 can be simulated; use narrower operands")
  }
}
