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
    guard clip.isFinite, clip >= 0 else {
      throw problem(operation, "clips its cell at \(clip); use a number from 0 up")
    }
    if quantizations[value].format == .float32 {
      return try takeFloatLSTM(
        operation, value, output, units, inputs, clip: clip, isTimeMajor)
    }
    try takeIntegerLSTM(operation, value, output, units, clip: clip, isTimeMajor)
  }

  /// Gates in ONNX order: input, output, forget, cell.
  private mutating func takeFloatLSTM(
    _ operation: TFLiteOperator, _ value: Int, _ output: TFLiteTensor, _ units: Int,
    _ inputs: Int, clip: Float, _ isTimeMajor: Bool
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
      bias: stacks[2], isBatchFirst: !isTimeMajor, cellClip: clip > 0 ? clip : nil)
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

  /// An int32 bias; zeros when it is absent.
  mutating func plainBias(
    _ tensor: TFLiteTensor?, _ units: Int, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> [Int] {
    guard let tensor else { return [Int](repeating: 0, count: units) }
    guard tensor.type == .int32, tensor.count == units else {
      throw problem(operation, "\(tensor.place) must be int32 of \(units) elements")
    }
    return try integers(tensor)
  }
}
