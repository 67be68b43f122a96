import Arithmetic
import Networks
import Tensors

extension CMSISNNCase {
  /// An operator for which the axes of the file are those of the engine: the whole batch in one.
  func elementPart(_ input: Tensor<Int32>, _ expected: Tensor<Int32>) throws -> Part {
    let output = Self.quantization(
      bits: fields.output_bits, zeroPoint: fields.output_zero_point)
    let network: QuantizedNetwork
    switch fields.op {
    case "pad":
      network = self.network(
        [
          (
            .pad(
              before: fields.pad_before ?? [], after: fields.pad_after ?? [],
              code: fields.pad_value ?? 0), [0], expected.shape
          )
        ], input: input.shape, output: output)
    case "transpose":
      network = self.network(
        [(.transpose(fields.permutation ?? []), [0], expected.shape)], input: input.shape,
        output: output)
    case "softmax":
      network = self.network(
        [(.softmax(axis: fields.axis ?? 1, beta: try beta(fields)), [0], expected.shape)],
        input: input.shape, output: Self.softmaxOutput(bits: fields.output_bits ?? 8))
    default:
      let second = try codes("input2")
      let (first, other, result) = try scales()
      network = self.network(
        [
          (.constant(second.elements), [], second.shape),
          (try binary(), [0, 1], expected.shape),
        ], input: input.shape,
        output: Self.quantization(
          bits: fields.output_bits, zeroPoint: fields.output_zero_point, scale: result),
        others: [
          0: Self.quantization(
            bits: fields.input_bits, zeroPoint: fields.input_zero_point, scale: first),
          1: Self.quantization(
            bits: fields.input_bits, zeroPoint: fields.input2_zero_point, scale: other),
        ])
    }
    return Part(network: network, inputs: [input.elements], expected: [expected.elements])
  }

  /// The operation of a case with two inputs.
  private func binary() throws -> QuantizedOperation {
    switch fields.op {
    case "add": .binary(.add)
    case "mul": .binary(.multiply)
    case "maximum": .binary(.maximum)
    case "minimum": .binary(.minimum)
    case "batch_matmul":
      .matrixProduct(
        MatrixProduct(
          transposesFirst: fields.adj_x ?? false, transposesSecond: fields.adj_y ?? false))
    default: throw CMSISNNProblem.unknown(fields.op)
    }
  }

  /// Scales of both inputs and the output that give the recorded multipliers.
  private func scales() throws -> (Double, Double, Double) {
    let multipliers = try multipliers()
    if fields.op == "add" {
      // Recorded are s1 / 2max, s2 / 2max and 2max / (2^shift s_y).
      let shift = (fields.input_bits ?? 8) > 8 ? 15 : 20
      let unit = Double(sign: .plus, exponent: shift, significand: 1)
      return (2 * multipliers[0], 2 * multipliers[1], 2 / (unit * multipliers[2]))
    }
    return (multipliers.first ?? 1, 1, 1)
  }

  /// The factor of the exponents that gives a softmax of scale 1 its recorded multiplier.
  ///
  /// 8 bits: `beta * 2^26`; 16 bits: `beta / (10 / 65535)`, the step of the table.
  func beta(_ op: CMSISNNOperator) throws -> Double {
    let multiplier = try multipliers(of: op).first ?? 1
    return (fields.input_bits ?? 8) > 8 ? multiplier * 10 / 65535 : multiplier * 0x1p-26
  }

  /// What softmax gives: codes from the lowest one, all of them for 1; 16 bits in Q0.15.
  static func softmaxOutput(bits: Int) -> ActivationQuantization {
    bits > 8
      ? quantization(bits: 16, zeroPoint: 0, scale: 0x1p-15)
      : quantization(bits: 8, zeroPoint: -128, scale: 0x1p-8)
  }
}
