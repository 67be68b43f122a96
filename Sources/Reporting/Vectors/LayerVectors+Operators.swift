internal import Arithmetic
internal import Execution
internal import Networks
internal import Tensors

extension LayerVectors {
  /// The name that recomputations know an operator by that is no layer of products; nil for others.
  var operationName: String? {
    switch layer.operation {
    case .matrixProduct: "matrixProduct"
    case .binary(let kind):
      switch kind {
      case .maximum, .minimum: kind.rawValue
      case .add, .subtract, .multiply, .divide, .power: nil
      }
    case .thresholds: "thresholds"
    case .requantize: "requantize"
    case .leakyRelu: "leakyRelu"
    case .quantize: "quantize"
    case .dequantize: "dequantize"
    case .float: "float"
    case .dynamicQuantize: "dynamicQuantize"
    case .dynamicScale: "dynamicScale"
    case .dynamicZeroPoint: "dynamicZeroPoint"
    case .slice: "slice"
    case .constant: "constant"
    case .lstm: "lstm"
    case .svdf: "svdf"
    case .linear, .pool, .table, .concatenation, .pad, .reshape, .transpose, .softmax: nil
    }
  }

  /// What a product of two activations needs beside its operands.
  func addMatrixProduct(_ product: MatrixProduct, to object: inout JSONObject) {
    let network = executor.network
    let shapes = (layer.inputs + [index + 1]).map { network.shapes[$0].extents }
    object.add("onnxShapes", .array(shapes.map(Self.list)))
    object.add("transposesFirst", product.transposesFirst)
    object.add("transposesSecond", product.transposesSecond)
    let isNarrow = layer.inputs.allSatisfy {
      network.quantizations[$0].format.integer.bits <= 8
    }
    object.add("sumBits", isNarrow ? 32 : 64)
    addPreload(to: &object)
    addRescales(to: &object)
  }

  /// What a slice takes, in ONNX axis order.
  func addSlice(_ slice: Slice, to object: inout JSONObject) {
    object.add("onnxBegin", Self.list(slice.begin))
    object.add("onnxSteps", Self.list(slice.steps))
    object.add("onnxCounts", Self.list(slice.counts))
  }

  /// The multipliers of a leaky rectifier: above zero, below zero.
  func addSides(to object: inout JSONObject) {
    object.add("requantization", RequantizationFlavour.gemmlowp.rawValue)
    object.add("multipliers", Self.list(constants.sides.map(\.mantissa)))
    object.add("shifts", Self.list(constants.sides.map(\.exponent)))
  }

  /// The axis of threshold tables and how many thresholds each has.
  func addThresholds(_ tables: [ThresholdTable], axis: Int, to object: inout JSONObject) {
    object.add("axis", storedAxis(axis))
    object.add("thresholdCounts", Self.list(tables.map(\.thresholds.count)))
  }
}
