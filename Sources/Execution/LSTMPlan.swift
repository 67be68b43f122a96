internal import Arithmetic
internal import Networks
internal import Tensors

/// An integer LSTM made ready to run; its memory is the hidden state, then the cell.
struct LSTMPlan: RecurrentPlan {
  let lstm: QuantizedLSTM
  let nonlinearity: NonlinearityFlavour
  let input: ActivationQuantization
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  let steps: Int
  /// The rounding of the gates' sums, and that of the cell and the output.
  let gateRounding: MultiplierRounding
  let rounding: MultiplierRounding
  /// Sigmoid and tanh of gates and tanh of the cell for every 16-bit number, the lowest first.
  let sigmoid: [Int16]
  let tanh: [Int16]
  let cellTanh: [Int16]

  init(
    layer: String, lstm: QuantizedLSTM, shape: Shape, arithmetic: ArithmeticSpec,
    input: ActivationQuantization, output: ActivationQuantization, clamp: ClosedRange<Int>
  ) throws(ExecutionError) {
    guard shape.rank == 3, shape[lstm.isTimeMajor ? 1 : 0] == 1 else {
      throw ExecutionError(layer: layer, reason: .unsupported("a sequence of shape \(shape)"))
    }
    guard (-15 ... -9).contains(lstm.cellExponent) else {
      throw ExecutionError(
        layer: layer, reason: .unsupported("an LSTM cell in steps of 2^\(lstm.cellExponent)"))
    }
    for start in [lstm.initialHidden, lstm.initialCell]
    where !start.isEmpty && start.count != lstm.units {
      throw ExecutionError(
        layer: layer,
        reason: .unsupported("a start of \(start.count) numbers for \(lstm.units) units"))
    }
    self.lstm = lstm
    self.input = input
    self.output = output
    self.clamp = clamp
    steps = shape[lstm.isTimeMajor ? 0 : 1]
    nonlinearity = arithmetic.nonlinearity
    rounding = MultiplierRounding(arithmetic.requantization)
    gateRounding =
      lstm.biasBits > 32 ? MultiplierRounding(arithmetic.wideBiasRequantization) : rounding
    // A cell in steps of 2^-12 is Q3.12 as gates are.
    let shift = lstm.cellExponent + 12
    switch arithmetic.nonlinearity {
    case .table:
      sigmoid = Self.table { SigmoidTable.logistic(scaled: SigmoidTable.scaled($0, shift: 0)) }
      tanh = Self.table { SigmoidTable.tanh(scaled: SigmoidTable.scaled($0, shift: 0)) }
      cellTanh = Self.table { SigmoidTable.tanh(scaled: SigmoidTable.scaled($0, shift: shift)) }
    case .gemmlowp:
      sigmoid = Self.table { FixedPoint.logistic(Int16($0), integerBits: 3) }
      tanh = Self.table { FixedPoint.tanh(Int16($0), integerBits: 3) }
      cellTanh = Self.table { FixedPoint.tanh(Int16($0), integerBits: 3 + shift) }
    }
  }

  private static func table(_ function: (Int) -> some FixedWidthInteger) -> [Int16] {
    (-32768...32767).map { Int16(truncatingIfNeeded: function($0)) }
  }

  var initialState: [Int32] {
    let units = lstm.units
    let hidden =
      lstm.initialHidden.isEmpty
      ? [Int32](repeating: Int32(output.zeroPoint), count: units) : lstm.initialHidden
    let cell =
      lstm.initialCell.isEmpty ? [Int32](repeating: 0, count: units) : lstm.initialCell
    return hidden + cell
  }

  /// Computes all steps of one sample.
  ///
  /// - Shapes: input [steps, inputs]; results [steps, units]; state [2, units].
  /// - Exactness: sums are of 64 bits; a device's int32 sums are the same where they do not overflow.
  func run(
    _ inputs: [UnsafePointer<Int32>], _ results: UnsafeMutablePointer<Int32>,
    state: inout [Int32]
  ) {
    let units = lstm.units
    let features = lstm.inputGate.inputWeights.shape[1]
    var offsets = [Int32](repeating: 0, count: features)
    var hidden = state[..<units].map { $0 - Int32(output.zeroPoint) }
    for step in 0..<steps {
      for index in 0..<features {
        offsets[index] = inputs[0][step * features + index] - Int32(input.zeroPoint)
      }
      let input = gate(lstm.inputGate, offsets, hidden, sigmoid)
      let forget = gate(lstm.forgetGate, offsets, hidden, sigmoid)
      let candidate = gate(lstm.cellGate, offsets, hidden, tanh)
      let shown = gate(lstm.outputGate, offsets, hidden, sigmoid)
      for unit in 0..<units {
        let cell = nextCell(forget[unit] * Int(state[units + unit]), input[unit] * candidate[unit])
        let product = shown[unit] * Int(cellTanh[cell + 32768])
        let code = rounding.rescaled(product, lstm.output) + output.zeroPoint
        let clamped = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
        state[unit] = clamped
        state[units + unit] = Int32(cell)
        results[step * units + unit] = clamped
        hidden[unit] = clamped - Int32(output.zeroPoint)
      }
    }
  }

  /// The values of a gate in Q0.15, from the offsets of the input and of the hidden state.
  private func gate(
    _ gate: QuantizedGate, _ offsets: [Int32], _ hidden: [Int32], _ function: [Int16]
  ) -> [Int] {
    let fromInput = Self.products(gate.inputWeights, offsets)
    let fromHidden = Self.products(gate.hiddenWeights, hidden)
    return gate.bias.indices.map { unit in
      let first = Self.saturated(
        gateRounding.rescaled(
          gate.bias[unit] + fromInput[unit], Self.own(unit, of: gate.inputMultipliers)))
      let second = gateRounding.rescaled(
        fromHidden[unit], Self.own(unit, of: gate.hiddenMultipliers))
      return Int(function[Self.saturated(first + second) + 32768])
    }
  }

  /// The multiplier of a unit, which may be that of all.
  private static func own(
    _ unit: Int, of multipliers: [QuantizedMultiplier]
  ) -> QuantizedMultiplier {
    multipliers[multipliers.count > 1 ? unit : 0]
  }

  /// The cell after a step, from `f * c` and `i * g` in full.
  ///
  /// LiteRT shifts both products with one rounding, TFLM multiplies by a Q31 number.
  private func nextCell(_ kept: Int, _ added: Int) -> Int {
    var cell: Int
    switch nonlinearity {
    case .table:
      cell = Self.saturated(rounding.rescaled(kept, lstm.forgetToCell))
      cell += rounding.rescaled(added, lstm.inputToCell)
    case .gemmlowp:
      cell = Requantization.roundingShift(kept, by: 15)
      cell += Requantization.roundingShift(added, by: 30 + lstm.cellExponent)
    }
    cell = Self.saturated(cell)
    return lstm.cellClip > 0 ? min(max(cell, -lstm.cellClip), lstm.cellClip) : cell
  }

  private static func saturated(_ value: Int) -> Int { min(max(value, -32768), 32767) }

  /// The product of a matrix and a vector.
  static func products(_ weights: Tensor<Int32>, _ values: [Int32]) -> [Int] {
    let columns = weights.shape[1]
    return weights.elements.withUnsafeBufferPointer { weights in
      values.withUnsafeBufferPointer { values in
        (0..<weights.count / max(columns, 1)).map { row in
          var sum = 0
          for column in 0..<columns {
            sum &+= Int(weights[row * columns + column]) &* Int(values[column])
          }
          return sum
        }
      }
    }
  }
}
