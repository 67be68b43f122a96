import Arithmetic
import CKernels
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// The dispatch level is one for the process, so these tests run one after the other.
@Suite(.serialized) struct PopcountKernelTests {
  #if DEBUG
    static let seeds: [UInt64] = Array(0..<100)
  #else
    static let seeds: [UInt64] = Array(0..<500)
  #endif

  private enum Kind: CaseIterable { case bipolar, ternary, bit, signed, unsigned }

  /// A layer of numbers of one or two bits.
  private struct Case {
    var layer: RandomLayer
    var tile: Int

    init(seed: UInt64) {
      var random = SeededGenerator(seed: seed)
      func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      func format(_ kind: Kind) -> NumberFormat {
        switch kind {
        case .bipolar: .bipolar
        case .ternary: .ternary
        case .bit: .affine(IntegerFormat(bits: 1, isSigned: false))
        case .signed: .affine(IntegerFormat(bits: 2, isSigned: true))
        case .unsigned: .affine(IntegerFormat(bits: 2, isSigned: false))
        }
      }
      func code(_ format: NumberFormat) -> Int32 {
        format == .bipolar ? Int32(draw(0...1) * 2 - 1) : Int32(draw(format.codes))
      }
      layer = RandomLayer(seed: seed)
      let kinds = Kind.allCases
      let input = format(kinds[draw(0...kinds.count - 1)])
      let weights = format(kinds[draw(0...kinds.count - 1)])
      let kernel = draw(1...3)
      let pad = draw(0...1) * (kernel - 1)
      let window = WindowGeometry(
        height: draw(3...6), width: draw(3...6), kernelHeight: kernel, kernelWidth: kernel,
        strideY: draw(1...2), strideX: draw(1...2), padTop: pad, padLeft: pad, padBottom: pad,
        padRight: pad)
      let channels = [1, 3, 31, 32, 64, 100].randomElement(using: &random) ?? 1
      let outputs = [1, 5, 16, 17, 40].randomElement(using: &random) ?? 1
      layer.linear = QuantizedLinear(
        inputChannels: channels, outputChannels: outputs, groups: 1, window: window,
        weightFormat: weights,
        weights: Tensor(
          shape: Shape([outputs, kernel, kernel, channels]),
          elements: (0..<outputs * kernel * kernel * channels).map { _ in code(weights) }),
        weightScales: [Double](repeating: 0.5, count: outputs),
        bias: (0..<outputs).map { _ in draw(-50...50) })
      layer.input = ActivationQuantization(
        format: input, scale: 0.5,
        zeroPoint: input == .bipolar || input == .ternary ? 0 : draw(input.codes))
      layer.codes = (0..<window.height * window.width * channels).map { _ in code(input) }
      layer.arithmetic = ArithmeticSpec(
        accumulator: Accumulator(
          bits: draw(14...32), overflow: draw(0...1) == 0 ? .wrap : .saturate),
        order: draw(0...1) == 0 ? .kernelMajor : .channelMajor, lanes: draw(1...5),
        bias: draw(0...1) == 0 ? .first : .last, requantization: .gemmlowp)
      if draw(0...3) == 0 { layer.arithmetic.zeroPoint = .corrected }
      tile = draw(1...30)
    }

    func kernel() throws -> LinearKernel {
      try LinearKernel(
        layer: "popcount", linear: layer.linear, arithmetic: layer.arithmetic,
        input: layer.input, output: layer.output, clamp: layer.clamp)
    }
  }

  @Test(
    "popcounts of one and two bits equal the reference",
    arguments: 0..<Int32(WW_DISPATCH_LEVELS))
  func equalsReference(level: Int32) throws {
    ww_limit_dispatch(level)
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    for seed in Self.seeds {
      let random = Case(seed: seed)
      let layer = random.layer
      var fast = try #require(
        try random.kernel().popcountOutcome(layer.codes, tile: random.tile), "\(layer)")
      var slow = try LinearReference.outcome(
        of: layer.linear, codes: layer.codes, arithmetic: layer.arithmetic, input: layer.input,
        output: layer.output, clamp: layer.clamp)
      #expect(fast.contents == slow.contents, "seed \(seed): \(layer)")
      #expect(fast.codes == slow.codes, "seed \(seed): \(layer)")
      #expect(fast.overflow.paths.proved == slow.contents.count)
      for channel in fast.overflow.channels.indices {
        let seen = try #require(fast.overflow.channels[channel].observed)
        let prefixes = try #require(slow.overflow.channels[channel].observed)
        #expect(prefixes.union(seen) == prefixes, "final sums are prefixes")
        fast.overflow.channels[channel].observed = nil
        slow.overflow.channels[channel].observed = nil
      }
      #expect(fast.overflow.channels == slow.overflow.channels, "seed \(seed): \(layer)")
    }
  }

  @Test("layers of other kinds are declined")
  func declined() throws {
    var narrow = Case(seed: 1)
    narrow.layer.arithmetic.accumulator = Accumulator(bits: 2, overflow: .saturate)
    #expect(try narrow.kernel().popcountOutcome(narrow.layer.codes, tile: 4) == nil)
    var wide = Case(seed: 1)
    wide.layer.linear.weightFormat = .affine(IntegerFormat(bits: 4, isSigned: true))
    wide.layer.linear.weights.elements[0] = 7
    wide.layer.linear.weights.elements[1] = -7
    #expect(try wide.kernel().popcountOutcome(wide.layer.codes, tile: 4) == nil)
  }
}
