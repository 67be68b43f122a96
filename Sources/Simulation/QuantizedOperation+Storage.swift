internal import Arithmetic
internal import Networks
internal import Quantities
internal import Tensors

extension QuantizedOperation {
  /// The format of the weights; nil without weights.
  var weightFormat: NumberFormat? {
    switch self {
    case .linear(let linear): linear.weightFormat
    case .lstm(let lstm): lstm.weightFormat
    case .svdf: .affine(IntegerFormat(bits: 8, isSigned: true))
    case .matrixProduct, .pool, .binary, .table, .thresholds, .requantize, .leakyRelu, .quantize,
      .dequantize, .float, .dynamicQuantize, .dynamicScale, .dynamicZeroPoint, .concatenation,
      .pad, .slice, .reshape, .transpose, .softmax, .constant:
      nil
    }
  }

  /// What the parameters take: weights with what groups of them share, biases, and a 40-bit multiplier for
  /// each scale or the thresholds.
  var storage: ParameterStorage {
    var storage = ParameterStorage()
    switch self {
    case .linear(let linear):
      let stored = linear.weightStorage
      storage.weights = Bits(stored.elements)
      storage.biases = Bits((linear.bias?.count ?? 0) * linear.biasBits)
      storage.scales = Self.scaleBits(of: linear) + Bits(stored.scales)
      storage.codebooks = Bits(stored.codebooks)
    case .lstm(let lstm):
      let stored = lstm.weightStorage
      storage.weights = Bits(stored.elements)
      storage.biases = Bits(32 * lstm.gates.count * lstm.units)
      let scales = lstm.gates.reduce(LSTM.stateMultipliers) {
        $0 + Set($1.inputMultipliers).count + Set($1.hiddenMultipliers).count
      }
      storage.scales = Bits(40 * scales + stored.scales)
      storage.codebooks = Bits(stored.codebooks)
    case .svdf(let filter):
      storage.weights = Bits(
        8 * filter.weights.elements.count + 16 * filter.timeWeights.elements.count)
      storage.biases = Bits(32 * filter.bias.count)
      storage.scales = Bits(40 * 2)
    case .thresholds(let tables, _):
      storage.scales = Bits(32 * tables.reduce(0) { $0 + $1.thresholds.count })
    case .matrixProduct, .pool, .binary, .table, .requantize, .leakyRelu, .quantize, .dequantize,
      .float, .dynamicQuantize, .dynamicScale, .dynamicZeroPoint, .concatenation, .pad, .slice,
      .reshape, .transpose, .softmax, .constant:
      break
    }
    return storage
  }

  private static func scaleBits(of linear: QuantizedLinear) -> Bits {
    switch linear.outputStage {
    case .rescaled: Bits(40 * Set(linear.weightScales).count)
    case .thresholds(let tables): Bits(32 * tables.reduce(0) { $0 + $1.thresholds.count })
    case .accumulator: .zero
    }
  }
}
