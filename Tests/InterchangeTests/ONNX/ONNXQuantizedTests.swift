import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// Quantized graphs as integer networks with their own scales.
@Suite struct ONNXQuantizedTests {
  /// The kinds of layers of each fixture: what was fused, and what was not.
  static let kinds: [String: [String]] = [
    "convinteger": ["conv"],
    "dynamic_matmul": [
      "quantize", "scale", "fc", "activation", "dequantize", "mul", "affine", "activation",
    ],
    "matmulinteger_u8_s8": ["fc"],
    "qdq_add_u8": ["table", "add"],
    "qdq_averagepool_other_s8": ["avgpool"],
    "qdq_concat_u8": ["conv", "conv", "table", "table", "table", "concat"],
    "qdq_conv1d": ["reshape", "conv", "reshape"],
    "qdq_conv_relu_u8": ["conv"],
    "qdq_depthwise_s8": ["depthwise"],
    "qdq_gemm_s8": ["fc"],
    "qdq_hardswish_u8": ["activation"],
    "qdq_matmul_u8": ["fc"],
    "qdq_moves_s8": ["transpose", "reshape", "reshape", "fc"],
    "qdq_mul_constant_s8": ["constant", "mul"],
    "qdq_network_u8": ["conv", "conv", "conv", "add", "depthwise", "avgpool", "reshape", "fc"],
    "qgemm_u8_u8": ["fc"],
    "qlinear_conv_u8_u8": ["conv"],
    "qlinear_matmul_s8_s8": ["fc"],
    "qlinearadd_s8": ["table", "add"],
    "qlinearconcat_s8": ["table", "table", "table", "concat"],
    "qlinearglobalaveragepool_u8": ["avgpool"],
  ]

  private func network(_ fixture: ONNXQuantizedFixture) throws -> QuantizedNetwork {
    guard case .quantized(let network) = try ONNXFile.imported(at: fixture.path) else {
      throw ONNXError(path: fixture.path, reason: "is read as a float network")
    }
    return network
  }

  @Test("each quantized model becomes these layers", arguments: ONNXQuantizedFixture.good)
  func layers(_ fixture: ONNXQuantizedFixture) throws {
    let network = try network(fixture)
    #expect(network.layers.map(\.kind) == Self.kinds[fixture.name])
    #expect(network.shapes.count == network.layers.count + 1)
    #expect(network.quantizations.count == network.shapes.count)
    #expect(Set(network.layers.map(\.name)).count == network.layers.count)
  }

  @Test(
    "each quantized model gives the values of onnxruntime to the last bit",
    arguments: ONNXQuantizedFixture.good)
  func values(_ fixture: ONNXQuantizedFixture) throws {
    let network = try network(fixture)
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticPreset.ortVNNI.spec)
    let lines = try fixture.samples()
    for index in stride(from: 0, to: lines.count, by: 2) {
      let codes = lines[index].map { network.quantizations[0].code(of: $0) }
      let output = executor.trace(codes) { _ in }
      let expected = lines[index + 1]
      try #require(output.count == expected.count)
      let meaning = network.quantizations[network.output]
      let differing = zip(output, expected).count { meaning.text(of: $0, like: $1) != $1 }
      #expect(differing == 0)
    }
  }

  @Test("every fixture has its layers listed")
  func complete() {
    #expect(Set(ONNXQuantizedFixture.good.map(\.name)) == Set(Self.kinds.keys))
  }

  @Test("a float graph stays a float network")
  func float() throws {
    guard case .float(let network) = try ONNXFile.imported(at: ONNXFixture.path("idle")) else {
      Issue.record("a graph without operators on codes is no quantized network")
      return
    }
    #expect(try network == ONNXFile.network(at: ONNXFixture.path("idle")))
  }

  /// What must be said about each wrong model.
  static let messages: [String: String] = [
    "bad_bias_scale":
      "node 'g': the scale 0.10000000149011612 and zero point 0 of its bias must be the input's "
      + "scale times the weights', 0.010000000707805157, and 0; quantize it again",
    "bad_channels":
      "node 'q' (QuantizeLinear, opset 21): scales of 3 do not fit a value of 1x4; export it again",
    "bad_codes":
      "node 'p': computes with codes; put DequantizeLinear before and QuantizeLinear behind it",
    "bad_computed_scale":
      "node 'q' (QuantizeLinear, opset 21): its scale must be constant; computed ones are not "
      + "supported",
    "bad_float8":
      "node 'q' (QuantizeLinear, opset 21): makes computed values float8e4m3fn, in which no layer "
      + "computes; use an integer of 2 to 16 bits",
    "bad_float_input":
      "node 'y' (DequantizeLinear, opset 21): reads a computed value that is no integer of 2 to 32 "
      + "bits; export the network again",
    "bad_parts":
      "node 'y' (QLinearConcat, opset 21): needs a scale and a zero point for each input; export it "
      + "again",
    "bad_scale":
      "node 'y' (QuantizeLinear, opset 21): its scale must be positive and finite; export the "
      + "network again",
    "bad_zero_point":
      "node 'y' (DequantizeLinear, opset 21): its zero point must be 1 integer(s) from 0 to 255; "
      + "export the network again",
  ]

  @Test("each wrong quantized model gives its own line", arguments: ONNXQuantizedFixture.bad)
  func refused(_ fixture: ONNXQuantizedFixture) throws {
    let message = try #require(Self.messages[fixture.name])
    #expect(throws: ONNXError(path: fixture.path, reason: message)) {
      try ONNXFile.imported(at: fixture.path)
    }
  }
}

extension ActivationQuantization {
  /// The code of a word of a fixture: an integer, or a float32 as hexadecimal bits.
  fileprivate func code(of word: String) -> Int32 {
    guard word.count == 8, let bits = UInt32(word, radix: 16) else { return Int32(word) ?? 0 }
    if format == .float32 { return Int32(bitPattern: bits) }
    let steps = (Float(bitPattern: bits) / Float(scale)).rounded(.toNearestOrEven)
    let limits = Float(codes.lowerBound - zeroPoint)...Float(codes.upperBound - zeroPoint)
    return Int32(min(max(steps, limits.lowerBound), limits.upperBound)) + Int32(zeroPoint)
  }

  /// The code as a fixture writes it: as an integer, or as what it stands for.
  fileprivate func text(of code: Int32, like word: String) -> String {
    guard word.count == 8, UInt32(word, radix: 16) != nil else { return String(code) }
    let real = Float(Int(code) - zeroPoint) * Float(scale)
    let bits = format == .float32 ? UInt32(bitPattern: code) : real.bitPattern
    let digits = String(bits, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
