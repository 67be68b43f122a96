public import Tensors

/// A forward LSTM over a sequence, gates in ONNX order: input, output, forget, cell.
///
/// - Shapes: input [steps, 1, inputs] or, when `isBatchFirst`, [1, steps, inputs]; inputWeights [4 * units, inputs];
///   hiddenWeights [4 * units, units]; bias [4 * units], the sum of both of ONNX's; output [steps, 1,
///   units] or [1, steps, units].
/// - Source: ONNX LSTM with default activations.
public struct LSTM: Hashable, Sendable {
  /// The extent of the hidden state.
  public var units: Int
  /// The features of the input.
  public var inputs: Int
  /// Weights of the input, absent when only the shape is known.
  public var inputWeights: Tensor<Float>?
  /// Weights of the hidden state, absent when only the shape is known.
  public var hiddenWeights: Tensor<Float>?
  /// What each gate's sum starts with.
  public var bias: [Float]?
  /// Peephole weights of the input, output and forget gate, [3 * units].
  public var peepholes: [Float]?
  /// The hidden state at the start; nil for zeros.
  public var initialHidden: [Float]?
  /// The cell at the start; nil for zeros.
  public var initialCell: [Float]?
  /// Whether the steps are the second axis.
  public var isBatchFirst: Bool
  /// The largest cell content in magnitude after each step, as TFLite clips it; nil for any.
  public var cellClip: Float?

  /// An LSTM.
  public init(
    units: Int, inputs: Int, inputWeights: Tensor<Float>? = nil,
    hiddenWeights: Tensor<Float>? = nil, bias: [Float]? = nil, peepholes: [Float]? = nil,
    initialHidden: [Float]? = nil, initialCell: [Float]? = nil, isBatchFirst: Bool = false,
    cellClip: Float? = nil
  ) {
    self.units = units
    self.inputs = inputs
    self.inputWeights = inputWeights
    self.hiddenWeights = hiddenWeights
    self.bias = bias
    self.peepholes = peepholes
    self.initialHidden = initialHidden
    self.initialCell = initialCell
    self.isBatchFirst = isBatchFirst
    self.cellClip = cellClip
  }
}

extension LSTM {
  /// The shape of the weights of the input.
  public var inputWeightShape: Shape { Shape([4 * units, inputs]) }

  /// The shape of the weights of the hidden state.
  public var hiddenWeightShape: Shape { Shape([4 * units, units]) }

  /// The shape of the hidden states of all steps.
  func outputShape(of input: Shape) throws(OperationProblem) -> Shape {
    guard units > 0, inputs > 0, input.rank == 3, input[isBatchFirst ? 0 : 1] == 1,
      input[2] == inputs
    else {
      let expected = isBatchFirst ? "[1, steps, \(inputs)]" : "[steps, 1, \(inputs)]"
      throw OperationProblem("lstm of \(units) units on \(input); the input must be \(expected)")
    }
    return Shape([input[0], input[1], units])
  }
}
