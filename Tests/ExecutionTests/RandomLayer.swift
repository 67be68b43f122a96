import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness

/// A seeded random layer of products with everything that its two implementations need.
struct RandomLayer: CustomStringConvertible {
  var linear: QuantizedLinear
  var arithmetic: ArithmeticSpec
  var input: ActivationQuantization
  var output: ActivationQuantization
  var clamp: ClosedRange<Int>
  var codes: [Int32]
  var isFullyConnected: Bool
  /// An order that a mapping could imply; nil for the one that the arithmetic states.
  var order: ReductionOrder?

  static let channelCounts = [1, 2, 3, 4, 15, 16, 17, 33]

  init(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let geometry = Self.geometry(&random)
    let weightBits = Int.random(in: 2...16, using: &random)
    let isCast = Int.random(in: 0..<6, using: &random) == 0
    let isShift = isCast || Int.random(in: 0..<5, using: &random) == 0
    input = Self.quantization(scale: isShift ? 0.125 : 0.013, &random)
    let depth =
      geometry.window.kernelHeight * geometry.window.kernelWidth
      * (geometry.inputs / geometry.groups)
    let highest = (1 << (weightBits - 1)) - 1
    // Dense, mostly zero, or at the ends of the range, where sums grow fastest.
    let style = Int.random(in: 0..<4, using: &random)
    let weights = (0..<geometry.outputs * depth).map { _ -> Int32 in
      switch style {
      case 0: return Int32(Bool.random(using: &random) ? highest : -highest)
      case 1 where Int.random(in: 0..<4, using: &random) > 0: return 0
      default: return Int32(Int.random(in: -highest...highest, using: &random))
      }
    }
    let productBits = weightBits + input.format.integer.bits
    let biasLimit = [0, 10, 1 << productBits, Int(Int32.max), 1_000_000_000_000]
      .randomElement(using: &random)
    linear = QuantizedLinear(
      inputChannels: geometry.inputs, outputChannels: geometry.outputs, groups: geometry.groups,
      window: geometry.window,
      weightFormat: .affine(IntegerFormat(bits: weightBits, isSigned: true)),
      weights: Tensor(
        shape: Shape([
          geometry.outputs, geometry.window.kernelHeight, geometry.window.kernelWidth,
          geometry.inputs / geometry.groups,
        ]), elements: weights),
      weightScales: (0..<geometry.outputs).map { _ in
        isShift
          ? Double(
            sign: .plus, exponent: Int.random(in: -6 ... -2, using: &random), significand: 1)
          : Double.random(in: 0.001...0.02, using: &random)
      },
      bias: biasLimit.map { limit in
        (0..<geometry.outputs).map { _ in Int.random(in: -limit...limit, using: &random) }
      })
    if Bool.random(using: &random) { linear.bias = nil }
    if Int.random(in: 0..<3, using: &random) == 0 {
      linear.weightZeroPoints = (0..<geometry.outputs).map { _ in
        Int.random(in: -highest...highest, using: &random)
      }
    }
    if Int.random(in: 0..<4, using: &random) == 0 { linear.biasBits = 64 }
    isFullyConnected = Bool.random(using: &random)
    if isFullyConnected && Bool.random(using: &random) {
      linear.weightScales = linear.weightScales.map { [first = linear.weightScales[0]] _ in first }
    }

    linear.outputStage = Self.outputStage(geometry.outputs, productBits: productBits, &random)

    // A product needs `productBits`; most outputs then fall inside the range of the codes.
    let gain = Int.random(in: -4...productBits, using: &random)
    output = Self.quantization(
      scale: isShift
        ? Double(sign: .plus, exponent: gain - 8, significand: 1)
        : 1e-4 * Double(1 << max(gain, 0)), &random)
    if isCast {
      output = ActivationQuantization(format: output.format, scale: output.scale, zeroPoint: 0)
    }
    let codes = output.codes
    clamp =
      Bool.random(using: &random)
      ? codes : output.zeroPoint...max(output.zeroPoint, codes.upperBound - 1)
    let inputCodes = input.codes
    let zeroPoint = input.zeroPoint
    let inputStyle = Int.random(in: 0..<3, using: &random)
    self.codes = (0..<geometry.window.height * geometry.window.width * geometry.inputs).map { _ in
      switch inputStyle {
      case 0:
        return Int32(Bool.random(using: &random) ? inputCodes.lowerBound : inputCodes.upperBound)
      case 1 where Bool.random(using: &random): return Int32(zeroPoint)
      default: return Int32(Int.random(in: inputCodes, using: &random))
      }
    }
    arithmetic = Self.arithmetic(
      productBits: productBits, isShift: isShift, isCast: isCast, &random)
  }

