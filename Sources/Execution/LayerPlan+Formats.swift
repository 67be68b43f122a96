internal import Arithmetic
internal import Networks

extension LayerPlan {
  /// Throws where an operation has no meaning for codes of unevenly spaced values.
  static func checkFormats(
    of layer: QuantizedLayer, _ inputs: [ActivationQuantization], _ output: ActivationQuantization
  ) throws(ExecutionError) {
    switch layer.operation {
    case .linear, .pool, .binary, .table, .concatenation, .pad, .slice, .reshape, .transpose,
      .softmax, .constant, .matrixProduct:
      return
    case .thresholds, .requantize, .leakyRelu, .quantize, .dequantize, .float, .dynamicQuantize,
      .dynamicScale, .dynamicZeroPoint:
      guard let format = (inputs + [output]).map(\.format).first(where: \.hasRanks) else { return }
      throw ExecutionError(
        layer: layer.name, reason: .unsupported("\(layer.kind) of \(format) activations"))
    case .lstm, .svdf:
      guard let format = (inputs + [output]).map(\.format).first(where: \.isUneven) else { return }
      throw ExecutionError(
        layer: layer.name, reason: .unsupported("\(layer.kind) of \(format) activations"))
    }
  }
}
