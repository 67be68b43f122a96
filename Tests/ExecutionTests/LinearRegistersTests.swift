import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// Registers beyond one plain accumulator, against sums done by hand or recorded elsewhere; each in the
/// reference and in the kernel.
@Suite struct LinearRegistersTests {
  private static func format(_ bits: Int, isSigned: Bool = true) -> NumberFormat {
    .affine(IntegerFormat(bits: bits, isSigned: isSigned))
  }

  private static let int8 = ActivationQuantization(format: format(8), scale: 1, zeroPoint: 0)

  /// The outcome of the reference, which the kernel must have, too.
  private func outcome(
    _ linear: QuantizedLinear, codes: [Int32], _ arithmetic: ArithmeticSpec,
    input: ActivationQuantization = int8, output: ActivationQuantization = int8,
    isFullyConnected: Bool = false
  ) throws -> LinearReference.Outcome {
    let slow = try LinearReference.outcome(
      of: linear, codes: codes, arithmetic: arithmetic, input: input, output: output,
      clamp: output.codes, isFullyConnected: isFullyConnected)
    var fast = try LinearKernel(
      layer: "fast", linear: linear, arithmetic: arithmetic, input: input, output: output,
      clamp: output.codes, isFullyConnected: isFullyConnected
    ).outcome(codes)
    fast.overflow.paths = slow.overflow.paths
    #expect(fast == slow)
    return slow
  }

  /// A kernel of `weights` on an image of one column, with `padding` rows above and below.
  private func column(
    _ weights: [Int32], height: Int? = nil, padding: Int = 0, scale: Double = 1, bias: Int? = nil
  ) -> QuantizedLinear {
    QuantizedLinear(
      inputChannels: 1, outputChannels: 1, groups: 1,
      window: WindowGeometry(
        height: height ?? weights.count, width: 1, kernelHeight: weights.count, kernelWidth: 1,
        padTop: padding, padBottom: padding),
      weightFormat: Self.format(8),
      weights: Tensor(shape: Shape([1, weights.count, 1, 1]), elements: weights),
      weightScales: [scale], bias: bias.map { [$0] })
  }

  @Test("two levels: tiles of an inner accumulator are added to an outer one, which has the bias")
  func twoLevels() throws {
    var arithmetic = ArithmeticSpec(accumulator: Accumulator(bits: 4, overflow: .saturate))
    arithmetic.outer = OuterAccumulator(
      tile: 2, accumulator: Accumulator(bits: 6, overflow: .saturate))
    let linear = column([5, 4, 6, 3, -7], bias: 20)
    let result = try outcome(linear, codes: [1, 1, 1, 1, 1], arithmetic)
    // Inner: 5, 9 -> 7; 6, 9 -> 7; -7. Outer: 7, 14, 7, 27.
    #expect(result.contents == [27])
    var figures = result.overflow.channels[0]
    #expect(figures.overflowedSteps == 2)
    #expect(figures.overflowedOuterSteps == 0)
    #expect(figures.steps == 5 && figures.outerSteps == 3)
    #expect(figures.observed == AccumulatorBound(lowest: -7, highest: 9))
    #expect(figures.overflowedOutputs == 1 && figures.persistentOutputs == 0)
    #expect(result.overflow.firstOverflowedStep == 1)
    // The widest tile, and everything with the bias.
    #expect(figures.bound == AccumulatorBound(lowest: -9 * 128, highest: 9 * 127))
    #expect(
      figures.outerBound
        == AccumulatorBound(lowest: -18 * 128 - 7 * 127, highest: 18 * 127 + 7 * 128 + 20))

    // A narrow outer accumulator: 7, then 14 -> 7, then 0; the bias leaves it, too.
    arithmetic.outer?.accumulator = Accumulator(bits: 4, overflow: .saturate)
    let narrow = try outcome(linear, codes: [1, 1, 1, 1, 1], arithmetic)
    #expect(narrow.contents == [7])
    figures = narrow.overflow.channels[0]
    #expect(figures.overflowedOuterSteps == 1 && figures.overflowedBiasSteps == 1)
    #expect(figures.persistentOutputs == 1)

