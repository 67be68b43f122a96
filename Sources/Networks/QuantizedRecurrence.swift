public import Arithmetic
public import Tensors

/// One gate of an integer LSTM.
///
/// - Shapes: inputWeights [units, inputs]; hiddenWeights [units, units]; biases [units].
public struct QuantizedGate: Hashable, Sendable {
  /// Weights of the input, symmetric.
  public var inputWeights: Tensor<Int32>
  /// Weights of the hidden state, symmetric.
  public var hiddenWeights: Tensor<Int32>
  /// What the input's sums start with.
  public var bias: [Int]
  /// The multiplier of the input's sums to Q3.12.
  public var inputMultiplier: QuantizedMultiplier
  /// The multiplier of the hidden state's sums to Q3.12.
  public var hiddenMultiplier: QuantizedMultiplier

  /// A gate.
  public init(
    inputWeights: Tensor<Int32>, hiddenWeights: Tensor<Int32>, bias: [Int],
    inputMultiplier: QuantizedMultiplier, hiddenMultiplier: QuantizedMultiplier
  ) {
    self.inputWeights = inputWeights
    self.hiddenWeights = hiddenWeights
    self.bias = bias
    self.inputMultiplier = inputMultiplier
    self.hiddenMultiplier = hiddenMultiplier
  }
}

/// An integer LSTM without peephole, projection or layer normalisation.
///
/// `gate = sat16(R(b + W_i (x - z_x))), gate = act(sat16(gate + R(W_h (h - z_h))))`, then
/// `c = sat16(R(f c)) + R(i g)`, clipped; `h = R(o tanh(c)) + z_h`. Gates are Q3.12 before their
/// function and Q0.15 after it; z_h is the output's zero point.
///
/// - Exactness: the sums are as wide as they need to be; a narrow accumulator is not simulated here.
/// - Shapes: input [1, steps, inputs] or, time-major, [steps, 1, inputs]; output likewise with units.
/// - Source: arXiv 2101.05453; TFLite `lstm_eval.cc`; `numerics.md` section 2.
public struct QuantizedLSTM: Hashable, Sendable {
  /// The input gate.
  public var inputGate: QuantizedGate
  /// The forget gate.
  public var forgetGate: QuantizedGate
  /// The cell gate, the one with tanh.
  public var cellGate: QuantizedGate
  /// The output gate.
  public var outputGate: QuantizedGate
  /// The power-of-two scale of the int16 cell: one step is `2^cellExponent`.
  public var cellExponent: Int
  /// The largest cell content in magnitude after clipping; 32767 or 0 for none.
  public var cellClip: Int
  /// The multiplier of `f * c`.
  public var forgetToCell: QuantizedMultiplier
  /// The multiplier of `i * g`.
  public var inputToCell: QuantizedMultiplier
  /// The multiplier of `o * tanh(c)`.
  public var output: QuantizedMultiplier
  /// Whether the steps are the first axis.
  public var isTimeMajor: Bool
  /// The bits of the biases, 32 or 64: with 64 devices sum and rescale the gates in another way (R5).
  public var biasBits: Int

  /// An LSTM.
  public init(
    inputGate: QuantizedGate, forgetGate: QuantizedGate, cellGate: QuantizedGate,
    outputGate: QuantizedGate, cellExponent: Int, cellClip: Int,
    forgetToCell: QuantizedMultiplier, inputToCell: QuantizedMultiplier,
    output: QuantizedMultiplier, isTimeMajor: Bool, biasBits: Int = 32
  ) {
    self.inputGate = inputGate
    self.forgetGate = forgetGate
    self.cellGate = cellGate
    self.outputGate = outputGate
    self.cellExponent = cellExponent
    self.cellClip = cellClip
    self.forgetToCell = forgetToCell
    self.inputToCell = inputToCell
    self.output = output
    self.isTimeMajor = isTimeMajor
    self.biasBits = biasBits
  }

  /// The extent of the hidden state.
  public var units: Int { inputGate.bias.count }
}

/// A singular value decomposition filter: features of the input, a memory of each, a sum over time.
///
/// - Shapes: input [1, inputs] (one step) or [1, steps, inputs]; weights [filters, inputs]; timeWeights [filters, memory]; bias [units],
///   `units = filters / rank`; output [1, units], that of the last step.
/// - Source: TFLite `svdf.cc`; CMSIS-NN `arm_svdf_s8`, `arm_svdf_state_s16_s8`.
public struct QuantizedSVDF: Hashable, Sendable {
  /// Filters of each unit.
  public var rank: Int
  /// Weights of the input.
  public var weights: Tensor<Int32>
  /// Weights of the memory.
  public var timeWeights: Tensor<Int32>
  /// What the sums over time start with.
  public var bias: [Int]
  /// What the memory holds at the start, [filters, memory]; empty for zeros.
  public var initialState: [Int32]
  /// The codes that the memory is clamped to.
  public var stateClamp: ClosedRange<Int>
  /// The multiplier of the features to memory units.
  public var featureMultiplier: QuantizedMultiplier
  /// The multiplier of the sums over time to output units.
  public var outputMultiplier: QuantizedMultiplier

  /// A filter.
  public init(
    rank: Int, weights: Tensor<Int32>, timeWeights: Tensor<Int32>, bias: [Int],
    initialState: [Int32] = [], stateClamp: ClosedRange<Int>,
    featureMultiplier: QuantizedMultiplier, outputMultiplier: QuantizedMultiplier
  ) {
    self.rank = rank
    self.weights = weights
    self.timeWeights = timeWeights
    self.bias = bias
    self.initialState = initialState
    self.stateClamp = stateClamp
    self.featureMultiplier = featureMultiplier
    self.outputMultiplier = outputMultiplier
  }
}
