internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// The positions of the inputs of UNIDIRECTIONAL_SEQUENCE_LSTM, gates in the order input, forget, cell,
  /// output.
  private enum LSTMInput {
    static let weights = 1
    static let recurrent = 5
    static let bias = 12
    static let hidden = 18
    static let cell = 19
    /// Peepholes, projection and layer normalisation.
    static let unsupported = [9, 10, 11, 16, 17, 20, 21, 22, 23]
  }

  /// UNIDIRECTIONAL_SEQUENCE_LSTM without peephole, projection and layer normalisation.
  mutating func takeLSTM(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let options = try options(operation)
    let output = try output(of: operation)
    let value = try value(of: try input(0, of: operation))
    let clip = try options.float(1)
    let isTimeMajor = try options.bool(3)
    for position in LSTMInput.unsupported
    where try optionalInput(position, of: operation) != nil {
      throw problem(
        operation,
        "input \(position) (peephole, projection or layer normalisation) is not "
          + "supported; train the network without it")
    }
    guard try options.byte(0) == 4, try !options.bool(5), extents[value].count == 3,
      extents[value][isTimeMajor ? 1 : 0] == 1, output.extents.count == 3,
      output.extents.dropLast() == extents[value].dropLast()
    else {
      throw problem(
        operation, "must read one sequence, write all steps and use TANH; convert it again")
    }
    let inputs = extents[value][2]
    let units = output.extents[2]
    try check([inputs, units], operation)
    for (position, columns) in [(LSTMInput.weights, inputs), (LSTMInput.recurrent, units)] {
      for gate in 0..<4 {
        let weights = try input(position + gate, of: operation)
        guard weights.extents == [units, columns] else {
          throw problem(
            operation, "\(weights.place) is \(Shape(weights.extents)), expected \(units)x\(columns)"
          )
        }
      }
    }
    if quantizations[value].format == .float32 {
      guard clip == 0 else {
        throw problem(operation, "clips its cell, which is not supported in float32")
      }
      return try takeFloatLSTM(operation, value, output, units, inputs, isTimeMajor)
    }
    try takeIntegerLSTM(operation, value, output, units, clip: clip, isTimeMajor)
  }

  /// Gates in ONNX order: input, output, forget, cell.
  private mutating func takeFloatLSTM(
    _ operation: TFLiteOperator, _ value: Int, _ output: TFLiteTensor, _ units: Int,
    _ inputs: Int, _ isTimeMajor: Bool
  ) throws(TFLiteProblem) {
    var stacks: [[Float]] = [[], [], []]
    for gate in [0, 3, 1, 2] {
      stacks[0] += try floats(try input(LSTMInput.weights + gate, of: operation))
      stacks[1] += try floats(try input(LSTMInput.recurrent + gate, of: operation))
      let bias = try optionalInput(LSTMInput.bias + gate, of: operation)
      stacks[2] +=
        try floatBias(bias, units, operation) ?? [Float](repeating: 0, count: units)
    }
    let lstm = LSTM(
      units: units, inputs: inputs,
      inputWeights: Tensor(shape: Shape([4 * units, inputs]), elements: stacks[0]),
      hiddenWeights: Tensor(shape: Shape([4 * units, units]), elements: stacks[1]),
      bias: stacks[2], isBatchFirst: !isTimeMajor)
    let layer = try append(
      .float(.lstm(lstm)), kind: "lstm", name: output.name, inputs: [value],
      extents: output.extents, quantization: try output.quantization())
    try define(output, as: layer, by: operation)
  }

  /// Int8 input, state and weights, int16 gates and cell.
  ///
  /// - Source: TFLite `lstm.cc`, `PopulateQuantizedLstmParams8x8_16`; TFLM `lstm_eval_common.cc`.
  private mutating func takeIntegerLSTM(
    _ operation: TFLiteOperator, _ value: Int, _ output: TFLiteTensor, _ units: Int,
    clip: Float, _ isTimeMajor: Bool
  ) throws(TFLiteProblem) {
    let result = try output.quantization()
    let hidden = try input(LSTMInput.hidden, of: operation)
    let cell = try input(LSTMInput.cell, of: operation)
    let bytes = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
    let scale = try cell.quantization().scale
    guard quantizations[value].format == bytes, result.format == bytes,
      try hidden.quantization() == result, hidden.count == units, cell.count == units,
      cell.type == .int16, cell.zeroPoints.allSatisfy({ $0 == 0 }), scale.significand == 1,
      (-15...0).contains(scale.exponent)
    else {
      throw problem(
        operation,
        "must be int8 with an int16 cell of a power-of-two scale, and its hidden state "
          + "must share the output's scale and zero point; quantize the model again")
    }
    guard clip.isFinite, clip >= 0 else {
      throw problem(operation, "clips its cell at \(clip); use a number from 0 up")
    }
    var gates: [QuantizedGate] = []
    for gate in 0..<4 {
      gates.append(
        try self.gate(gate, operation, input: quantizations[value], hidden: result, units))
    }
    let unit = 0x1p-15
    let lstm = QuantizedLSTM(
      inputGate: gates[0], forgetGate: gates[1], cellGate: gates[2], outputGate: gates[3],
      cellExponent: Int(scale.exponent), cellClip: Int(min(Double(clip) / scale, 32767)),
      forgetToCell: QuantizedMultiplier(unit * scale / scale),
      inputToCell: QuantizedMultiplier(unit * unit / scale),
      output: QuantizedMultiplier(unit * unit / result.scale), isTimeMajor: isTimeMajor)
    let layer = try append(
      .lstm(lstm), kind: "lstm", name: output.name, inputs: [value], extents: output.extents,
      quantization: result)
    try define(output, as: layer, by: operation)
  }

  /// One gate; products of two scales are taken in float32.
  private mutating func gate(
    _ gate: Int, _ operation: TFLiteOperator, input source: ActivationQuantization,
    hidden: ActivationQuantization, _ units: Int
  ) throws(TFLiteProblem) -> QuantizedGate {
    var tensors: [Tensor<Int32>] = []
    var multipliers: [QuantizedMultiplier] = []
    for (position, quantization) in [(LSTMInput.weights, source), (LSTMInput.recurrent, hidden)] {
      let weights = try input(position + gate, of: operation)
      guard weights.type == .int8, weights.scales.count == 1,
        TFLiteTensor.sane.contains(weights.scales[0]), weights.zeroPoints.allSatisfy({ $0 == 0 })
      else {
        throw problem(operation, "\(weights.place) must be int8 with one scale and no zero point")
      }
      tensors.append(Tensor(shape: Shape(weights.extents), elements: try codes(weights)))
      multipliers.append(
        QuantizedMultiplier(Double(weights.scales[0] * Float(quantization.scale)) / 0x1p-12))
    }
    let stored = try optionalInput(LSTMInput.bias + gate, of: operation)
    let bias = try plainBias(stored, units, operation)
    return QuantizedGate(
      inputWeights: tensors[0], hiddenWeights: tensors[1], bias: bias,
      inputMultiplier: multipliers[0], hiddenMultiplier: multipliers[1])
  }

  private mutating func plainBias(
    _ tensor: TFLiteTensor?, _ units: Int, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> [Int] {
    guard let tensor else { return [Int](repeating: 0, count: units) }
    guard tensor.type == .int32, tensor.count == units else {
      throw problem(operation, "\(tensor.place) must be int32 of \(units) elements")
    }
    return try integers(tensor)
  }

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
    let (source, result) = (quantizations[value], try output.quantization())
    let (filters, memory) = (weights.extents.first ?? 0, time.extents.last ?? 0)
    let bytes = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
    guard source.format == bytes, result.format == bytes, weights.type == .int8,
      time.type == .int8 || time.type == .int16, state.type == .int8 || state.type == .int16
    else {
      throw problem(operation, "must be int8 with a memory of int8 or int16; quantize the model")
    }
    guard rank > 0, filters % rank == 0, extents[value].count == 2, extents[value][0] == 1,
      weights.extents == [filters, extents[value][1]], time.extents == [filters, memory],
      output.extents == [1, filters / rank], state.count == filters * memory
    else {
      throw problem(operation, "its weights, memory and output do not fit; convert it again")
    }
    try check([rank, filters, memory, extents[value][1]], operation)
    let remembered = try state.quantization()
    let scales = weights.scales + time.scales
    guard remembered.zeroPoint == 0, weights.scales.count == 1, time.scales.count == 1,
      scales.allSatisfy(TFLiteTensor.sane.contains),
      (weights.zeroPoints + time.zeroPoints).allSatisfy({ $0 == 0 })
    else {
      throw problem(operation, "its weights and memory must have one scale and no zero point")
    }
    let stateScale = Float(remembered.scale)
    let svdf = QuantizedSVDF(
      rank: rank, weights: Tensor(shape: Shape(weights.extents), elements: try codes(weights)),
      timeWeights: Tensor(shape: Shape(time.extents), elements: try codes(time)),
      bias: try plainBias(try optionalInput(3, of: operation), filters / rank, operation),
      stateClamp: remembered.codes,
      featureMultiplier: QuantizedMultiplier(
        Double(Float(source.scale) * scales[0] / stateScale)),
      outputMultiplier: QuantizedMultiplier(
        Double(stateScale * scales[1] / Float(result.scale))))
    let activation = try options(operation).byte(1)
    let layer = try append(
      .svdf(svdf), kind: "svdf", name: output.name, inputs: [value], extents: output.extents,
      quantization: result,
      clamp: try clamp(try fusedRange(activation, operation), result, operation))
    try define(output, as: layer, by: operation)
  }
}
