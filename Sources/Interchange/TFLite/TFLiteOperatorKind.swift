/// The builtin operators that are read, with their numbers in the schema.
enum TFLiteOperatorKind: Int, CaseIterable, Sendable {
  case add = 0
  case averagePool2D = 1
  case concatenation = 2
  case conv2D = 3
  case depthwiseConv2D = 4
  case dequantize = 6
  case fullyConnected = 9
  case logistic = 14
  case maxPool2D = 17
  case mul = 18
  case relu = 19
  case reluN1To1 = 20
  case relu6 = 21
  case reshape = 22
  case softmax = 25
  case svdf = 27
  case tanh = 28
  case pad = 34
  case transpose = 39
  case mean = 40
  case sub = 41
  case squeeze = 43
  case unidirectionalSequenceLSTM = 44
  case stridedSlice = 45
  case split = 49
  case maximum = 55
  case minimum = 57
  case padV2 = 60
  case slice = 65
  case transposeConv = 67
  case expandDims = 70
  case shape = 77
  case pack = 83
  case unpack = 88
  case leakyRelu = 98
  case quantize = 114
  case hardSwish = 117
  case batchMatMul = 126

  /// The name in the schema.
  var name: String {
    switch self {
    case .add: "ADD"
    case .averagePool2D: "AVERAGE_POOL_2D"
    case .concatenation: "CONCATENATION"
    case .conv2D: "CONV_2D"
    case .depthwiseConv2D: "DEPTHWISE_CONV_2D"
    case .dequantize: "DEQUANTIZE"
    case .fullyConnected: "FULLY_CONNECTED"
    case .logistic: "LOGISTIC"
    case .maxPool2D: "MAX_POOL_2D"
    case .mul: "MUL"
    case .relu: "RELU"
    case .reluN1To1: "RELU_N1_TO_1"
    case .relu6: "RELU6"
    case .reshape: "RESHAPE"
    case .softmax: "SOFTMAX"
    case .svdf: "SVDF"
    case .tanh: "TANH"
    case .pad: "PAD"
    case .transpose: "TRANSPOSE"
    case .mean: "MEAN"
    case .sub: "SUB"
    case .squeeze: "SQUEEZE"
    case .unidirectionalSequenceLSTM: "UNIDIRECTIONAL_SEQUENCE_LSTM"
    case .stridedSlice: "STRIDED_SLICE"
    case .split: "SPLIT"
    case .maximum: "MAXIMUM"
    case .minimum: "MINIMUM"
    case .padV2: "PADV2"
    case .slice: "SLICE"
    case .transposeConv: "TRANSPOSE_CONV"
    case .expandDims: "EXPAND_DIMS"
    case .shape: "SHAPE"
    case .pack: "PACK"
    case .unpack: "UNPACK"
    case .leakyRelu: "LEAKY_RELU"
    case .quantize: "QUANTIZE"
    case .hardSwish: "HARD_SWISH"
    case .batchMatMul: "BATCH_MATMUL"
    }
  }
}
