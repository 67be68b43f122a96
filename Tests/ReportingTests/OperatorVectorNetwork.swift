import Arithmetic
import Execution
import Networks
import Tensors

/// A quantized network of the operators that are no layers of products, made by hand, for golden vectors.
enum OperatorVectorNetwork {
  private static func codes(_ scale: Double, _ zeroPoint: Int, bits: Int = 8)
    -> ActivationQuantization
  {
    ActivationQuantization(
      format: .affine(IntegerFormat(bits: bits, isSigned: true)), scale: scale,
      zeroPoint: zeroPoint)
  }

  /// One layer: its name, operation, inputs, quantization and shape.
  private typealias Entry = (
    name: String, operation: QuantizedOperation, inputs: [Int],
    output: ActivationQuantization, shape: [Int]
  )

  static func network() -> QuantizedNetwork {
    let image = [1, 4, 3, 5]
    let first = codes(0.25, 3)
    let byte = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: false)), scale: 1, zeroPoint: 0)
    let tables = (0..<4).map { channel in
      ThresholdTable(
        thresholds: (0..<channel).map { 20 * $0 - 25 }, codes: (0...channel).map { Int32($0) - 2 })
    }
    // Every scale is a power of two, for the flavours that shift.
    let entries: [Entry] = [
      ("leaky", .leakyRelu(slope: 0.3), [0], first, image),
      ("rescaled", .requantize, [1], codes(0.5, -7), image),
      ("counted", .thresholds(tables, axis: 1), [2], codes(1, 0), image),
      ("constant", .constant((0..<60).map { 2 * $0 - 60 }), [], first, image),
      ("larger", .binary(.maximum), [1, 4], first, image),
      ("plane", .constant((0..<12).map { 9 * $0 - 50 }), [], first, [4, 3, 1]),
      ("smaller", .binary(.minimum), [5, 6], first, image),
      (
        "product", .matrixProduct(MatrixProduct(transposesSecond: true)), [7, 1], codes(4, -3),
        [1, 4, 3, 3]
      ),
      (
        "part", .slice(Slice(begin: [0, 3, 0, 4], steps: [1, -1, 1, -2], counts: [1, 3, 2, 3])),
        [7], first, [1, 3, 2, 3]
      ),
      ("reals", .dequantize, [9], .float32, [1, 3, 2, 3]),
      ("tanh", .float(.activation(.tanh)), [10], .float32, [1, 3, 2, 3]),
      ("quantized", .quantize, [11], codes(0.0625, 5), [1, 3, 2, 3]),
      ("offsets", .dynamicQuantize, [10], codes(1, 0, bits: 9), [1, 3, 2, 3]),
      ("scale", .dynamicScale, [10], .float32, [1]),
      ("zero", .dynamicZeroPoint, [10], byte, [1]),
    ]
    return QuantizedNetwork(
      name: "operators",
      layers: entries.map {
        QuantizedLayer(
          name: $0.name, kind: $0.name, operation: $0.operation, inputs: $0.inputs,
          clamp: $0.output.codes)
      }, shapes: [Shape(image)] + entries.map { Shape($0.shape) },
      quantizations: [codes(0.125, -4)] + entries.map(\.output), output: entries.count)
  }

  /// The input codes of a sample.
  static func codes(_ sample: Int) -> [Int32] {
    (0..<60).map { Int32(($0 * 37 + sample * 101) % 256 - 128) }
  }
}
