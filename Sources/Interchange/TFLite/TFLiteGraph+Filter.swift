internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// SVDF with int8 input and weights and a memory of int8 or int16.
  ///
  /// - Source: TFLM `svdf_common.cc`.
  mutating func takeSVDF(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let rank = try options(operation).int(0)
    let output = try output(of: operation)
    let value = try value(of: try input(0, of: operation))
    let weights = try input(1, of: operation)
    let time = try input(2, of: operation)
    let state = try input(4, of: operation)
    let (filters, memory) = (weights.extents.first ?? 0, time.extents.last ?? 0)
    guard rank > 0, filters % rank == 0, extents[value].count == 2, extents[value][0] == 1,
      weights.extents == [filters, extents[value][1]], time.extents == [filters, memory],
      output.extents == [1, filters / rank], state.count == filters * memory
    else {
      throw problem(operation, "its weights, memory and output do not fit; convert it again")
    }
    try check([rank, filters, memory, extents[value][1]], operation)
    let multipliers = try filterMultipliers(
      operation, source: quantizations[value], weights, time, state,
      result: try output.quantization())
    let svdf = QuantizedSVDF(
      rank: rank, weights: Tensor(shape: Shape(weights.extents), elements: try codes(weights)),
      timeWeights: Tensor(shape: Shape(time.extents), elements: try codes(time)),
      bias: try plainBias(try optionalInput(3, of: operation), filters / rank, operation),
      stateClamp: try state.quantization().codes, featureMultiplier: multipliers.feature,
      outputMultiplier: multipliers.output)
    let range = try fusedRange(try options(operation).byte(1), operation)
    let result = try output.quantization()
    let layer = try append(
      .svdf(svdf), kind: "svdf", name: output.name, inputs: [value], extents: output.extents,
      quantization: result, clamp: try clamp(range, result, operation))
    try define(output, as: layer, by: operation)
  }

  /// The rescaling of features to memory and of memory to output: products and quotients in float32.
  private func filterMultipliers(
    _ operation: TFLiteOperator, source: ActivationQuantization, _ weights: TFLiteTensor,
    _ time: TFLiteTensor, _ state: TFLiteTensor, result: ActivationQuantization
  ) throws(TFLiteProblem) -> (feature: QuantizedMultiplier, output: QuantizedMultiplier) {
    let bytes = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
    guard source.format == bytes, result.format == bytes, weights.type == .int8,
      time.type == .int8 || time.type == .int16, state.type == .int8 || state.type == .int16
    else {
      throw problem(operation, "must be int8 with a memory of int8 or int16; quantize the model")
    }
    let memory = try state.quantization()
    guard memory.zeroPoint == 0, weights.scales.count == 1, time.scales.count == 1,
      (weights.scales + time.scales).allSatisfy(TFLiteTensor.sane.contains),
      (weights.zeroPoints + time.zeroPoints).allSatisfy({ $0 == 0 })
    else {
      throw problem(operation, "its weights and memory must have one scale and no zero point")
    }
    let scale = Float(memory.scale)
    return (
      QuantizedMultiplier(Double(Float(source.scale) * weights.scales[0] / scale)),
      QuantizedMultiplier(Double(scale * time.scales[0] / Float(result.scale)))
    )
  }
}
