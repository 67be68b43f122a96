internal import Networks

extension QuantizedOperation {
  /// The word for the operation in tables, where no float layer gives it one.
  var word: String {
    switch self {
    case .linear: "linear"
    case .matrixProduct: "matmul"
    case .pool: "pool"
    case .binary: "binary"
    case .table: "table"
    case .thresholds: "thresholds"
    case .requantize: "requantize"
    case .leakyRelu: "leakyrelu"
    case .quantize: "quantize"
    case .dequantize: "dequantize"
    case .float: "float"
    case .dynamicQuantize: "quantize"
    case .dynamicScale: "scale"
    case .dynamicZeroPoint: "zeropoint"
    case .concatenation: "concat"
    case .pad: "pad"
    case .slice: "slice"
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .softmax: "softmax"
    case .constant: "constant"
    case .lstm: "lstm"
    case .svdf: "svdf"
    }
  }
}