  private static func arithmetic(
    productBits: Int, isShift: Bool, isCast: Bool, _ random: inout SeededGenerator
  ) -> ArithmeticSpec {
    var arithmetic = ArithmeticSpec(
      accumulator: Self.accumulator(near: productBits, &random),
      order: Bool.random(using: &random) ? .kernelMajor : .channelMajor,
      lanes: [1, 1, 1, 2, 3, 4, 8, 16].randomElement(using: &random) ?? 1,
      bias: Bool.random(using: &random) ? .first : .last,
      requantization: isCast
        ? .cast
        : isShift
          ? .shift
          : [.gemmlowp, .ruy, .single, .float, .reduced, .floor, .thresholds]
            .randomElement(using: &random) ?? .gemmlowp)
    if isShift { arithmetic.wideBiasRequantization = arithmetic.requantization }
    if !isShift && Bool.random(using: &random) {
      arithmetic.fullyConnectedRequantization = .float
      arithmetic.floatMultiplier =
        FloatMultiplier.allCases.randomElement(using: &random) ?? .roundedOnce
    }
    if Int.random(in: 0..<3, using: &random) == 0 { arithmetic.zeroPoint = .corrected }
    // A third of the layers has registers that only the general kernel knows.
    if Int.random(in: 0..<5, using: &random) == 0 {
      arithmetic.outer = OuterAccumulator(
        tile: arithmetic.lanes * Int.random(in: 1...9, using: &random),
        accumulator: Self.accumulator(near: productBits + 2, &random))
    }
    if isCast {
      arithmetic.outputCast = ArithmeticSpec.OutputCast(
        rounding: FixedPointRounding.allCases.randomElement(using: &random) ?? .truncate,
        overflow: OverflowPolicy.allCases.randomElement(using: &random) ?? .wrap)
      // Products have 5 to 9 fraction bits.
      if Int.random(in: 0..<4, using: &random) > 0 {
        let fraction = Int.random(in: -6...12, using: &random)
        arithmetic.productCast = FixedPointCast(
          fractionBits: fraction,
          rounding: FixedPointRounding.allCases.randomElement(using: &random) ?? .truncate)
        arithmetic.accumulator = Self.accumulator(near: productBits + fraction - 7, &random)
      }
    }
    return arithmetic
  }

