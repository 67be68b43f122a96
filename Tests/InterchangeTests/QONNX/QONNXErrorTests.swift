import Interchange
import Networks
import TestRandomness
import Testing

@Suite struct QONNXErrorTests {
  static let messages: [(String, String)] = [
    (
      "scale",
      "node 'n_q' (Quant, opset 13): has a scale of 0.0 and a zero point of 0.0; scales are "
        + "positive, both are finite"
    ),
    (
      "rounding",
      "node 'n_q' (Quant, opset 13): rounding_mode 'STOCHASTIC' is unknown; use ROUND, HALF_EVEN, "
        + "CEIL, FLOOR, UP, DOWN, HALF_UP, HALF_DOWN"
    ),
    ("width", "node 'n_q' (Quant, opset 13): has a bit width of 40.0; use 1 to 32 bits"),
    (
      "zero_point",
      "node 'n_q': its zero point is no whole number, or its levels are not finite; use whole zero "
        + "points"
    ),
    (
      "computed",
      "node 'n_q' (Quant, opset 13): its scale must be constant; computed ones are not supported"
    ),
    (
      "missing",
      "node 'n_q' (Quant, opset 13): input 3 (bit width) is missing; export the network again"
    ),
    (
      "axes",
      "node 'n_q' (Quant, opset 13): its scale is 2x2 on a value of 1x2x2; give a finite number, or "
        + "one for each place along one axis"
    ),
    (
      "rows",
      "node 'n_q' (MultiThreshold, opset 13): has thresholds of 3 channels on a value of 1x4 in "
        + "layout 'NC'; give one row a channel, or one row"
    ),
    (
      "bias",
      "node 'n_q' (MultiThreshold, opset 13): its levels are no whole numbers of steps; use a whole "
        + "zero point and an out_bias of whole or half steps"
    ),
    (
      "none",
      "has no QONNX quantizer, nor integer weights with Sign; read it as a float network"
    ),
  ]

  @Test("each wrong model has its message", arguments: messages.indices)
  func message(_ index: Int) throws {
    let (name, expected) = Self.messages[index]
    let bytes = try QONNXFixture.bytes("bad_" + name)
    #expect(throws: ONNXError(path: "m.onnx", reason: expected)) {
      try QONNXFile.network(from: bytes, path: "m.onnx")
    }
  }

  @Test("an operator of QONNX that is not supported is named")
  func unknownOperator() throws {
    let bytes = try QONNXFixture.bytes("bad_operator")
    let error = #expect(throws: ONNXError.self) {
      try QONNXFile.network(from: bytes, path: "m.onnx")
    }
    #expect(error?.reason.contains("FloatQuant of domain qonnx.custom_op.general") == true)
  }

  /// Whether the bytes are refused, in one line.
  @discardableResult
  private func survives(_ bytes: [UInt8]) -> Bool {
    do throws(ONNXError) {
      _ = try QONNXFile.network(from: bytes, path: "m.onnx")
      return false
    } catch {
      #expect(error.description.hasPrefix("m.onnx: "))
      #expect(!error.description.contains("\n"))
      return true
    }
  }

  @Test("every prefix of a file is refused or read", arguments: QONNXFixture.all)
  func truncated(_ fixture: QONNXFixture) throws {
    let bytes = try QONNXFixture.bytes(fixture.name)
    var refused = 0
    for count in bytes.indices where survives(Array(bytes[..<count])) { refused += 1 }
    #expect(refused > bytes.count / 2)
  }

  @Test("every changed byte is refused or read", arguments: QONNXFixture.all)
  func changed(_ fixture: QONNXFixture) throws {
    var bytes = try QONNXFixture.bytes(fixture.name)
    var refused = 0
    for index in bytes.indices {
      let original = bytes[index]
      for mask: UInt8 in [0x01, 0x80] {
        bytes[index] = original ^ mask
        if survives(bytes) { refused += 1 }
      }
      bytes[index] = original
    }
    #expect(refused > 0)
  }

  @Test("random bytes in random places are refused or read", arguments: 1...20)
  func random(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for fixture in QONNXFixture.all {
      var bytes = try QONNXFixture.bytes(fixture.name)
      for _ in 0..<8 {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
        survives(bytes)
      }
    }
  }
}
