import Quantization
import Testing

/// Facts of qonnx 1.0.0, computed with `trunc_v1` and `trunc_v2` in float32.
@Suite struct QONNXTruncTests {
  static let inputs: [Float] = [-13, -9, -4.5, -1, -0.5, 0, 0.5, 1, 3, 7, 7.5, 15, 31]

  static func first(
    _ scale: Float, _ zeroPoint: Float, _ inputBits: Float, _ bits: Float,
    _ rounding: QONNXRounding
  ) -> QONNXTrunc {
    QONNXTrunc(
      inputScale: scale, inputZeroPoint: zeroPoint, inputBits: inputBits, bits: bits,
      rounding: rounding)
  }

  static func second(
    _ scale: Float, _ zeroPoint: Float, to output: Float, _ bits: Float, signed: Bool,
    narrow: Bool, _ rounding: QONNXRounding
  ) -> QONNXTrunc {
    QONNXTrunc(
      inputScale: scale, inputZeroPoint: zeroPoint, inputBits: 8, bits: bits, rounding: rounding,
      output: QONNXTrunc.Output(scale: output, isSigned: signed, isNarrow: narrow))
  }

  static let facts: [(QONNXTrunc, [Float])] = [
    (first(0.5, 0, 8, 4, .floor), [-1, -1, -0.5, -0.5, -0.5, 0, 0, 0, 0, 0, 0, 0.5, 1.5]),
    (first(0.5, 0, 8, 6, .ceiling), [-3, -2, -1, 0, 0, 0, 0.5, 0.5, 1, 2, 2, 4, 8]),
    (first(1, 0, 5, 4, .halfEven), [-6, -4, -2, 0, 0, 0, 0, 0, 2, 4, 4, 8, 16]),
    (
      first(0.25, 2, 6, 4, .floor),
      [-3.75, -2.75, -1.5, -0.75, -0.5, -0.5, -0.25, -0.25, 0.25, 1.25, 1.5, 3.25, 7.25]
    ),
    (first(1, 0, 6, 3, .halfUp), [-2, -1, -1, 0, 0, 0, 0, 0, 0, 1, 1, 2, 4]),
    (
      second(0.5, 0, to: 2, 4, signed: true, narrow: false, .floor),
      [-14, -10, -6, -2, -2, 0, 0, 0, 2, 6, 6, 14, 14]
    ),
    (
      second(0.5, 0, to: 2, 3, signed: true, narrow: true, .floor),
      [-6, -6, -6, -2, -2, 0, 0, 0, 2, 6, 6, 6, 6]
    ),
    (
      second(1, 0, to: 4, 2, signed: false, narrow: false, .halfEven),
      [0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 8, 12, 12]
    ),
    (
      second(0.25, 4, to: 1, 5, signed: true, narrow: false, .ceiling),
      [-13, -9, -4, -1, 0, 0, 1, 1, 3, 7, 8, 14, 14]
    ),
  ]

  @Test("Trunc gives what qonnx gives", arguments: facts.indices)
  func trunc(_ index: Int) {
    let (trunc, expected) = Self.facts[index]
    #expect(Self.inputs.map { trunc.value(of: $0) } == expected)
    let quantizer = QONNXQuantizer.truncation(trunc)
    let codes = Self.inputs.compactMap { quantizer.code(of: $0) }
    #expect(codes.map { (Float($0) - quantizer.grid.zeroPoint) * quantizer.grid.step } == expected)
    #expect(codes.allSatisfy { quantizer.codes?.contains($0) ?? (trunc.output == nil) })
  }
}
