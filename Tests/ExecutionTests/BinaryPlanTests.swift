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

  @Test(
    "every flavour of ADD, SUB and MUL is the real result to within a step", arguments: flavours)
  func nearReal(flavour: RequantizationFlavour) throws {
    var random = SeededGenerator(seed: 9)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    for kind in [BinaryKind.add, .subtract, .multiply] {
      let first = SmallNetwork.signed(0.25, flavour == .shift ? 0 : 5)
      let second = SmallNetwork.unsigned(0.125, flavour == .shift ? 0 : 3)
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
        let real =
          switch kind {
          case .add: a + b
          case .subtract: a - b
          case .multiply: a * b
          }
        let exact = min(max(real / output.scale + 7, -100), 100)
        let limit =
          switch flavour {
          case .floor: 1.0
          // Rounding twice: half a step, and half of the smaller step before the shift.
          case .gemmlowp: 0.75
          case .single, .float, .shift: 0.51
          }
        #expect(abs(Double(codes[index]) - exact) <= limit)
        guard abs(exact) < 100 else { continue }
        total += Double(codes[index]) - exact
        unclamped += 1
      }
      // Only the floor flavour may lean to one side by half a step, and only where it multiplies.
      #expect(abs(total / unclamped) < (flavour == .floor && kind == .multiply ? 0.6 : 0.3))
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
