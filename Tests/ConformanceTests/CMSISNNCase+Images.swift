import Networks
import Tensors

extension CMSISNNCase {
  /// A chain of operators on images (NHWC in the files, ONNX axis order in the engine) and vectors.
  func imagePart(
    _ operators: [CMSISNNOperator], _ input: Tensor<Int32>, _ expected: Tensor<Int32>
  ) throws -> Part {
    var first = operators.first?.input_shape.map { Shape($0) } ?? input.shape
    let batch = first[0]
    first.extents[0] = 1
    var layers: [QuantizedLayer] = []
    var shapes = [Self.channelsFirst(first)]
    var quantizations = [
      Self.quantization(
        bits: fields.input_bits, zeroPoint: operators.first?.input_zero_point)
    ]
    var stored = first
    for op in operators {
      var shape = op.output_shape.map { Shape($0) } ?? expected.shape
      shape.extents[0] = 1
      if let wanted = op.input_shape.map({ Shape($0) }), wanted.rank != stored.rank {
        layers.append(
          QuantizedLayer(
            name: "layer \(layers.count)", kind: "reshape", operation: .reshape,
            inputs: [layers.count], clamp: quantizations[layers.count].codes))
        shapes.append(wanted)
        quantizations.append(quantizations[layers.count - 1])
        stored = wanted
      }
      let (operation, output) = try imageOperation(
        op, input: stored, output: shape, source: quantizations[layers.count])
      layers.append(
        QuantizedLayer(
          name: "layer \(layers.count)", kind: op.op == "fully_connected" ? "fc" : op.op,
          operation: operation, inputs: [layers.count],
          clamp: op.activation?.closed ?? output.codes))
      shapes.append(Self.channelsFirst(shape))
      quantizations.append(output)
      stored = shape
    }
    let network = QuantizedNetwork(
      name: name, layers: layers, shapes: shapes, quantizations: quantizations,
      output: layers.count)
    return Part(
      network: network, inputs: Self.samples(input.elements, batch, first),
      expected: Self.samples(expected.elements, batch, stored))
  }

  /// One operator, with the quantization of what it gives.
  private func imageOperation(
    _ op: CMSISNNOperator, input: Shape, output: Shape, source: ActivationQuantization
  ) throws -> (QuantizedOperation, ActivationQuantization) {
    switch op.op {
    case "max_pool", "avg_pool":
      var window = WindowGeometry(
        height: input[1], width: input[2], kernelHeight: op.window?.y ?? 1,
        kernelWidth: op.window?.x ?? 1)
      Self.slide(&window, op)
      return (
        .pool(Pool(kind: op.op == "max_pool" ? .max : .average, window: window)), source
      )
    case "softmax":
      return (
        .softmax(axis: op.axis ?? 1, beta: try beta(op)), Self.softmaxOutput(bits: 8)
      )
    default:
      return (
        .linear(try linear(op, input: input, output: output)),
        Self.quantization(
          bits: op.output_bits ?? fields.output_bits, zeroPoint: op.output_zero_point)
      )
    }
  }

  private static func channelsFirst(_ shape: Shape) -> Shape {
    shape.rank == 4 ? shape.permuted([0, 3, 1, 2]) : shape
  }

  /// The elements of a batch, images with channels first.
  private static func samples(_ codes: [Int32], _ batch: Int, _ shape: Shape) -> [[Int32]] {
    split(codes, batch).map { sample in
      shape.rank == 4
        ? Tensor(shape: shape, elements: sample).transposed([0, 3, 1, 2]).elements : sample
    }
  }
}
