internal import Arithmetic
public import Tensors

extension QuantizedGate {
  /// A gate with the multipliers that TFLite derives from scales: `s_w * s_x / 2^-12`, in float32.
  ///
  /// - Source: TFLite, `PopulateQuantizedLstmParams8x8_16`; the rounding of the product to float32
  ///   shows in outputs.
  public init(
    inputWeights: Tensor<Int32>, hiddenWeights: Tensor<Int32>, bias: [Int],
    inputScale: Float, inputWeightScale: Float, hiddenScale: Float, hiddenWeightScale: Float
  ) {
    self.init(
      inputWeights: inputWeights, hiddenWeights: hiddenWeights, bias: bias,
      inputMultiplier: QuantizedMultiplier(Double(inputWeightScale * inputScale * 4096)),
      hiddenMultiplier: QuantizedMultiplier(Double(hiddenWeightScale * hiddenScale * 4096)))
  }
}

extension QuantizedLSTM {
  /// An LSTM with the multipliers that TFLite derives from scales, in float32.
  ///
  /// - Parameters:
  ///   - cellExponent: the power of two that is one step of the int16 cell, -15 to -9.
  ///   - cellClip: the largest real cell content in magnitude; 0 for none.
  ///   - hiddenScale: the real value of one step of the output.
  public init(
    inputGate: QuantizedGate, forgetGate: QuantizedGate, cellGate: QuantizedGate,
    outputGate: QuantizedGate, cellExponent: Int, cellClip: Float, hiddenScale: Float,
    isTimeMajor: Bool, biasBits: Int = 32
  ) {
    let cellScale = Float(sign: .plus, exponent: cellExponent, significand: 1)
    let clip = cellClip > 0 ? Int(min(cellClip / cellScale, 32767)) : 0
    self.init(
      inputGate: inputGate, forgetGate: forgetGate, cellGate: cellGate, outputGate: outputGate,
      cellExponent: cellExponent, cellClip: clip,
      forgetToCell: QuantizedMultiplier(0x1p-15),
      inputToCell: QuantizedMultiplier(0x1p-30 / Double(cellScale)),
      output: QuantizedMultiplier(Double(0x1p-30 / hiddenScale)),
      isTimeMajor: isTimeMajor, biasBits: biasBits)
  }
}
