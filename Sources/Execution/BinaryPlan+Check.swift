internal import Arithmetic
internal import Networks

extension BinaryPlan {
  /// Throws when the codes of such a layer are not enough to compute it.
  ///
  /// The larger or smaller of two codes means something under one quantization only; quotients and
  /// powers of codes are no device's operators.
  static func check(
    _ kind: BinaryKind, of layer: QuantizedLayer, _ inputs: [ActivationQuantization],
    to output: ActivationQuantization
  ) throws(ExecutionError) {
    switch kind {
    case .add, .subtract, .multiply: return
    case .maximum, .minimum:
      let isNearest = output.format.isUneven || inputs.contains { $0.format.hasRanks }
      if isNearest || inputs.allSatisfy({ $0 == output }) { return }
      throw ExecutionError(
        layer: layer.name, reason: .unsupported("\(kind.rawValue) of different quantizations"))
    case .divide, .power:
      throw ExecutionError(
        layer: layer.name, reason: .unsupported("\(kind.rawValue) of integer codes"))
    }
  }
}
