import Arithmetic
import Execution
import Networks
import Tensors

/// A network of one operator whose operands are constants, in ONNX axis order.
struct OperatorNetwork {
  /// One operand.
  struct Operand {
    var codes: [Int32]
    var shape: Shape
    var quantization: ActivationQuantization
  }

  /// A quantization of integer codes.
  static func codes(
    _ bits: Int, _ scale: Double = 1, _ zeroPoint: Int = 0, isSigned: Bool = true
  ) -> ActivationQuantization {
    ActivationQuantization(
      format: .affine(IntegerFormat(bits: bits, isSigned: isSigned)), scale: scale,
      zeroPoint: zeroPoint)
  }

  /// Bit patterns of float32 numbers.
  static func patterns(_ values: [Float]) -> [Int32] {
    values.map { Int32(bitPattern: $0.bitPattern) }
  }

  /// The float32 numbers of bit patterns.
  static func reals(_ patterns: [Int32]) -> [Float] {
    patterns.map { Float(bitPattern: UInt32(bitPattern: $0)) }
  }

  /// The executor of an operator on these operands.
  static func executor(
    _ operation: QuantizedOperation, of operands: [Operand], output: ActivationQuantization,
    shape: Shape, clamp: ClosedRange<Int>? = nil, arithmetic: ArithmeticSpec = ArithmeticSpec()
  ) throws -> IntegerExecutor {
    var layers = operands.enumerated().map { index, operand in
      QuantizedLayer(
        name: "operand \(index)", kind: "constant", operation: .constant(operand.codes),
        inputs: [], clamp: operand.quantization.codes)
    }
    layers.append(
      QuantizedLayer(
        name: "operator", kind: "operator", operation: operation,
        inputs: Array(1...operands.count), clamp: clamp ?? output.codes))
    let network = QuantizedNetwork(
      name: "operator", layers: layers,
      shapes: [Shape([1, 1])] + operands.map(\.shape) + [shape],
      quantizations: [codes(8)] + operands.map(\.quantization) + [output],
      output: operands.count + 1)
    return try IntegerExecutor(network, arithmetic: arithmetic)
  }

  /// The result of an operator on these operands.
  static func result(
    _ operation: QuantizedOperation, of operands: [Operand], output: ActivationQuantization,
    shape: Shape, clamp: ClosedRange<Int>? = nil, arithmetic: ArithmeticSpec = ArithmeticSpec()
  ) throws -> [Int32] {
    try executor(
      operation, of: operands, output: output, shape: shape, clamp: clamp, arithmetic: arithmetic
    ).trace([0]) { _ in }
  }
}
