import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct RealCodesPlanTests {
  private func run(
    _ operation: QuantizedOperation, _ codes: [Int32], _ input: ActivationQuantization,
    _ output: ActivationQuantization, count: Int? = nil
  ) throws -> [Int32] {
    try OperatorNetwork.result(
      operation,
      of: [
        OperatorNetwork.Operand(codes: codes, shape: Shape([1, codes.count]), quantization: input)
      ], output: output, shape: Shape([1, count ?? codes.count]))
  }

  @Test("QuantizeLinear divides in float32, rounds ties to even and saturates")
  func quantize() throws {
    let output = OperatorNetwork.codes(8, 2, 10)
    let reals: [Float] = [0, 1, 3, -1, -3, 1e30, -1e30, .infinity, .nan, 5.0001]
    let codes = try run(
      .quantize, OperatorNetwork.patterns(reals), .float32, output)
    #expect(codes == [10, 10, 12, 10, 8, 127, -128, 127, -128, 13])
    // 0.35 / 0.1 is 3.5 in float32 and 3.4999999 in double.
    let tenth = OperatorNetwork.codes(8, Double(Float(0.1)))
    #expect(try run(.quantize, OperatorNetwork.patterns([0.35]), .float32, tenth) == [4])
  }

  @Test("DequantizeLinear multiplies in float32")
  func dequantize() throws {
    let input = OperatorNetwork.codes(16, Double(Float(0.1)), -7)
    let codes: [Int32] = [-32_768, -7, 0, 1, 32_767]
    let reals = OperatorNetwork.reals(try run(.dequantize, codes, input, .float32))
    #expect(reals == codes.map { Float($0 + 7) * Float(0.1) })
  }

  /// The examples of the ONNX standard.
  static let dynamic: [([Float], [Int32], Float, Int32)] = [
    ([0, 2, -3, -2.5, 1.34, 0.5], [153, 255, 0, 26, 221, 179], 0.0196078438, 153),
    ([-1, -2.1, -1.3, -2.5, -3.34, -4], [191, 121, 172, 96, 42, 0], 0.0156862754, 255),
    (
      [1, 2.1, 1.3, 2.5, 3.34, 4, 1.5, 2.6, 3.9, 4, 3, 2.345],
      [64, 134, 83, 159, 213, 255, 96, 166, 249, 255, 191, 149], 0.0156862754, 0
    ),
    ([0, 0], [0, 0], 1, 0),
  ]

  @Test("DynamicQuantizeLinear of the standard's examples", arguments: 0..<dynamic.count)
  func dynamicQuantize(example: Int) throws {
    let (reals, codes, scale, zeroPoint) = Self.dynamic[example]
    let patterns = OperatorNetwork.patterns(reals)
    let offsets = try run(.dynamicQuantize, patterns, .float32, OperatorNetwork.codes(9))
    #expect(offsets == codes.map { $0 - zeroPoint })
    let scales = try run(.dynamicScale, patterns, .float32, .float32, count: 1)
    #expect(OperatorNetwork.reals(scales) == [scale])
    #expect(
      try run(
        .dynamicZeroPoint, patterns, .float32, OperatorNetwork.codes(8, isSigned: false), count: 1)
        == [zeroPoint])
  }

  @Test("formats that do not fit are errors")
  func errors() {
    let eight = OperatorNetwork.codes(8)
    for (operation, input, output) in [
      (QuantizedOperation.quantize, eight, eight), (.dequantize, .float32, .float32),
      (.dynamicScale, eight, .float32), (.float(.activation(.relu)), eight, .float32),
    ] {
      let error = #expect(throws: ExecutionError.self) {
        try run(operation, [1], input, output)
      }
      #expect(error?.description.contains("cannot be executed") == true)
    }
  }

  @Test("a network from float32 to float32 through int8 runs end to end on many threads")
  func endToEnd() async throws {
    let shape = Shape([1, 2, 3, 2])
    let code = OperatorNetwork.codes(8, 0.125, 3)
    func layer(
      _ name: String, _ operation: QuantizedOperation, _ input: Int, _ clamp: ClosedRange<Int>
    ) -> QuantizedLayer {
      QuantizedLayer(name: name, kind: name, operation: operation, inputs: [input], clamp: clamp)
    }
    let reals = ActivationQuantization.float32
    let network = QuantizedNetwork(
      name: "n",
      layers: [
        layer("float", .float(.activation(.leakyRelu(slope: 0.5))), 0, reals.codes),
        layer("quantize", .quantize, 1, code.codes),
        layer("transpose", .transpose([0, 2, 1, 3]), 2, code.codes),
        layer("dequantize", .dequantize, 3, reals.codes),
      ], shapes: [shape, shape, shape, Shape([1, 3, 2, 2]), Shape([1, 3, 2, 2])],
      quantizations: [reals, reals, code, code, reals], output: 4)
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticSpec())
    @Sendable func sample(_ index: Int) -> [Float] {
      var random = SeededGenerator(seed: UInt64(index))
      return (0..<12).map { _ in Float.random(in: -20...20, using: &random) }
    }
    for keepsState in [false, true] {
      let run = await executor.run(count: 9, threads: 3, keepsState: keepsState) {
        OperatorNetwork.patterns(sample($0))
      }
      #expect(run.outputs.count == 9)
      for (index, output) in run.outputs.enumerated() {
        let input = Tensor(shape: shape, elements: sample(index)).transposed([0, 2, 1, 3])
        let expected = input.elements.map { value -> Float in
          let leaky = value < 0 ? 0.5 * value : value
          let code = min(max((leaky * 8).rounded(.toNearestOrEven) + 3, -128), 127)
          return (code - 3) * 0.125
        }
        #expect(OperatorNetwork.reals(output) == expected)
      }
    }
  }
}
