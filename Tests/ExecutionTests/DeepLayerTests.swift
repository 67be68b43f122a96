import Arithmetic
import CKernels
import Execution
import Networks
import TestRandomness
import Testing
import Tensors

/// Layers of bytes with so many products that they run in blocks.
///
/// The dispatch level is one for the process, so these tests run one after the other.
@Suite(.serialized) struct DeepLayerTests {
  #if DEBUG
    static let layers: [UInt64] = Array(0..<20)
  #else
    static let layers: [UInt64] = Array(0..<60)
  #endif

  @Test(
    "sums by blocks equal the stepped ones, values and counts", arguments: 0..<WW_DISPATCH_LEVELS)
  func equalsSteps(level: Int) throws {
    ww_limit_dispatch(Int32(level))
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    var paths = ExactnessPaths()
    for seed in Self.layers {
      let (kernel, codes, text) = try Self.layer(seed)
      paths.merge(Self.expectSteps(kernel, codes, "seed \(seed): \(text)"))
    }
    // The cases are worth something only if each way is taken.
    for outputs in [paths.proved, paths.tracked, paths.redone, paths.stepped] {
      #expect(outputs > paths.total / 400, "\(paths)")
    }
  }

  @Test(
    "squares that add up to more than 31 bits prove nothing", arguments: 0..<WW_DISPATCH_LEVELS)
  func manyProducts(level: Int) throws {
    ww_limit_dispatch(Int32(level))
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    let inputs = 36_864
    let linear = QuantizedLinear(
      inputChannels: inputs, outputChannels: 2, groups: 1,
      window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(
        shape: Shape([2, 1, 1, inputs]),
        elements: [Int32](repeating: 1, count: inputs) + [Int32](repeating: -1, count: inputs)),
      weightScales: [1, 1], bias: [0, 0])
    let byte = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: false))
    let kernel = try LinearKernel(
      layer: "wide", linear: linear,
      arithmetic: ArithmeticSpec(accumulator: Accumulator(bits: 16, overflow: .saturate)),
      input: ActivationQuantization(format: byte, scale: 1, zeroPoint: 0),
      output: ActivationQuantization(format: byte, scale: 257, zeroPoint: 0), clamp: byte.codes)
    let codes = [Int32](repeating: 255, count: inputs)
    // 128 additions stay within 32,767, and 128 within -32,768.
    let lost = inputs - 128
    let outcome = kernel.outcome(codes, observesPrefixes: false)
    #expect(outcome.contents == [32767, -32768])
    #expect(outcome.overflow.channels.map(\.overflowedSteps) == [lost, lost])
    let stored = kernel.stored([codes])
    #expect(stored.codes == [outcome.codes])
    #expect(stored.overflow.channels.map(\.overflowedSteps) == [lost, lost])
  }

  @Test(
    "a few channels that leave the range equal the stepped ones, values and counts",
    arguments: 0..<WW_DISPATCH_LEVELS)
  func fewChannels(level: Int) throws {
    ww_limit_dispatch(Int32(level))
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    var paths = ExactnessPaths()
    for seed in 0..<4 * UInt64(Self.layers.count) {
      let (kernel, codes, text) = try Self.quietLayer(seed)
      paths.merge(Self.expectSteps(kernel, codes, "seed \(seed): \(text)"))
    }
    #expect(paths.redone > paths.total / 100, "\(paths)")
  }

  @Test(
    "which way sums go is the same at every level and time", arguments: 0..<WW_DISPATCH_LEVELS)
  func fixedPaths(level: Int) throws {
    ww_limit_dispatch(Int32(level))
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    var paths = ExactnessPaths()
    for seed in UInt64(0)..<20 {
      let (kernel, codes, _) = try Self.layer(seed)
      paths.merge(kernel.outcome(codes, observesPrefixes: false).overflow.paths)
    }
    // Whoever changes how much is tolerated before the next way is gone changes these.
    #expect(
      [paths.proved, paths.tracked, paths.redone, paths.stepped] == [9416, 14248, 8570, 16800])
  }

  /// Checks what the kernels make of a layer against stepping each addition; returns the paths.
  private static func expectSteps(
    _ kernel: LinearKernel, _ codes: [Int32], _ text: Comment
  ) -> ExactnessPaths {
    let full = kernel.outcome(codes, observesPrefixes: true)
    let fast = kernel.outcome(codes, observesPrefixes: false)
    #expect(fast.contents == full.contents, text)
    #expect(fast.codes == full.codes, text)
    #expect(
      fast.overflow.firstOverflowedStep == full.overflow.firstOverflowedStep,
      text)
    #expect(fast.overflow.paths.total == full.contents.count)
    for (ours, theirs) in zip(fast.overflow.channels, full.overflow.channels) {
      var same = ours
      same.observed = theirs.observed
      #expect(same == theirs, text)
    }
    let stored = kernel.stored([codes, codes])
    #expect(stored.codes == [full.codes, full.codes], text)
    #expect(
      stored.overflow.firstOverflowedStep == full.overflow.firstOverflowedStep,
      text)
    for (ours, theirs) in zip(stored.overflow.channels, fast.overflow.channels) {
      var twice = theirs
      twice.merge(theirs)
      #expect(ours == twice, text)
    }
    // In the order of the kernel the ways do not depend on how contents are asked for.
    var twice = fast.overflow.paths
    twice.merge(fast.overflow.paths)
    #expect(stored.overflow.paths == twice, text)
    return fast.overflow.paths
  }

  /// A layer most of whose channels have no weights, so that single ones leave the range, some of them at both ends
  /// within a few additions; its input, and what it is.
  private static func quietLayer(_ seed: UInt64) throws -> (LinearKernel, [Int32], String) {
    var random = SeededGenerator(seed: seed)
    let size = Int.random(in: 1...6, using: &random)
    let depth = Int.random(in: 20...1200, using: &random)
    let outputs = 150
    var weights = [Int32](repeating: 0, count: outputs * depth)
    for _ in 0..<Int.random(in: 1...2, using: &random) {
      let channel = Int.random(in: 0..<outputs, using: &random)
      let isExtreme = Bool.random(using: &random)
      for k in 0..<depth {
        weights[channel * depth + k] =
          isExtreme
          ? [-127, 127].randomElement(using: &random) ?? 127
          : Int32.random(in: -127...127, using: &random)
      }
    }
    let linear = QuantizedLinear(
      inputChannels: depth, outputChannels: outputs, groups: 1,
      window: WindowGeometry(height: size, width: size, kernelHeight: 1, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(shape: Shape([outputs, 1, 1, depth]), elements: weights),
      weightScales: [Double](repeating: 0.01, count: outputs),
      bias: [Int](repeating: 0, count: outputs))
    let format = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: false))
    let zero = Bool.random(using: &random) ? 0 : Int.random(in: 0...255, using: &random)
    let reach = [3, 30, 255].randomElement(using: &random) ?? 255
    let codes = (0..<size * size * depth).map { _ in
      Int32(min(255, max(0, zero + Int.random(in: -reach...reach, using: &random))))
    }
    let lanes = Bool.random(using: &random) ? 1 : 1 << Int.random(in: 1...6, using: &random)
    let arithmetic = ArithmeticSpec(
      accumulator: Accumulator(
        bits: Int.random(in: 8...20, using: &random),
        overflow: Bool.random(using: &random) ? .wrap : .saturate),
      lanes: lanes)
    let kernel = try LinearKernel(
      layer: "quiet", linear: linear, arithmetic: arithmetic,
      input: ActivationQuantization(format: format, scale: 0.02, zeroPoint: zero),
      output: ActivationQuantization(format: format, scale: 100, zeroPoint: 0), clamp: format.codes)
    return (kernel, codes, "\(depth) deep, zero \(zero), \(arithmetic.accumulator), lanes \(lanes)")
  }

  /// A convolution of bytes, its input, and what it is.
  private static func layer(_ seed: UInt64) throws -> (LinearKernel, [Int32], String) {
    var random = SeededGenerator(seed: seed)
    let channels = [16, 24, 64, 130].randomElement(using: &random) ?? 16
    let size = [1, 4, 7, 12].randomElement(using: &random) ?? 4
    let kernel = size == 1 ? 1 : 3
    let inputs = size == 1 ? Int.random(in: 300...1200, using: &random) : channels
    let outputs = [10, 16, 40, 150].randomElement(using: &random) ?? 16
    let window = WindowGeometry(
      height: size, width: size, kernelHeight: kernel, kernelWidth: kernel,
      padTop: kernel / 2, padLeft: kernel / 2, padBottom: kernel / 2, padRight: kernel / 2)
    let largest = [1, 20, 127].randomElement(using: &random) ?? 127
    let depth = kernel * kernel * inputs
    let linear = QuantizedLinear(
      inputChannels: inputs, outputChannels: outputs, groups: 1, window: window,
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(
        shape: Shape([outputs, kernel, kernel, inputs]),
        elements: (0..<outputs * depth).map { _ in
          Int32(Int.random(in: -largest...largest, using: &random))
        }), weightScales: [Double](repeating: 0.01, count: outputs),
      bias: (0..<outputs).map { _ in Int.random(in: -5000...5000, using: &random) })
    let isSigned = Bool.random(using: &random)
    let format = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: isSigned))
    let zero =
      isSigned ? Int.random(in: -128...127, using: &random) : Bool.random(using: &random) ? 0 : 100
    let input = ActivationQuantization(format: format, scale: 0.02, zeroPoint: zero)
    let isDense = Int.random(in: 0..<4, using: &random) == 0
    // Lines of few inputs between the others, so that some outputs are proved and their neighbours are not.
    let isBanded = Bool.random(using: &random)
    let codes = (0..<size * size * inputs).map { place -> Int32 in
      let isQuiet = isBanded && place / (size * inputs) / 3 % 2 == 0
      if isQuiet && Int.random(in: 0..<50, using: &random) > 0 { return Int32(zero) }
      if !isDense && Bool.random(using: &random) { return Int32(zero) }
      return Int32(Int.random(in: format.codes, using: &random))
    }
    let lanes = Int.random(in: 0..<3, using: &random) == 0 ? 8 : 1
    let arithmetic = ArithmeticSpec(
      accumulator: Accumulator(
        bits: Int.random(in: 9...26, using: &random),
        overflow: Bool.random(using: &random) ? .wrap : .saturate),
      lanes: lanes, bias: Bool.random(using: &random) ? .first : .last)
    let layer = try LinearKernel(
      layer: "deep", linear: linear, arithmetic: arithmetic, input: input,
      output: ActivationQuantization(format: format, scale: 100, zeroPoint: 0), clamp: format.codes)
    return (
      layer, codes,
      "\(inputs) to \(outputs), \(size) by \(size), zero \(zero), \(arithmetic.accumulator), lanes \(lanes)"
    )
  }
}
