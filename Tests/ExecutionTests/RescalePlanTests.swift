import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct RescalePlanTests {
  /// R1 as the description of the vectors spells it, for a multiplier of either sign.
  private func rescaled(_ value: Int, _ real: Double) -> Int {
    let multiplier = QuantizedMultiplier(abs(real))
    let mantissa = Int(multiplier.mantissa) * (real < 0 ? -1 : 1)
    let left = Int(Int32(truncatingIfNeeded: value << max(multiplier.exponent, 0)))
    let product = left * mantissa
    let high = (product + (product >= 0 ? 1 << 30 : 1 - 1 << 30)) / (1 << 31)
    let places = max(-multiplier.exponent, 0)
    let magnitude = places == 0 ? abs(high) : (abs(high) + 1 << (places - 1)) >> places
    return high < 0 ? -magnitude : magnitude
  }

  @Test("requantized codes are TFLite's, from and to 8, 16 and 32 bits", arguments: 0..<60)
  func requantize(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let input = OperatorNetwork.codes(
      [8, 16, 32][draw(0...2)], Double(draw(1...1000)) / 1000, draw(-100...100))
    let output = OperatorNetwork.codes(
      [8, 16, 32][draw(0...2)], Double(draw(1...1000)) / 1000, draw(-100...100))
    let limit = input.format.bits == 32 ? 1 << 20 : input.codes.upperBound
    let codes = (0..<300).map { _ in Int32(draw(-limit...limit)) }
    let shape = Shape([1, 5, 6, 10])
    let result = try OperatorNetwork.result(
      .requantize,
      of: [OperatorNetwork.Operand(codes: codes, shape: shape, quantization: input)],
      output: output, shape: shape)
    for (code, result) in zip(codes, result) {
      let value =
        rescaled(Int(code) - input.zeroPoint, input.scale / output.scale) + output.zeroPoint
      #expect(Int(result) == min(max(value, output.codes.lowerBound), output.codes.upperBound))
    }
  }

  @Test("other arithmetics round in their own way")
  func flavours() throws {
    func halves(_ flavour: RequantizationFlavour) throws -> [Int32] {
      try OperatorNetwork.result(
        .requantize,
        of: [
          OperatorNetwork.Operand(
            codes: [2, 6, -2, -6], shape: Shape([1, 4]), quantization: OperatorNetwork.codes(8))
        ], output: OperatorNetwork.codes(8, 4), shape: Shape([1, 4]),
        arithmetic: ArithmeticSpec(requantization: flavour))
    }
    #expect(try halves(.gemmlowp) == [1, 2, -1, -2])
    #expect(try halves(.float) == [0, 2, 0, -2])
    #expect(try halves(.shift) == [1, 2, 0, -1])
    #expect(try halves(.floor) == [0, 1, -1, -2])
  }

  @Test("the leaky rectifier has a float32 multiplier for each side", arguments: 0..<40)
  func leakyRelu(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let bits = [8, 16][draw(0...1)]
    let input = OperatorNetwork.codes(bits, Double(Float(draw(1...1000)) / 999), draw(-50...50))
    let output = OperatorNetwork.codes(bits, Double(Float(draw(1...1000)) / 999), draw(-50...50))
    let slope = Float(draw(-300...1500)) / 1000
    let codes = (0..<300).map { _ in Int32(draw(input.codes)) }
    // The arithmetic's flavour plays no part.
    let result = try OperatorNetwork.result(
      .leakyRelu(slope: slope),
      of: [
        OperatorNetwork.Operand(codes: codes, shape: Shape([1, 300]), quantization: input)
      ], output: output, shape: Shape([1, 300]), arithmetic: ArithmeticSpec(requantization: .float))
    let identity = Float(input.scale) / Float(output.scale)
    let sloped = Float(input.scale) * slope / Float(output.scale)
    for (code, result) in zip(codes, result) {
      let offset = Int(code) - input.zeroPoint
      let value = rescaled(offset, Double(offset >= 0 ? identity : sloped)) + output.zeroPoint
      #expect(Int(result) == min(max(value, output.codes.lowerBound), output.codes.upperBound))
    }
  }

  @Test("multipliers that cannot be used are errors")
  func errors() {
    let operand = OperatorNetwork.Operand(
      codes: [1], shape: Shape([1, 1]), quantization: OperatorNetwork.codes(8))
    func error(_ operation: QuantizedOperation, _ flavour: RequantizationFlavour) -> String? {
      #expect(throws: ExecutionError.self) {
        try OperatorNetwork.result(
          operation, of: [operand], output: OperatorNetwork.codes(8, 0.3), shape: Shape([1, 1]),
          arithmetic: ArithmeticSpec(requantization: flavour))
      }?.description
    }
    #expect(error(.requantize, .shift)?.contains("power-of-two") == true)
    #expect(
      error(.leakyRelu(slope: .infinity), .gemmlowp)
        == "layer 'operator': rescaling by inf cannot be executed; replace it by supported operators"
    )
  }
}
