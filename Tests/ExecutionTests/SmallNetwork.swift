import Arithmetic
import Execution
import Networks
import Tensors

/// Builds networks of one integer layer and runs them.
enum SmallNetwork {
  static let int8 = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
  static let uint8 = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: false))

  /// A quantization of int8 codes.
  static func signed(_ scale: Double, _ zeroPoint: Int = 0) -> ActivationQuantization {
    ActivationQuantization(format: int8, scale: scale, zeroPoint: zeroPoint)
  }

  /// A quantization of uint8 codes.
  static func unsigned(_ scale: Double, _ zeroPoint: Int = 0) -> ActivationQuantization {
    ActivationQuantization(format: uint8, scale: scale, zeroPoint: zeroPoint)
  }

  /// The output codes of one layer that reads the network's input, as often as `reads` says.
  static func codes(
    _ operation: QuantizedOperation, kind: String = "layer", input: ActivationQuantization,
    shape: Shape, output: ActivationQuantization, outputShape: Shape,
    clamp: ClosedRange<Int>? = nil, reads: Int = 1, arithmetic: ArithmeticSpec = ArithmeticSpec(),
    _ codes: [Int32]
  ) throws -> [Int32] {
    let network = QuantizedNetwork(
      name: "small",
      layers: [
        QuantizedLayer(
          name: "layer", kind: kind, operation: operation,
          inputs: [Int](repeating: 0, count: reads), clamp: clamp ?? output.codes)
      ], shapes: [shape, outputShape], quantizations: [input, output], output: 1)
    return try IntegerExecutor(network, arithmetic: arithmetic).trace(codes) { _ in }
  }

  /// The output codes of a layer of two 8-bit inputs.
  ///
  /// The network's one input holds both codes of a place in 16 bits; two tables take them apart.
  static func codes(
    _ operation: QuantizedOperation, first: ActivationQuantization,
    second: ActivationQuantization, output: ActivationQuantization, shape: Shape,
    outputShape: Shape, clamp: ClosedRange<Int>? = nil,
    arithmetic: ArithmeticSpec = ArithmeticSpec(), _ left: [Int32], _ right: [Int32]
  ) throws -> [Int32] {
    let pair = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 16, isSigned: false)), scale: 1, zeroPoint: 0)
    func table(_ quantization: ActivationQuantization, _ code: (Int) -> Int) -> [Int32] {
      pair.codes.map { Int32(code($0) + quantization.codes.lowerBound) }
    }
    let network = QuantizedNetwork(
      name: "pair",
      layers: [
        QuantizedLayer(
          name: "first", kind: "activation", operation: .table(table(first) { $0 >> 8 }),
          inputs: [0], clamp: first.codes),
        QuantizedLayer(
          name: "second", kind: "activation", operation: .table(table(second) { $0 & 255 }),
          inputs: [0], clamp: second.codes),
        QuantizedLayer(
          name: "layer", kind: "layer", operation: operation, inputs: [1, 2],
          clamp: clamp ?? output.codes),
      ], shapes: [shape, shape, shape, outputShape],
      quantizations: [pair, first, second, output], output: 3)
    let codes = zip(left, right).map { left, right in
      (left - Int32(first.codes.lowerBound)) << 8 | (right - Int32(second.codes.lowerBound))
    }
    return try IntegerExecutor(network, arithmetic: arithmetic).trace(codes) { _ in }
  }
}