  private static func outputStage(
    _ channels: Int, productBits: Int, _ random: inout SeededGenerator
  ) -> OutputStage {
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .accumulator
    case 1:
      return .thresholds(
        (0..<channels).map { _ in
          let limit = 1 << productBits
          let count = Int.random(in: 0...7, using: &random)
          return ThresholdTable(
            thresholds: (0..<count).map { _ in Int.random(in: -limit...limit, using: &random) }
              .sorted(),
            codes: (0...count).map { _ in Int32.random(in: -3...3, using: &random) })
        })
    default: return .rescaled
    }
  }

  private static func accumulator(
    near bits: Int, _ random: inout SeededGenerator
  ) -> Accumulator {
    let policies =
      Int.random(in: 0..<4, using: &random) == 0
      ? OverflowPolicy.allCases : [.wrap, .saturate]
    let policy = policies.randomElement(using: &random) ?? .wrap
    switch Int.random(in: 0..<12, using: &random) {
    case 0: return .unlimited
    case 1, 2:
      return Accumulator(bits: Int.random(in: 2...64, using: &random), overflow: policy)
    default:
      // Around the width of a few products, where some sums overflow and some do not.
      let bits = bits + Int.random(in: -4...6, using: &random)
      return Accumulator(bits: min(max(bits, 2), 64), overflow: policy)
    }
  }

  private static func quantization(
    scale: Double, _ random: inout SeededGenerator
  ) -> ActivationQuantization {
    let format = IntegerFormat(
      bits: Int.random(in: 2...16, using: &random), isSigned: Bool.random(using: &random))
    let codes = format.lowest...format.highest
    return ActivationQuantization(
      format: .affine(format), scale: scale,
      zeroPoint: Bool.random(using: &random)
        ? format.clamped(0) : Int.random(in: codes, using: &random))
  }

  private static func geometry(_ random: inout SeededGenerator) -> (
    inputs: Int, outputs: Int, groups: Int, window: WindowGeometry
  ) {
    let kind = Int.random(in: 0..<8, using: &random)
    if kind == 0 {
      // Some are deeper than the step kernel's chunk of 1,024.
      let features = [1, 3, 17, 100, 1024, 1025, 2500].randomElement(using: &random) ?? 1
      let rows = Int.random(in: 1...3, using: &random)
      return (
        features, [1, 3, 10, 17].randomElement(using: &random) ?? 1, 1,
        WindowGeometry(height: rows, width: 1, kernelHeight: 1, kernelWidth: 1)
      )
    }
    while true {
      func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      var window = WindowGeometry(
        height: draw(1...9), width: draw(1...9), kernelHeight: draw(1...5),
        kernelWidth: draw(1...5), strideY: draw(1...3), strideX: draw(1...3),
        dilationY: draw(1...2), dilationX: draw(1...2), padTop: draw(0...3), padLeft: draw(0...3),
        padBottom: draw(0...3), padRight: draw(0...3))
      if draw(0...3) == 0 {
        // A transposed convolution: zeros between the elements, borders or crops around them.
        window.upsampleY = draw(1...3)
        window.upsampleX = draw(1...3)
        if window.isTransposed {
          window.padTop = draw(-2...4)
          window.padLeft = draw(-2...4)
          window.padBottom = draw(-2...4)
          window.padRight = draw(-2...4)
        }
      }
      var inputs = channelCounts.randomElement(using: &random) ?? 1
      var outputs = channelCounts.randomElement(using: &random) ?? 1
      var groups = 1
      if kind <= 2 {
        groups = inputs
        outputs = inputs * draw(1...3)
      } else if kind == 3 {
        groups = draw(2...4)
        inputs = groups * draw(1...5)
        outputs = groups * draw(1...18)
      }
      let products =
        window.outputHeight * window.outputWidth * outputs * window.kernelHeight
        * window.kernelWidth * (inputs / groups)
      if products > 0 && products < 60_000 { return (inputs, outputs, groups, window) }
    }
  }

  /// What random layers must show now and then to be worth comparing.
  static let kinds = [
    "weight zero points", "transposed", "corrected", "thresholds", "accumulator as output",
    "inner overflow", "outer overflow", "bias overflow", "cast overflow", "cast of fewer bits",
    "cast of more bits", "other policies overflow",
  ]

  /// Which of those this layer shows.
  func kinds(_ overflow: LayerOverflow) -> [String] {
    let steps = overflow.total(\.overflowedSteps)
    let fraction = arithmetic.productCast?.fractionBits
    let isThresholded = if case .thresholds = linear.outputStage { true } else { false }
    return [
      ("weight zero points", !linear.weightZeroPoints.isEmpty),
      ("transposed", linear.window.isTransposed),
      ("corrected", arithmetic.zeroPoint == .corrected),
      ("thresholds", isThresholded),
      ("accumulator as output", linear.outputStage == .accumulator),
      ("inner overflow", arithmetic.outer != nil && steps > 0),
      ("outer overflow", overflow.total(\.overflowedOuterSteps) > 0),
      ("bias overflow", overflow.total(\.overflowedBiasSteps) > 0),
      ("cast overflow", fraction != nil && steps > 0),
      // Products have 5 to 9 fraction bits.
      ("cast of fewer bits", fraction.map { $0 < 5 } ?? false),
      ("cast of more bits", fraction.map { $0 > 9 } ?? false),
      (
        "other policies overflow",
        steps > 0
          && ![.wrap, .saturate, .unlimited].contains(arithmetic.accumulator.overflow)
      ),
    ].filter { $0.1 }.map { $0.0 }
  }

  var description: String {
    let window = linear.window
    return
      "\(linear.inputChannels)->\(linear.outputChannels)/\(linear.groups) "
      + "\(window.kernelHeight)x\(window.kernelWidth) on \(window.height)x\(window.width)"
      + (window.isTransposed ? " upsampled, " : ", ")
      + "\(linear.weightFormat) x \(input.format) z\(input.zeroPoint), \(arithmetic)"
      + (order.map { ", \($0)" } ?? "")
  }
}
