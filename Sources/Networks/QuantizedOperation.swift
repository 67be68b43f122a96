/// What a layer of a quantized network does.
public enum QuantizedOperation: Hashable, Sendable {
  /// Products and sums: the layers with a narrow accumulator.
  case linear(QuantizedLinear)
  /// A product of two activations, wide: int32 sums, rescaled.
  case matrixProduct(MatrixProduct)
  /// A pool of codes; input and output share their quantization.
  case pool(Pool)
  /// An element-wise function of two activations.
  case binary(BinaryKind)
  /// An output code for each input code, lowest input code first.
  case table([Int32])
  /// Output codes by thresholds for each channel along an axis; one table serves all channels.
  ///
  /// Codes are compared less their zero point, float32 numbers by `ThresholdTable.key(of:)`.
  case thresholds([ThresholdTable], axis: Int)
  /// The same real numbers under another quantization, rounded as the arithmetic rescales.
  case requantize
  /// Leaky rectifier as TFLite: `x >= 0 ? x : slope * x`, both sides rescaled.
  case leakyRelu(slope: Float)
  /// Codes of real numbers: float32 in, `saturate(round_half_even(x / s) + z)` out.
  case quantize
  /// Real numbers of codes: `(code - z) * s`, float32 out.
  case dequantize
  /// A layer in float32 between float values.
  case float(Operation)
  /// `DynamicQuantizeLinear`: float32 in; out the 8-bit codes less their zero point (9 bits).
  case dynamicQuantize
  /// The scale that `dynamicQuantize` chooses for the same input: one float32.
  case dynamicScale
  /// The zero point that `dynamicQuantize` chooses for the same input: one code.
  case dynamicZeroPoint
  /// The inputs, each rescaled to the output's quantization, one after the other.
  case concatenation(axis: Int)
  /// A border of a code.
  case pad(before: [Int], after: [Int], code: Int)
  /// Some elements of each axis.
  case slice(Slice)
  /// The same codes under another shape, in ONNX axis order or, for TFLite, with channels last.
  case reshape(channelsLast: Bool)
  /// The axes permuted.
  case transpose([Int])
  /// Normalised exponentials.
  case softmax(axis: Int, beta: Double)
  /// Codes that are the same for every sample, in ONNX axis order; no inputs.
  case constant([Int32])
  /// An integer LSTM over a sequence.
  case lstm(QuantizedLSTM)
  /// A singular value decomposition filter with memory.
  case svdf(QuantizedSVDF)
}

extension QuantizedOperation {
  /// Axes with a new meaning: a reshape in ONNX axis order.
  public static let reshape = QuantizedOperation.reshape(channelsLast: false)

  /// Softmax along an axis with exponents as they are.
  public static func softmax(axis: Int) -> QuantizedOperation { .softmax(axis: axis, beta: 1) }
}
