internal import Arithmetic
internal import Networks

extension QuantizedLinear {
  /// The operands of a layer of a kind that reads activations of that quantization.
  func operands(of input: ActivationQuantization, kind: String) -> LayerOperands {
    LayerOperands(
      hasSignedInputs: input.codes.lowerBound < 0,
      hasSignedWeights: weightFormat.codes.lowerBound < 0,
      isDepthwise: groups > 1 && groups == inputChannels && groups == outputChannels,
      hasWeightsFirst: outputStage == .accumulator && kind != "fc")
  }
}
