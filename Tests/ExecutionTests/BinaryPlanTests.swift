import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct BinaryPlanTests {
  private static let flavours = RequantizationFlavour.allCases

  /// TFLite's `MultiplyByQuantizedMultiplier` for exponents up to 0, in 64 bits.
  private func scaled(_ number: Int, by real: Double) -> Int {
    let multiplier = QuantizedMultiplier(real)
    precondition(multiplier.exponent <= 0, "the left shift is part of the number")
    let product = number * Int(multiplier.mantissa)
    let nudge = product >= 0 ? 1 << 30 : 1 - (1 << 30)
    let high = (product + nudge) / (1 << 31)
    let divisor = 1 << -multiplier.exponent
    let magnitude = (2 * abs(high) + divisor) / (2 * divisor)
    return high < 0 ? -magnitude : magnitude
  }

  @Test("ADD in TFLM's integers", arguments: 0..<60)
  func tflm(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let first = SmallNetwork.signed(0.01 * Double(draw(1...50)), draw(-128...127))
    let second = SmallNetwork.unsigned(0.01 * Double(draw(1...50)), draw(0...255))
    let output = SmallNetwork.signed(0.01 * Double(draw(10...90)), draw(-128...127))
    let left = (0..<500).map { _ in Int32(draw(-128...127)) }
    let right = (0..<500).map { _ in Int32(draw(0...255)) }
    for (kind, sign) in [(BinaryKind.add, 1), (.subtract, -1)] {
      let codes = try SmallNetwork.codes(
        .binary(kind), first: first, second: second, output: output, shape: Shape([1, 500]),
        outputShape: Shape([1, 500]), left, right)
      let largest = 2 * max(first.scale, second.scale)
      for index in codes.indices {
        let a = scaled((Int(left[index]) - first.zeroPoint) << 20, by: first.scale / largest)
        let b = scaled(
          sign * (Int(right[index]) - second.zeroPoint) << 20, by: second.scale / largest)
        let sum = scaled(a + b, by: largest / (1_048_576 * output.scale)) + output.zeroPoint
        #expect(codes[index] == Int32(min(max(sum, -128), 127)))
      }
    }
  }

  /// XNNPACK's residual add, as `numerics.md` 4b writes it, in 128 bits.
  private func xnnpack(
    _ codes: [Int], _ quantizations: [ActivationQuantization], subtracts: Bool
  ) -> Int {
    let factors = quantizations.prefix(2).map {
      Double(Float($0.scale) / Float(quantizations[2].scale))
    }
    var exponent = -60
    while Double(sign: .plus, exponent: exponent + 1, significand: 1) <= factors.max() ?? 0 {
      exponent += 1
    }
    let places = 20 - exponent
    let integers = factors.map {
      Int128(($0 * Double(sign: .plus, exponent: places, significand: 1)).rounded(.toNearestOrEven))
    }
    let right = subtracts ? -integers[1] : integers[1]
    let zeros =
      integers[0] * Int128(quantizations[0].zeroPoint)
      + right * Int128(quantizations[1].zeroPoint)
    let sum =
      Int128(codes[0]) * integers[0] + Int128(codes[1]) * right - zeros
      + (Int128(1) << Int128(places - 1))
    return Int(sum >> Int128(places)) + quantizations[2].zeroPoint
  }

  @Test("ADD and SUB in XNNPACK's integers", arguments: 0..<40)
  func xnnpack(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let quantizations = (0..<3).map { index in
      SmallNetwork.signed(0.003 * Double(draw(1...(index == 2 ? 90 : 50))), draw(-128...127))
    }
    let left = (0..<500).map { _ in Int32(draw(-128...127)) }
    let right = (0..<500).map { _ in Int32(draw(-128...127)) }
    for kind in [BinaryKind.add, .subtract] {
      let codes = try SmallNetwork.codes(
        .binary(kind), first: quantizations[0], second: quantizations[1],
        output: quantizations[2], shape: Shape([1, 500]), outputShape: Shape([1, 500]),
        arithmetic: ArithmeticPreset.xnnpack.spec, left, right)
      for index in codes.indices {
        let code = xnnpack(
          [Int(left[index]), Int(right[index])], quantizations, subtracts: kind == .subtract)
        #expect(codes[index] == Int32(min(max(code, -128), 127)))
      }
    }
  }

  @Test("MUL in XNNPACK's float32: the nearest code, half even, then the zero point")
  func xnnpackProducts() throws {
    let quantizations = [
      SmallNetwork.signed(0.5, 3), SmallNetwork.signed(0.25, -4), SmallNetwork.signed(1, 7),
    ]
    let left = (-128...127).map(Int32.init)
    let codes = try SmallNetwork.codes(
      .binary(.multiply), first: quantizations[0], second: quantizations[1],
      output: quantizations[2], shape: Shape([1, 256]), outputShape: Shape([1, 256]),
      arithmetic: ArithmeticPreset.xnnpack.spec, left, [Int32](repeating: 0, count: 256))
    for (code, result) in zip(left, codes) {
      // (code - 3) * 4 / 8: halves are ties.
      let twice = Int(code) - 3
      let even = twice % 2 == 0 ? twice / 2 : 2 * Int((Double(twice) / 4).rounded())
      #expect(result == Int32(min(max(even + 7, -128), 127)))
    }
  }

  @Test("16-bit ADD and SUB shift left by 15", arguments: 0..<20)
  func wide(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let format = NumberFormat.affine(IntegerFormat(bits: 16, isSigned: true))
    func quantization() -> ActivationQuantization {
      ActivationQuantization(
        format: format, scale: 0.0001 * Double(draw(1...50)), zeroPoint: 0)
    }
    let (first, second) = (quantization(), quantization())
    let output = ActivationQuantization(
      format: format, scale: 2 * max(first.scale, second.scale), zeroPoint: 0)
    let rescale = AddRescale(first, second, to: output, flavour: .tflite)
    let largest = 2 * max(first.scale, second.scale)
    for _ in 0..<500 {
      let (left, right) = (draw(-32768...32767), draw(-32768...32767))
      let a = scaled(left << 15, by: first.scale / largest)
      let b = scaled(right << 15, by: second.scale / largest)
      #expect(
        rescale.code(left, right) == scaled(a + b, by: largest / (32768 * output.scale)))
      #expect(
        rescale.code(left, right, subtracts: true)
          == scaled(a - b, by: largest / (32768 * output.scale)))
    }
  }

  @Test(
    "every flavour of ADD, SUB and MUL is the real result to within a step", arguments: flavours)
  func nearReal(flavour: RequantizationFlavour) throws {
    var random = SeededGenerator(seed: 9)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    for kind in [BinaryKind.add, .subtract, .multiply] {
      let isShift = flavour == .shift || flavour == .cast
      let first = SmallNetwork.signed(0.25, isShift ? 0 : 5)
      let second = SmallNetwork.unsigned(0.125, isShift ? 0 : 3)
      let output = SmallNetwork.signed(0.5, 7)
      let left = (0..<1000).map { _ in Int32(draw(-128...127)) }
      let right = (0..<1000).map { _ in Int32(draw(0...255)) }
      let codes = try SmallNetwork.codes(
        .binary(kind), first: first, second: second, output: output, shape: Shape([1, 1000]),
        outputShape: Shape([1, 1000]), clamp: -100...100,
        arithmetic: ArithmeticSpec(requantization: flavour), left, right)
      var total = 0.0
      var unclamped = 0.0
      for index in codes.indices {
        let a = first.real(Int(left[index]))
        let b = second.real(Int(right[index]))
        let real: Double =
          switch kind {
          case .add: a + b
          case .subtract: a - b
          case .multiply: a * b
          case .maximum, .minimum, .divide: Double.nan
          }
        let exact = min(max(real / output.scale + 7, -100), 100)
        let limit =
          switch flavour {
          case .floor: 1.0
          // Rounding twice: half a step, and half of the smaller step before the shift.
          case .gemmlowp: 0.75
          case .ruy: 1.0
          case .reduced: 0.6
          case .single, .float, .shift, .thresholds: 0.51
          // Bits below the point are cut off, as by a floor.
          case .cast: 1.0
          }
        #expect(abs(Double(codes[index]) - exact) <= limit)
        guard abs(exact) < 100 else { continue }
        total += Double(codes[index]) - exact
        unclamped += 1
      }
      // Only flavours that floor may lean to one side by half a step, and only where they multiply.
      let leans = (flavour == .floor || flavour == .cast) && kind == .multiply
      #expect(abs(total / unclamped) < (leans ? 0.6 : 0.3))
    }
  }

  @Test("float ADD rounds halves to even")
  func floatTies() throws {
    let one = SmallNetwork.signed(1)
    let half = ActivationQuantization(format: SmallNetwork.int8, scale: 2, zeroPoint: 0)
    let codes = try SmallNetwork.codes(
      .binary(.add), first: one, second: one, output: half, shape: Shape([1, 4]),
      outputShape: Shape([1, 4]), arithmetic: ArithmeticSpec(requantization: .float),
      [1, 3, -1, -3], [0, 0, 0, 0])
    #expect(codes == [0, 2, 0, -2])
  }

  @Test("MUL rounds its product by the flavour; a shift rounds half up")
  func products() throws {
    let one = SmallNetwork.signed(1)
    let quarter = SmallNetwork.signed(4)
    let codes = try SmallNetwork.codes(
      .binary(.multiply), first: one, second: one, output: quarter, shape: Shape([1, 5]),
      outputShape: Shape([1, 5]), arithmetic: ArithmeticSpec(requantization: .shift),
      [1, 2, 3, -2, -3], [1, 1, 1, 1, 1])
    #expect(codes == [0, 1, 1, 0, -1])
  }

  @Test("a channel vector broadcasts over a channel-last image")
  func broadcast() throws {
    // [1, 2, 1, 3] times the sum over it is not possible; a [2, 1, 1] reshape of itself is.
    let quantization = SmallNetwork.signed(1)
    let wide = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 16, isSigned: true)), scale: 1, zeroPoint: 0)
    let network = QuantizedNetwork(
      name: "gate",
      layers: [
        QuantizedLayer(
          name: "pool", kind: "maxpool",
          operation: .pool(
            Pool(
              kind: .max,
              window: WindowGeometry(height: 1, width: 3, kernelHeight: 1, kernelWidth: 3))),
          inputs: [0], clamp: quantization.codes),
        QuantizedLayer(
          name: "gate", kind: "mul", operation: .binary(.multiply), inputs: [0, 1],
          clamp: wide.codes),
      ],
      shapes: [Shape([1, 2, 1, 3]), Shape([1, 2, 1, 1]), Shape([1, 2, 1, 3])],
      quantizations: [quantization, quantization, wide], output: 2)
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticSpec())
    #expect(executor.trace([1, 2, 3, 10, 20, 30]) { _ in } == [3, 6, 9, 300, 600, 900])
  }
}
