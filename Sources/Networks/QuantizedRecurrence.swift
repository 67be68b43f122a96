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
  /// The multipliers of the input's sums to Q3.12: one for each unit, or one for all.
  public var inputMultipliers: [QuantizedMultiplier]
  /// The multipliers of the hidden state's sums to Q3.12: one for each unit, or one for all.
  public var hiddenMultipliers: [QuantizedMultiplier]

  /// A gate.
  ///
  /// - Precondition: one multiplier of each kind, or one for each unit.
  public init(
    inputWeights: Tensor<Int32>, hiddenWeights: Tensor<Int32>, bias: [Int],
    inputMultipliers: [QuantizedMultiplier], hiddenMultipliers: [QuantizedMultiplier]
  ) {
    precondition(
      [inputMultipliers, hiddenMultipliers].allSatisfy { [1, bias.count].contains($0.count) },
      "a gate has one multiplier for each unit, or one for all")
    self.inputWeights = inputWeights
    self.hiddenWeights = hiddenWeights
    self.bias = bias
    self.inputMultipliers = inputMultipliers
    self.hiddenMultipliers = hiddenMultipliers
  }

  /// A gate of which each matrix has one scale, as TFLite's have.
  public init(
    inputWeights: Tensor<Int32>, hiddenWeights: Tensor<Int32>, bias: [Int],
    inputMultiplier: QuantizedMultiplier, hiddenMultiplier: QuantizedMultiplier
  ) {
    self.init(
      inputWeights: inputWeights, hiddenWeights: hiddenWeights, bias: bias,
      inputMultipliers: [inputMultiplier], hiddenMultipliers: [hiddenMultiplier])
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
  /// The format of the weights in memory.
  public var weightFormat: NumberFormat
  /// How the weights lie in memory; nil where it is as their integers.
  public var encoding: WeightEncoding?
  /// The codes of the hidden state at the start; empty for the code of zero.
  public var initialHidden: [Int32]
  /// The cell at the start in its steps; empty for zeros.
  public var initialCell: [Int32]

  /// An LSTM.
  public init(
    inputGate: QuantizedGate, forgetGate: QuantizedGate, cellGate: QuantizedGate,
    outputGate: QuantizedGate, cellExponent: Int, cellClip: Int,
    forgetToCell: QuantizedMultiplier, inputToCell: QuantizedMultiplier,
    output: QuantizedMultiplier, isTimeMajor: Bool, biasBits: Int = 32,
    weightFormat: NumberFormat = .affine(IntegerFormat(bits: 8, isSigned: true)),
    encoding: WeightEncoding? = nil, initialHidden: [Int32] = [], initialCell: [Int32] = []
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
    self.weightFormat = weightFormat
    self.encoding = encoding
    self.initialHidden = initialHidden
    self.initialCell = initialCell
  }

  /// The extent of the hidden state.
  public var units: Int { inputGate.bias.count }

  /// The gates in ONNX order: input, output, forget, cell.
  public var gates: [QuantizedGate] { [inputGate, outputGate, forgetGate, cellGate] }

  /// What the weights take in memory.
  public var weightStorage: StoredBits {
    encoding?.storage
      ?? StoredBits(
        elements: gates.reduce(0) {
          $0 + $1.inputWeights.shape.count + $1.hiddenWeights.shape.count
        }
          * weightFormat.bits, scales: 0, codebooks: 0)
  }
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
