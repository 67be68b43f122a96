import Arithmetic
import Networks
import Tensors

/// The integer LSTM of a float one, written out number by number: integer weights, table of sigmoids.
///
/// Slow and obvious: nothing is prepared, and every weight is quantized where it is used.
struct IntegerLSTMReference {
  let lstm: LSTM
  let input: ActivationQuantization
  let output: ActivationQuantization
  let weightBits: Int
  let isPerChannel: Bool
  let cellExponent: Int

  /// The output codes of all steps.
  func outputs(_ codes: [Int]) -> [Int] {
    let units = lstm.units
    let step = power(cellExponent)
    var hidden = (lstm.initialHidden ?? zeros).map { output.code(Double($0)) }
    var cell = (lstm.initialCell ?? zeros).map { number in
      saturated(Int((Double(number) / step).rounded(.toNearestOrEven)))
    }
    var results: [Int] = []
    for start in stride(from: 0, to: codes.count, by: lstm.inputs) {
      let x = Array(codes[start..<start + lstm.inputs])
      let before = hidden
      for unit in 0..<units {
        let i = sigmoid(sum(0, unit, x, before))
        let o = sigmoid(sum(1, unit, x, before))
        let f = sigmoid(sum(2, unit, x, before))
        let g = tanh(sum(3, unit, x, before), shift: 0)
        var next = saturated(rescaled(f * cell[unit], 0x1p-15))
        next = saturated(next + rescaled(i * g, 0x1p-30 / step))
        if let clip = lstm.cellClip {
          let limit = Int(Double(clip) / step)
          next = min(max(next, -limit), limit)
        }
        cell[unit] = next
        let product = o * tanh(next, shift: cellExponent + 12)
        let code = rescaled(product, 0x1p-30 / output.scale) + output.zeroPoint
        hidden[unit] = min(max(code, output.codes.lowerBound), output.codes.upperBound)
      }
      results += hidden
    }
    return results
  }

  private var zeros: [Float] { [Float](repeating: 0, count: lstm.units) }

  /// The sum of a gate's unit in Q3.12; gates in ONNX order.
  private func sum(_ gate: Int, _ unit: Int, _ x: [Int], _ hidden: [Int]) -> Int {
    let row = gate * lstm.units + unit
    let own = lstm.inputWeights?.elements ?? []
    let ownScale = scale(own, lstm.inputs, gate, unit)
    let bias = Double(lstm.bias?[row] ?? 0) / (input.scale * ownScale)
    var first = Int(bias.rounded(.toNearestOrEven))
    for k in 0..<lstm.inputs {
      first += code(own[row * lstm.inputs + k], ownScale) * (x[k] - input.zeroPoint)
    }
    let recurrent = lstm.hiddenWeights?.elements ?? []
    let recurrentScale = scale(recurrent, lstm.units, gate, unit)
    var second = 0
    for k in 0..<lstm.units {
      second +=
        code(recurrent[row * lstm.units + k], recurrentScale) * (hidden[k] - output.zeroPoint)
    }
    return saturated(
      saturated(rescaled(first, multiplier(ownScale, input)))
        + rescaled(second, multiplier(recurrentScale, output)))
  }

  /// The scale of a weight: the largest magnitude of its row or of its gate at the largest code.
  private func scale(_ stack: [Float], _ columns: Int, _ gate: Int, _ unit: Int) -> Double {
    let first = gate * lstm.units + (isPerChannel ? unit : 0)
    let count = isPerChannel ? 1 : lstm.units
    let weights = stack[first * columns..<(first + count) * columns]
    let largest = weights.map { abs(Double($0)) }.max() ?? 0
    return Double(Float(largest / Double((1 << (weightBits - 1)) - 1)))
  }

  private func code(_ weight: Float, _ scale: Double) -> Int {
    Int((Double(weight) / scale).rounded(.toNearestOrEven))
  }

  private func multiplier(_ scale: Double, _ source: ActivationQuantization) -> Double {
    Double(Float(scale) * Float(source.scale)) * 4096
  }

  private func rescaled(_ value: Int, _ multiplier: Double) -> Int {
    Requantization(multiplier, flavour: .gemmlowp).rescaled(value)
  }

  private func sigmoid(_ sum: Int) -> Int {
    Int(SigmoidTable.logistic(scaled: SigmoidTable.scaled(sum, shift: 0)))
  }

  private func tanh(_ value: Int, shift: Int) -> Int {
    Int(SigmoidTable.tanh(scaled: SigmoidTable.scaled(value, shift: shift)))
  }

  private func saturated(_ value: Int) -> Int { min(max(value, -32768), 32767) }

  private func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }
}
