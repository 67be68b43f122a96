internal import Glibc
internal import Networks
internal import Tensors

/// An LSTM over the steps of one sample.
///
/// - Exactness: float32 sums, bias first, then input, then hidden state; gates in double.
struct FloatLSTMPlan: Sendable {
  private let units: Int
  private let inputs: Int
  private let steps: Int
  private let inputWeights: [Float]
  private let hiddenWeights: [Float]
  private let bias: [Float]
  private let peepholes: [Float]
  private let initialHidden: [Float]
  private let initialCell: [Float]
  private let cellClip: Double

  /// A plan, or nil when weights are missing.
  init?(_ lstm: LSTM, input: Shape) {
    guard let own = lstm.inputWeights, let recurrent = lstm.hiddenWeights else { return nil }
    units = lstm.units
    inputs = lstm.inputs
    steps = input.count / lstm.inputs
    inputWeights = own.elements
    hiddenWeights = recurrent.elements
    bias = lstm.bias ?? [Float](repeating: 0, count: 4 * lstm.units)
    peepholes = lstm.peepholes ?? [Float](repeating: 0, count: 3 * lstm.units)
    initialHidden = lstm.initialHidden ?? [Float](repeating: 0, count: lstm.units)
    initialCell = lstm.initialCell ?? [Float](repeating: 0, count: lstm.units)
    cellClip = lstm.cellClip.map(Double.init) ?? .infinity
  }

  /// Steps and features lie in the same order whether the batch axis of 1 comes first or second.
  ///
  /// - Returns: the largest magnitude of the cell, at the start or after a step; NaN is passed over.
  @discardableResult
  func run(_ sequence: UnsafePointer<Float>, _ results: UnsafeMutablePointer<Float>) -> Float {
    var hidden = initialHidden
    var cell = initialCell
    var gates = bias
    var largest = cell.reduce(0) { max($0, abs($1)) }
    for step in 0..<steps {
      for gate in 0..<4 * units {
        var sum = bias[gate]
        for k in 0..<inputs { sum += inputWeights[gate * inputs + k] * sequence[step * inputs + k] }
        for k in 0..<units { sum += hiddenWeights[gate * units + k] * hidden[k] }
        gates[gate] = sum
      }
      for unit in 0..<units {
        let before = Double(cell[unit])
        let input = Self.sigmoid(gates[unit], peepholes[unit], before)
        let forget = Self.sigmoid(gates[2 * units + unit], peepholes[2 * units + unit], before)
        let sum = forget * before + input * tanh(Double(gates[3 * units + unit]))
        let state = min(max(sum, -cellClip), cellClip)
        let output = Self.sigmoid(gates[units + unit], peepholes[units + unit], state)
        cell[unit] = Float(state)
        if abs(cell[unit]) > largest { largest = abs(cell[unit]) }
        hidden[unit] = Float(output * tanh(state))
        results[step * units + unit] = hidden[unit]
      }
    }
    return largest
  }

  /// The value of a gate that also looks at the cell.
  private static func sigmoid(_ sum: Float, _ peephole: Float, _ cell: Double) -> Double {
    1 / (1 + exp(-(Double(sum) + Double(peephole) * cell)))
  }
}
