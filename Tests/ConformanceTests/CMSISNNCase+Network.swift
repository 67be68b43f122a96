import Networks
import Tensors

extension CMSISNNCase {
  /// A network that computes some elements of the batch, with what goes in and must come out.
  struct Part {
    var network: QuantizedNetwork
    var inputs: [[Int32]]
    var expected: [[Int32]]
  }

  /// The networks of the case: one, but for filters that start with another memory for each element.
  func parts() throws -> [Part] {
    let input = try codes("input")
    let expected = try codes("expected")
    switch fields.op {
    case "conv", "depthwise", "transpose_conv", "max_pool", "avg_pool", "fully_connected":
      return [try imagePart([fields], input, expected)]
    case "network": return [try imagePart(fields.layers ?? [], input, expected)]
    case "lstm":
      let isTimeMajor = fields.time_major ?? false
      let batch = isTimeMajor ? 1 : input.shape[0]
      var shape = input.shape
      var result = expected.shape
      if !isTimeMajor {
        shape.extents[0] = 1
        result.extents[0] = 1
      }
      return [
        Part(
          network: network(
            [(.lstm(try lstm()), [0], result)], input: shape,
            output: Self.quantization(
              bits: fields.output_bits, zeroPoint: fields.output_zero_point)),
          inputs: Self.split(input.elements, batch), expected: Self.split(expected.elements, batch))
      ]
    case "svdf":
      // [steps, batch, input] to sequences of each element.
      let batch = input.shape[1]
      let sequences = Self.split(input.transposed([1, 0, 2]).elements, batch)
      let results = Self.split(expected.elements, batch)
      return try (0..<batch).map { element in
        Part(
          network: network(
            [(.svdf(try svdf(batch: element)), [0], Shape([1, expected.shape[1]]))],
            input: Shape([1, input.shape[0], input.shape[2]]),
            output: Self.quantization(
              bits: fields.output_bits, zeroPoint: fields.output_zero_point)),
          inputs: [sequences[element]], expected: [results[element]])
      }
    default: return [try elementPart(input, expected)]
    }
  }

  /// A list of equal parts.
  static func split(_ codes: [Int32], _ count: Int) -> [[Int32]] {
    let size = codes.count / max(count, 1)
    return (0..<count).map { Array(codes[$0 * size..<($0 + 1) * size]) }
  }

  /// A network of layers; all values but the last have the input's quantization.
  func network(
    _ layers: [(QuantizedOperation, inputs: [Int], shape: Shape)], input: Shape,
    output: ActivationQuantization, others: [Int: ActivationQuantization] = [:]
  ) -> QuantizedNetwork {
    var quantizations = [ActivationQuantization](
      repeating: Self.quantization(bits: fields.input_bits, zeroPoint: fields.input_zero_point),
      count: layers.count + 1)
    quantizations[layers.count] = output
    for (value, quantization) in others { quantizations[value] = quantization }
    return QuantizedNetwork(
      name: name,
      layers: layers.enumerated().map { index, layer in
        QuantizedLayer(
          name: "layer \(index)", kind: fields.op, operation: layer.0, inputs: layer.inputs,
          clamp: index == layers.count - 1
            ? fields.activation?.closed ?? quantizations[index + 1].codes
            : quantizations[index + 1].codes)
      },
      shapes: [input] + layers.map(\.shape), quantizations: quantizations, output: layers.count)
  }
}
