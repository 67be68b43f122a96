import Arithmetic
import CKernels
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

/// Layers that the kernels for depthwise layers of bytes take.
private struct RandomDepthwise: CustomStringConvertible {
  var layer: RandomLayer
  var tile: Int

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    layer = RandomLayer(seed: seed)
    var window = WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1)
    repeat {
      window = WindowGeometry(
        height: draw(1...7), width: draw(1...7), kernelHeight: draw(1...5),
        kernelWidth: draw(1...5), strideY: draw(1...3), strideX: draw(1...3),
        dilationY: draw(1...2), dilationX: draw(1...2), padTop: draw(0...3), padLeft: draw(0...3),
        padBottom: draw(0...3), padRight: draw(0...3))
    } while window.outputHeight < 1 || window.outputWidth < 1
    let channels = [2, 3, 8, 16, 17, 33, 64, 65, 100].randomElement(using: &random) ?? 2
    let weightBits = draw(1...3) == 1 ? draw(2...7) : 8
    let highest = (1 << (weightBits - 1)) - 1
    let style = draw(0...2)
    let weights = (0..<channels * window.kernelHeight * window.kernelWidth).map { _ in
      style == 0
        ? Int32(draw(0...1) == 0 ? highest : -highest - 1) : Int32(draw(-highest - 1...highest))
    }
    let format = IntegerFormat(bits: draw(5...8), isSigned: draw(0...1) == 0)
    let codes = format.lowest...format.highest
    let zeroPoint = [format.lowest, format.clamped(0), draw(codes)].randomElement(using: &random)
    let productBits = weightBits + format.bits
    let biasLimit = [0, 100, 1 << productBits, 1 << 28].randomElement(using: &random) ?? 0
    layer.linear = QuantizedLinear(
      inputChannels: channels, outputChannels: channels, groups: channels, window: window,
      weightFormat: .affine(IntegerFormat(bits: weightBits, isSigned: true)),
      weights: Tensor(
        shape: Shape([channels, window.kernelHeight, window.kernelWidth, 1]), elements: weights),
      weightScales: [Double](repeating: 0.01, count: channels),
      bias: (0..<channels).map { _ in draw(-biasLimit...biasLimit) })
    layer.input = ActivationQuantization(
      format: .affine(format), scale: 0.02, zeroPoint: zeroPoint ?? 0)
    let zero = layer.input.zeroPoint
    layer.codes = (0..<window.height * window.width * channels).map { _ in
      Int32(style == 1 && draw(0...1) == 0 ? zero : draw(codes))
    }
    layer.arithmetic = ArithmeticSpec(
      accumulator: Accumulator(
        bits: draw(0...3) == 0 ? draw(8...32) : min(32, max(8, productBits + draw(-2...4))),
        overflow: draw(0...1) == 0 ? .wrap : .saturate),
      lanes: [1, 1, 1, 2, 3, 4, 5, 8, 16].randomElement(using: &random) ?? 1,
      bias: draw(0...1) == 0 ? .first : .last, requantization: .gemmlowp)
    if draw(0...3) == 0 { layer.arithmetic.zeroPoint = .corrected }
    if draw(0...12) == 0 { layer.arithmetic.accumulator = .unlimited }
    if draw(0...3) == 0 {
      let order = ReductionOrder.random(for: layer.linear, seed: seed)
      if order.registers.count == 1, order.spills.isEmpty { layer.order = order }
    }
    tile = draw(1...40)
  }

  var description: String { "\(layer), tiles of \(tile)" }
}

/// The dispatch level is one for the process, so these tests run one after the other.
@Suite(.serialized) struct DepthwiseKernelTests {
  #if DEBUG
    static let layers: [UInt64] = Array(0..<150)
  #else
    static let layers: [UInt64] = Array(0..<1500)
  #endif

  @Test(
    "depthwise layers on bytes equal the reference, values and every count",
    arguments: 0..<Int32(WW_DISPATCH_LEVELS))
  func equalsReference(level: Int32) throws {
    ww_limit_dispatch(level)
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    var taken = 0
    var overflowed = 0
    for seed in Self.layers {
      let random = RandomDepthwise(seed: seed)
      let layer = random.layer
      let kernel = try LinearKernel(
        layer: "depthwise", linear: layer.linear, arithmetic: layer.arithmetic,
        order: layer.order, input: layer.input, output: layer.output, clamp: layer.clamp)
      guard var fast = kernel.depthwiseOutcome(layer.codes, tile: random.tile) else { continue }
      taken += 1
      var slow = try LinearReference.outcome(
        of: layer.linear, codes: layer.codes, arithmetic: layer.arithmetic, order: layer.order,
        input: layer.input, output: layer.output, clamp: layer.clamp)
      #expect(fast.contents == slow.contents, "seed \(seed): \(random)")
      #expect(fast.codes == slow.codes, "seed \(seed): \(random)")
      let overflow = fast.overflow
      #expect(overflow.firstOverflowedStep == slow.overflow.firstOverflowedStep)
      if slow.overflow.firstOverflowedStep != nil { overflowed += 1 }
      let paths = overflow.paths
      #expect(paths.proved + paths.tracked + paths.stepped == slow.contents.count)
      #expect(paths.stepped == overflow.total(\.overflowedOutputs))
      for channel in overflow.channels.indices {
        let bound = try #require(overflow.channels[channel].observed)
        let prefixes = try #require(slow.overflow.channels[channel].observed)
        #expect(prefixes.union(bound) == prefixes, "final sums are prefixes")
        fast.overflow.channels[channel].observed = nil
        slow.overflow.channels[channel].observed = nil
      }
      #expect(fast.overflow.channels == slow.overflow.channels, "seed \(seed): \(random)")
    }
    // The cases are worth something only if nearly all are taken, many overflow and many do not.
    #expect(taken > Self.layers.count * 4 / 5)
    #expect(overflowed > taken / 4 && overflowed < taken * 3 / 4)
  }

  @Test("layers of other kinds are declined")
  func declined() throws {
    func takes(_ change: (inout RandomLayer) -> Void) throws -> Bool {
      var layer = RandomDepthwise(seed: 3).layer
      layer.order = nil
      change(&layer)
      return try LinearKernel(
        layer: "depthwise", linear: layer.linear, arithmetic: layer.arithmetic,
        input: layer.input, output: layer.output, clamp: layer.clamp
      ).depthwiseOutcome(layer.codes, tile: 8) != nil
    }
    #expect(try takes { _ in })
    #expect(
      try !takes {
        $0.arithmetic.outer = OuterAccumulator(
          tile: 16 * $0.arithmetic.lanes, accumulator: Accumulator(bits: 32, overflow: .wrap))
      })
    #expect(
      try !takes { $0.arithmetic.accumulator = Accumulator(bits: 12, overflow: .saturateToZero) })
    #expect(
      try !takes {
        $0.linear.weightFormat = .affine(IntegerFormat(bits: 9, isSigned: true))
        $0.linear.weights.elements[0] = 200
      })
    #expect(
      try !takes {
        $0.input = ActivationQuantization(
          format: .affine(IntegerFormat(bits: 9, isSigned: false)), scale: 1, zeroPoint: 0)
      })
  }
}
