/// The operators on codes that can be read, by their names in the format.
enum ONNXQuantizedOperator: String, CaseIterable {
  case quantizeLinear = "QuantizeLinear"
  case dequantizeLinear = "DequantizeLinear"
  case dynamicQuantizeLinear = "DynamicQuantizeLinear"
  case qLinearConv = "QLinearConv"
  case qLinearMatMul = "QLinearMatMul"
  case convInteger = "ConvInteger"
  case matMulInteger = "MatMulInteger"
  case qLinearAdd = "QLinearAdd"
  case qLinearMul = "QLinearMul"
  case qLinearAveragePool = "QLinearAveragePool"
  case qLinearGlobalAveragePool = "QLinearGlobalAveragePool"
  case qLinearConcat = "QLinearConcat"
  case qLinearSigmoid = "QLinearSigmoid"
  case qLinearLeakyRelu = "QLinearLeakyRelu"
  case qLinearSoftmax = "QLinearSoftmax"
  case qGemm = "QGemm"

  /// The operator of a node, if it is one of these.
  init?(_ proto: Onnx_NodeProto) {
    guard let type = Self(rawValue: proto.opType) else { return nil }
    switch proto.domain {
    case "", "ai.onnx": if !type.isStandard { return nil }
    case "com.microsoft":
      // Onnx Runtime has copies of the first two with more types.
      if type.isStandard, type != .quantizeLinear, type != .dequantizeLinear { return nil }
    default: return nil
    }
    self = type
  }

  /// Whether it belongs to ONNX itself; the others are onnxruntime's.
  private var isStandard: Bool {
    switch self {
    case .quantizeLinear, .dequantizeLinear, .dynamicQuantizeLinear, .qLinearConv, .qLinearMatMul,
      .convInteger, .matMulInteger:
      true
    case .qLinearAdd, .qLinearMul, .qLinearAveragePool, .qLinearGlobalAveragePool, .qLinearConcat,
      .qLinearSigmoid, .qLinearLeakyRelu, .qLinearSoftmax, .qGemm:
      false
    }
  }

  /// The operator on real numbers that it stands for.
  var real: ONNXOperator {
    switch self {
    case .quantizeLinear, .dequantizeLinear, .dynamicQuantizeLinear: .identity
    case .qLinearConv, .convInteger: .conv
    case .qLinearMatMul, .matMulInteger: .matMul
    case .qLinearAdd: .add
    case .qLinearMul: .mul
    case .qLinearAveragePool: .averagePool
    case .qLinearGlobalAveragePool: .globalAveragePool
    case .qLinearConcat: .concat
    case .qLinearSigmoid: .sigmoid
    case .qLinearLeakyRelu: .leakyRelu
    case .qLinearSoftmax: .softmax
    case .qGemm: .gemm
    }
  }
}
