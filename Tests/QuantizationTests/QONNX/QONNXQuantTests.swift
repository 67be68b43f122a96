import Quantization
import Testing

/// Facts of qonnx 1.0.0, computed with `int_quant`, `binary_quant` and `multithreshold` in float32.
@Suite struct QONNXQuantTests {
  static let inputs: [Float] = [
    -9, -4.2, -3, -1.1, -0.3, -0.1, 0, 0.1, 0.3, 0.7, 1.9, 3.3, 7.5, 40,
  ]

  static func quant(
    _ scale: Float, _ zeroPoint: Float, _ bits: Float, signed: Bool, narrow: Bool,
    _ rounding: QONNXRounding = .halfEven
  ) -> QONNXQuant {
    QONNXQuant(
      scale: scale, zeroPoint: zeroPoint, bits: bits, isSigned: signed, isNarrow: narrow,
      rounding: rounding)
  }

  static let facts: [(QONNXQuant, [Float])] = [
    (
      quant(0.5, 0, 4, signed: true, narrow: false),
      [-4, -4, -3, -1, -0.5, 0, 0, 0, 0.5, 0.5, 2, 3.5, 3.5, 3.5]
    ),
    (
      quant(0.5, 0, 4, signed: true, narrow: true),
      [-3.5, -3.5, -3, -1, -0.5, 0, 0, 0, 0.5, 0.5, 2, 3.5, 3.5, 3.5]
    ),
    (
      quant(0.5, 0, 4, signed: false, narrow: false),
      [0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 2, 3.5, 7.5, 7.5]
    ),
    (
      quant(0.5, 0, 4, signed: false, narrow: true),
      [0, 0, 0, 0, 0, 0, 0, 0, 0.5, 0.5, 2, 3.5, 7, 7]
    ),
    (
      quant(0.1, 3, 4, signed: false, narrow: false),
      [-0.3, -0.3, -0.3, -0.3, -0.3, -0.1, 0, 0.1, 0.3, 0.7, 1.2, 1.2, 1.2, 1.2]
    ),
    (
      quant(0.3, 0, 2, signed: true, narrow: true, .halfUp),
      [-0.3, -0.3, -0.3, -0.3, -0.3, 0, 0, 0, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3]
    ),
    (
      quant(0.25, 0, 1, signed: true, narrow: false),
      [-0.25, -0.25, -0.25, -0.25, -0.25, -0.25]
        + [Float](repeating: 0.25, count: 8)
    ),
    (
      quant(0.25, 0, 1, signed: false, narrow: false),
      [Float](repeating: 0, count: 8) + [Float](repeating: 0.25, count: 6)
    ),
    // Limits of 2.5 bits are -2.83 and 1.83; what is clipped to them is rounded outward.
    (
      quant(0.5, 0, 2.5, signed: true, narrow: false),
      [-1.5, -1.5, -1.5, -1, -0.5, 0, 0, 0, 0.5, 0.5, 1, 1, 1, 1]
    ),
    (
      quant(0.7, -2, 3, signed: true, narrow: false, .floor),
      [
        -1.4, -1.4, -1.4, -1.4, -0.7, -0.7, 0, 0, 0, 0.7, 1.4, 2.8, 3.5, 3.5,
      ]
    ),
    // A zero point of half a step: 0 is on no level.
    (
      quant(0.1, 0.5, 4, signed: true, narrow: false),
      [
        -0.85, -0.85, -0.85, -0.85, -0.25, -0.05, -0.05, 0.15000000596046448,
        0.3499999940395355, 0.6500000357627869, 0.6500000357627869, 0.6500000357627869,
        0.6500000357627869, 0.6500000357627869,
      ]
    ),
  ]

  @Test("Quant gives what qonnx gives", arguments: facts.indices)
  func quant(_ index: Int) {
    let (quant, expected) = Self.facts[index]
    #expect(Self.inputs.map { quant.value(of: $0) } == expected)
    let codes = Self.inputs.compactMap { QONNXQuantizer.quant(quant).code(of: $0) }
    let grid = QONNXQuantizer.quant(quant).grid
    #expect(codes.map { (Float($0) - grid.zeroPoint) * grid.step } == expected)
    #expect(codes.allSatisfy { QONNXQuantizer.quant(quant).codes?.contains($0) == true })
  }

  @Test("not a number has the lowest level, infinities the limits")
  func extremes() {
    let quant = Self.quant(1, 0, 4, signed: true, narrow: false)
    #expect(quant.level(of: .nan) == -8)
    #expect(quant.level(of: -.infinity) == -8)
    #expect(quant.level(of: .infinity) == 7)
  }

  @Test("BipolarQuant gives +1 for both zeros")
  func bipolar() {
    let quant = QONNXBipolarQuant(scale: 0.5)
    #expect([-1, -0.0, 0, 2].map { quant.value(of: $0) } == [-0.5, 0.5, 0.5, 0.5])
    #expect(QONNXQuantizer.bipolar(quant).codes == -1...1)
  }

  @Test("MultiThreshold counts the thresholds reached")
  func multiThreshold() {
    let first: [Float] = [-2, -1, 0, 1]
    let second: [Float] = [0.5, 0.25, 7, -9]
    func values(_ scale: Float, _ bias: Float, _ input: [Float], _ thresholds: [Float]) -> [Float] {
      let table = MultiThreshold(thresholds: thresholds, scale: scale, bias: bias)
      return input.map { table.value(of: $0) }
    }
    #expect(values(2, -1, first, [1, -1, 0]) == [-1, 1, 3, 5])
    #expect(values(2, -1, second, [0.3, 0.4, 6]) == [3, -1, 5, -1])
    #expect(values(0.5, 0.25, first, [-1, 0, 1]) == [0.25, 0.75, 1.25, 1.75])
    #expect(values(0.5, 0.25, second, [0.3, 0.4, 6]) == [1.25, 0.25, 1.75, 0.25])
    #expect(values(1, 0, second, [-1, 0, 1]) == [2, 2, 3, 0])
  }

  @Test("codes of MultiThreshold count whole or half steps from zero")
  func thresholdCodes() {
    let bipolar = QONNXQuantizer.thresholds(MultiThreshold(thresholds: [3], scale: 2, bias: -1))
    #expect([2, 3].map { bipolar.code(of: $0) } == [-1, 1])
    #expect(bipolar.grid.step == 1)
    #expect(bipolar.codes == -1...1)
    let shifted = QONNXQuantizer.thresholds(
      MultiThreshold(thresholds: [0, 1, 2], scale: 0.5, bias: -1))
    #expect([-1, 0, 1, 2].map { shifted.code(of: $0) } == [-2, -1, 0, 1])
    #expect(shifted.grid.step == 0.5)
    let odd = QONNXQuantizer.thresholds(MultiThreshold(thresholds: [0], scale: 1, bias: 0.3))
    #expect(odd.code(of: 0) == nil)
    #expect(odd.codes == nil)
  }
}
