import Arithmetic
import Networks
import Tensors

extension CMSISNNCase {
  /// The LSTM of a case.
  func lstm() throws -> QuantizedLSTM {
    func multiplier(_ value: CMSISNNOperator.Multiplier?, _ name: String) throws
      -> QuantizedMultiplier
    {
      guard let value else { throw CMSISNNProblem.missing(name) }
      return QuantizedMultiplier(mantissa: value.multiplier, exponent: value.shift)
    }
    return QuantizedLSTM(
      inputGate: try gate("input"), forgetGate: try gate("forget"), cellGate: try gate("cell"),
      outputGate: try gate("output"), cellExponent: fields.cell_scale_power ?? 0,
      cellClip: fields.cell_clip ?? 0,
      forgetToCell: try multiplier(fields.forget_to_cell, "forget_to_cell"),
      inputToCell: try multiplier(fields.input_to_cell, "input_to_cell"),
      output: try multiplier(fields.output, "output"), isTimeMajor: fields.time_major ?? false,
      biasBits: fields.requantization?.gates?.id == "R5" ? 64 : 32)
  }

  private func gate(_ name: String) throws -> QuantizedGate {
    guard let gate = fields.gates?[name] else { throw CMSISNNProblem.missing(name) }
    return QuantizedGate(
      inputWeights: try codes("\(name)_gate_input_weights"),
      hiddenWeights: try codes("\(name)_gate_hidden_weights"),
      bias: try integers("\(name)_gate_bias"),
      inputMultiplier: QuantizedMultiplier(
        mantissa: gate.input_multiplier, exponent: gate.input_shift),
      hiddenMultiplier: QuantizedMultiplier(
        mantissa: gate.hidden_multiplier, exponent: gate.hidden_shift))
  }

  /// The filter of a case with the memory that one element of the batch starts with.
  func svdf(batch: Int) throws -> QuantizedSVDF {
    let weights = try codes("weights")
    let timeWeights = try codes("weights_time")
    let multipliers = try integers("multipliers").map(Int32.init)
    let shifts = try integers("shifts")
    let size = timeWeights.shape.count
    return QuantizedSVDF(
      rank: fields.rank ?? 1, weights: weights, timeWeights: timeWeights,
      bias: try integers("bias"),
      initialState: Array(try codes("state").elements[batch * size..<(batch + 1) * size]),
      stateClamp: fields.state_activation?.closed ?? -32768...32767,
      featureMultiplier: QuantizedMultiplier(mantissa: multipliers[0], exponent: shifts[0]),
      outputMultiplier: QuantizedMultiplier(mantissa: multipliers[1], exponent: shifts[1]))
  }
}