    // Inner wraps are counted a tile: 9 -> -7 twice.
    arithmetic.accumulator = Accumulator(bits: 4, overflow: .wrap)
    arithmetic.outer?.accumulator = .unlimited
    let wrapped = try outcome(linear, codes: [1, 1, 1, 1, 1], arithmetic)
    #expect(wrapped.contents == [-7 - 7 - 7 + 20])
    #expect(wrapped.overflow.channels[0].netWraps == 2)
  }

  @Test("tiles that are no multiple of the lanes are an error")
  func tilesOfLanes() {
    var arithmetic = ArithmeticSpec(lanes: 2)
    arithmetic.outer = OuterAccumulator(tile: 3, accumulator: .unlimited)
    let error = #expect(throws: ExecutionError.self) {
      try outcome(column([1, 2, 3]), codes: [1, 1, 1], arithmetic)
    }
    #expect(
      error?.description
        == "layer 'reference': tiles of 3 products do not divide into groups of 2 lanes; "
        + "choose a multiple of 2")
  }

  /// vpmaddubsw: pairs of unsigned by signed products are summed and saturated to 16 bits.
  @Test("products of raw codes in int16 pairs saturate where those of x - z would not")
  func rawCodes() throws {
    var arithmetic = ArithmeticSpec(
      accumulator: Accumulator(bits: 16, overflow: .saturate), lanes: 2, requantization: .float)
    arithmetic.outer = OuterAccumulator(
      tile: 2, accumulator: Accumulator(bits: 32, overflow: .wrap))
    arithmetic.zeroPoint = .corrected
    let input = ActivationQuantization(
      format: Self.format(8, isSigned: false), scale: 1, zeroPoint: 128)
    // 255 * 127 + 254 * 127 is 64,643; what is left of it is 32,767. The zero point takes 128 * 254.
    let pair = try outcome(column([127, 127]), codes: [255, 254], arithmetic, input: input)
    #expect(pair.contents == [32_767 - 128 * 254])
    #expect(pair.overflow.channels[0].overflowedSteps == 1)
    #expect(pair.overflow.channels[0].steps == 1)
    // The same from int8 codes: they are counted from -128.
    let signed = try outcome(column([127, 127]), codes: [127, 126], arithmetic)
    #expect(signed.contents == pair.contents)
    // Padding holds the zero point, so it takes part: 128 * 127 + 255 * 127 saturates, 16,256 does not.
    let padded = try outcome(
      column([127, 127], height: 1, padding: 1), codes: [255], arithmetic, input: input)
    #expect(padded.contents == [32_767 - 128 * 254, 32_767 - 128 * 254])
    #expect(padded.overflow.channels[0].steps == 2)
    // 7-bit weights never saturate: |w0| + |w1| <= 128.
    let narrow = try outcome(column([64, 64]), codes: [255, 255], arithmetic, input: input)
    #expect(narrow.contents == [127 * 128])
    #expect(narrow.overflow.total(\.overflowedSteps) == 0)
  }

  /// The accumulator wrapping, the output wrapping, both saturating.
  ///
  /// x is in units of 2^-3, w of 2^-4, the bias of 2^-7; the accumulator is `ap_fixed<11, 6>`, the output
  /// `ap_fixed<6, 3>`.
  ///
  /// - Source: apytypes 0.5.1: the bias, every product and every sum `.cast(int_bits=6, frac_bits=5,
  ///   quantization=mode, overflow=WRAP or SAT)`, the result `.cast(int_bits=3, frac_bits=3, …)`.
  static let recorded: [(FixedPointRounding, [Int])] = [
    (.truncate, [-170, 21, -1024, -32]),
    (.truncateToZero, [-168, 22, -1024, -32]),
    (.round, [-166, 23, -1024, -32]),
    (.roundToZero, [-168, 22, -1024, -32]),
    (.roundToInfinity, [-168, 22, -1024, -32]),
    (.roundToMinusInfinity, [-170, 21, -1024, -32]),
    (.roundConvergent, [-170, 22, -1024, -32]),
  ]

  @Test("products cast to ap_fixed before each addition", arguments: recorded)
  func fixedPoint(rounding: FixedPointRounding, expected: [Int]) throws {
    let input = ActivationQuantization(format: Self.format(8), scale: 0.125, zeroPoint: 0)
    let output = ActivationQuantization(
      format: .fixedPoint(IntegerFormat(bits: 6, isSigned: true)), scale: 0.125, zeroPoint: 0)
    let linear = column([37, -6, 22, -19, -128, 2, 50, -70], scale: 0.0625, bias: 330)
    var found: [Int] = []
    for overflow in [OverflowPolicy.wrap, .saturate] {
      var arithmetic = ArithmeticSpec(
        accumulator: Accumulator(bits: 11, overflow: overflow), bias: .first,
        requantization: .cast)
      arithmetic.productCast = FixedPointCast(fractionBits: 5, rounding: rounding)
      arithmetic.outputCast = ArithmeticSpec.OutputCast(rounding: rounding, overflow: overflow)
      let result = try outcome(
        linear, codes: [13, -27, 90, -128, 55, 6, -3, 101], arithmetic, input: input,
        output: output)
      found += [result.contents[0], Int(result.codes[0])]
      #expect(result.overflow.total(\.overflowedSteps) > 0)
    }
    #expect(found == expected)
  }

  @Test("fixed-point registers need power-of-two scales and outputs without a zero point")
  func fixedPointErrors() {
    var arithmetic = ArithmeticSpec(requantization: .cast)
    arithmetic.productCast = FixedPointCast(fractionBits: 5, rounding: .truncate)
    #expect(throws: ExecutionError(layer: "reference", reason: .scaleNotPowerOfTwo(0.3))) {
      try outcome(column([1], scale: 0.3), codes: [1], arithmetic)
    }
    let shifted = ActivationQuantization(format: Self.format(8), scale: 1, zeroPoint: 3)
    #expect(throws: ExecutionError(layer: "reference", reason: .castWithZeroPoint)) {
      try outcome(column([1]), codes: [1], arithmetic, output: shifted)
    }
  }

  @Test("thresholds count what the accumulator reaches; the accumulator may be the output")
  func outputStages() throws {
    var linear = column([3, -2], bias: 1)
    linear.outputStage = .thresholds([
      ThresholdTable(thresholds: [-5, 0, 7], codes: [-4, -1, 2, 9])
    ])
    for (codes, sum, code) in [
      ([-3, 0], -8, -4), ([0, 3], -5, -1), ([1, 2], 0, 2), ([2, 0], 7, 9),
    ] as [([Int32], Int, Int32)] {
      linear.outputStage = .thresholds([
        ThresholdTable(thresholds: [-5, 0, 7], codes: [-4, -1, 2, 9])
      ])
      let counted = try outcome(linear, codes: codes, ArithmeticSpec())
      #expect(counted.contents == [sum] && counted.codes == [code])
      linear.outputStage = .accumulator
      // Neither scales nor zero points matter.
      let output = ActivationQuantization(format: Self.format(32), scale: 0.3, zeroPoint: 5)
      let given = try outcome(
        linear, codes: codes, ArithmeticSpec(requantization: .shift), output: output)
      #expect(given.codes == [Int32(sum)])
    }
  }

  @Test("weights have zero points of their own")
  func weightZeroPoints() throws {
    var linear = column([3, -2, 100])
    linear.weightZeroPoints = [-28]
    let result = try outcome(linear, codes: [1, 1, 1], ArithmeticSpec())
    #expect(result.contents == [31 + 26 + 128])
    #expect(result.overflow.channels[0].bound.highest == 127 * (31 + 26 + 128))
  }

  @Test("64-bit biases and fully connected layers may round in their own way")
  func flavours() throws {
    var arithmetic = ArithmeticSpec(requantization: .floor)
    arithmetic.wideBiasRequantization = .single
    arithmetic.fullyConnectedRequantization = .float
    // 1.5: down, half up, half to even.
    let output = ActivationQuantization(format: Self.format(8), scale: 2, zeroPoint: 0)
    var linear = column([1])
    func code(_ value: Int32, isFullyConnected: Bool = false) throws -> Int32 {
      try outcome(
        linear, codes: [value], arithmetic, output: output, isFullyConnected: isFullyConnected
      ).codes[0]
    }
    #expect(try [code(3), code(5)] == [1, 2])
    #expect(
      try [code(3, isFullyConnected: true), code(5, isFullyConnected: true)] == [2, 2])
    linear.biasBits = 64
    #expect(try [code(3), code(5), code(5, isFullyConnected: true)] == [2, 3, 3])
  }

  @Test("a transposed convolution equals the sum of its scattered kernels", arguments: 0..<60)
  func transposed(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let (height, width, stride) = (draw(1...5), draw(1...5), draw(1...3))
    let (inputs, outputs, kernel) = (draw(1...3), draw(1...3), draw(1...4))
    let crop = draw(0...min(2, ((min(height, width) - 1) * stride + kernel - 1) / 2))
    let weights = (0..<outputs * kernel * kernel * inputs).map { _ in Int32(draw(-9...9)) }
    let codes = (0..<height * width * inputs).map { _ in Int32(draw(-9...9)) }
    // The kernel of the convolution over the upsampled image is flipped in both directions.
    let flipped = (0..<weights.count).map { place -> Int32 in
      let (c, tap) = (place % inputs, place / inputs % (kernel * kernel))
      let o = place / inputs / (kernel * kernel)
      return weights[(o * kernel * kernel + kernel * kernel - 1 - tap) * inputs + c]
    }
    let border = kernel - 1 - crop
    let window = WindowGeometry(
      height: height, width: width, kernelHeight: kernel, kernelWidth: kernel, padTop: border,
      padLeft: border, padBottom: border, padRight: border, upsampleY: stride, upsampleX: stride)
    let (rows, columns) = (
      (height - 1) * stride + kernel - 2 * crop, (width - 1) * stride + kernel - 2 * crop
    )
    #expect(window.outputHeight == rows && window.outputWidth == columns)
    var sums = [Int](repeating: 0, count: rows * columns * outputs)
    var products = 0
    for y in 0..<height {
      for x in 0..<width {
        for ky in 0..<kernel {
          for kx in 0..<kernel {
            let (row, column) = (y * stride + ky - crop, x * stride + kx - crop)
            guard (0..<rows).contains(row), (0..<columns).contains(column) else { continue }
            products += inputs
            for o in 0..<outputs {
              for c in 0..<inputs {
                sums[(row * columns + column) * outputs + o] +=
                  Int(codes[(y * width + x) * inputs + c])
                  * Int(weights[((o * kernel + ky) * kernel + kx) * inputs + c])
              }
            }
          }
        }
      }
    }
    let linear = QuantizedLinear(
      inputChannels: inputs, outputChannels: outputs, groups: 1, window: window,
      weightFormat: Self.format(8),
      weights: Tensor(shape: Shape([outputs, kernel, kernel, inputs]), elements: flipped),
      weightScales: [Double](repeating: 1, count: outputs), bias: nil)
    let result = try outcome(linear, codes: codes, ArithmeticSpec())
    #expect(result.contents == sums)
    #expect(result.overflow.channels.allSatisfy { $0.steps == products })
  }
}
