import Quantization
import Testing

/// Facts of qonnx 1.0.0: `int_quant` with scale 1, zero point 0 and 8 signed bits.
@Suite struct QONNXRoundingTests {
  static let inputs: [Float] = [
    -2.5, -1.5, -1.25, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2.5,
  ]

  static let facts: [(String, [Float])] = [
    ("ROUND", [-2, -2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2]),
    ("HALF_EVEN", [-2, -2, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2]),
    ("CEIL", [-2, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3]),
    ("FLOOR", [-3, -2, -2, -1, -1, -1, -1, 0, 0, 0, 0, 1, 1, 1, 2]),
    ("UP", [-3, -2, -2, -1, -1, -1, -1, 0, 1, 1, 1, 1, 2, 2, 3]),
    ("DOWN", [-2, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2]),
    ("HALF_UP", [-3, -2, -1, -1, -1, -1, 0, 0, 0, 1, 1, 1, 1, 2, 3]),
    ("HALF_DOWN", [-2, -1, -1, -1, -1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2]),
  ]

  @Test("each rounding name gives what qonnx gives", arguments: facts.indices)
  func names(_ index: Int) throws {
    let (name, expected) = Self.facts[index]
    for spelling in [name, name.lowercased()] {
      let rounding = try #require(QONNXRounding(spelling: spelling))
      let quant = QONNXQuant(
        scale: 1, zeroPoint: 0, bits: 8, isSigned: true, isNarrow: false, rounding: rounding)
      #expect(Self.inputs.map { quant.value(of: $0) } == expected, "\(name)")
    }
  }

  @Test("an unknown rounding name has no mode")
  func unknown() {
    #expect(QONNXRounding(spelling: "STOCHASTIC") == nil)
    #expect(QONNXRounding(spelling: "") == nil)
  }
}
