internal import Tensors

/// A value known without running the network.
enum ONNXConstant: Sendable {
  /// Real numbers, of whatever precision in the file.
  case real(Tensor<Float>)
  /// Integers and booleans.
  case integer(Tensor<Int>)

  /// The extents; without axes for a scalar.
  var shape: Shape {
    switch self {
    case .real(let tensor): tensor.shape
    case .integer(let tensor): tensor.shape
    }
  }

  /// The elements as real numbers.
  var floats: [Float] {
    switch self {
    case .real(let tensor): tensor.elements
    case .integer(let tensor): tensor.elements.map { Float($0) }
    }
  }

  /// The constant as a tensor of real numbers.
  var tensor: Tensor<Float> {
    switch self {
    case .real(let tensor): tensor
    case .integer(let tensor): tensor.map { Float($0) }
    }
  }

  /// The elements as integers; nil when they are real numbers.
  var integers: [Int]? {
    switch self {
    case .real: nil
    case .integer(let tensor): tensor.elements
    }
  }

  /// The only element, if there is one.
  var scalar: Float? { shape.count == 1 ? floats.first : nil }

  /// The same elements under another shape of as many.
  func reshaped(_ shape: Shape) -> ONNXConstant {
    switch self {
    case .real(let tensor): .real(tensor.reshaped(shape))
    case .integer(let tensor): .integer(tensor.reshaped(shape))
    }
  }

  /// Element `i` is element `table[i]` of this constant.
  func gathered(_ table: [Int], shape: Shape) -> ONNXConstant {
    switch self {
    case .real(let tensor):
      .real(Tensor(shape: shape, elements: table.map { tensor.elements[$0] }))
    case .integer(let tensor):
      .integer(Tensor(shape: shape, elements: table.map { tensor.elements[$0] }))
    }
  }
}

/// The element types of ONNX tensors that a network can hold, with their numbers in the format.
enum ONNXElementType: Int {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case double = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// The bytes of one element in raw data.
  var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .int64, .double, .uint64: 8
    }
  }

  /// Whether elements are real numbers.
  var isReal: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64: false
    }
  }
}
