internal import Arithmetic
internal import Networks

extension QuantizedNetwork {
  /// The same network with signed activations of up to 8 bits counted from their lowest code.
  ///
  /// Every value stands for the same real number. ONNX Runtime turns signed activations into unsigned ones
  /// by itself, but leaves layers behind a branch in float32, which rounds in another way.
  var withUnsignedActivations: QuantizedNetwork {
    var result = self
    let shifts = quantizations.map { Self.shift(of: $0.format) }
    result.quantizations = zip(quantizations, shifts).map { quantization, shift in
      guard shift > 0 else { return quantization }
      let format = IntegerFormat(bits: quantization.format.integer.bits, isSigned: false)
      return ActivationQuantization(
        format: .affine(format), scale: quantization.scale,
        zeroPoint: quantization.zeroPoint + shift)
    }
    for (index, layer) in layers.enumerated() {
      let shift = shifts[index + 1]
      let clamp = layer.clamp
      result.layers[index].clamp = (clamp.lowerBound + shift)...(clamp.upperBound + shift)
      switch layer.operation {
      case .table(let table):
        result.layers[index].operation = .table(table.map { $0 + Int32(shift) })
      case .constant(let codes):
        result.layers[index].operation = .constant(codes.map { $0 + Int32(shift) })
      case .pad(let before, let after, let code):
        result.layers[index].operation = .pad(
          before: before, after: after, code: code + shifts[layer.inputs[0]])
      case .linear, .matrixProduct, .pool, .binary, .thresholds, .requantize, .leakyRelu,
        .quantize, .dequantize, .float, .dynamicQuantize, .dynamicScale, .dynamicZeroPoint,
        .concatenation, .slice, .reshape, .transpose, .softmax, .lstm, .svdf:
        break
      }
    }
    return result
  }

  /// How far the codes of a format are moved up.
  private static func shift(of format: NumberFormat) -> Int {
    switch format {
    case .affine(let integer), .fixedPoint(let integer):
      integer.isSigned && integer.bits <= 8 ? -integer.lowest : 0
    case .bipolar, .ternary, .float32: 0
    }
  }
}
