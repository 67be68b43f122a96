internal import Arithmetic
internal import Tensors

/// A value known without running the network.
enum ONNXConstant: Sendable {
  /// Real numbers, of whatever precision in the file.
  case real(Tensor<Float>)
  /// Integers and booleans.
  case integer(Tensor<Int>)
  /// Integers of 8 bits, which weights are: kept in as many bytes.
  case bytes(CodeArray, shape: Shape)
  /// Real numbers that codes stand for: what a DequantizeLinear of constants gives.
  case quantized(ONNXCodes)

  /// The extents; without axes for a scalar.
  var shape: Shape {
    switch self {
    case .real(let tensor): tensor.shape
    case .integer(let tensor): tensor.shape
    case .bytes(_, let shape): shape
    case .quantized(let codes): codes.shape
    }
  }

  /// The elements as real numbers.
  var floats: [Float] {
    switch self {
    case .real(let tensor): tensor.elements
    case .integer(let tensor): tensor.elements.map { Float($0) }
    case .bytes(let codes, _): codes.map { Float($0) }
    case .quantized(let codes): codes.reals.elements
    }
  }

  /// The constant as a tensor of real numbers.
  var tensor: Tensor<Float> {
    switch self {
    case .real(let tensor): tensor
    case .integer(let tensor): tensor.map { Float($0) }
    case .bytes(_, let shape): Tensor(shape: shape, elements: floats)
    case .quantized(let codes): codes.reals
    }
  }

  /// The elements as integers; nil when they are real numbers.
  var integers: [Int]? {
    switch self {
    case .real, .quantized: nil
    case .integer(let tensor): tensor.elements
    case .bytes(let codes, _): codes.map { Int($0) }
    }
  }

  /// The only element, if there is one.
  var scalar: Float? { shape.count == 1 ? floats.first : nil }

  /// The same elements under another shape of as many.
  func reshaped(_ shape: Shape) -> ONNXConstant {
    switch self {
    case .real(let tensor): .real(tensor.reshaped(shape))
    case .integer(let tensor): .integer(tensor.reshaped(shape))
    case .bytes(let codes, _): .bytes(codes, shape: shape)
    case .quantized(let codes): .quantized(codes.reshaped(shape))
    }
  }

  /// Element `i` is element `table[i]` of this constant.
  func gathered(_ table: [Int], shape: Shape) -> ONNXConstant {
    switch self {
    case .real(let tensor):
      .real(Tensor(shape: shape, elements: table.map { tensor.elements[$0] }))
    case .integer(let tensor):
      .integer(Tensor(shape: shape, elements: table.map { tensor.elements[$0] }))
    case .bytes(let codes, _): .bytes(codes.gathered(table), shape: shape)
    case .quantized(let codes): .quantized(codes.gathered(table, shape: shape))
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
  case float8e4m3fn = 17
  case float8e4m3fnuz = 18
  case float8e5m2 = 19
  case float8e5m2fnuz = 20
  case uint4 = 21
  case int4 = 22
  case float4e2m1 = 23
  case uint2 = 25
  case int2 = 26

  /// The bits of one element in raw data.
  var bits: Int {
    switch self {
    case .uint2, .int2: 2
    case .uint4, .int4, .float4e2m1: 4
    case .uint8, .int8, .bool, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float, .int32, .uint32: 32
    case .int64, .double, .uint64: 64
    }
  }

  /// Whether elements are real numbers.
  var isReal: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    case .float8e4m3fn, .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1: true
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .uint32, .uint64: false
    case .uint4, .int4, .uint2, .int2: false
    }
  }

  /// The small floating-point format, if it is one.
  var minifloat: Minifloat? {
    switch self {
    case .float8e4m3fn: .e4m3fn
    case .float8e4m3fnuz: .e4m3fnuz
    case .float8e5m2: .e5m2
    case .float8e5m2fnuz: .e5m2fnuz
    case .float4e2m1: .e2m1
    case .float, .uint8, .int8, .uint16, .int16, .int32, .int64, .bool, .float16, .double, .uint32,
      .uint64, .bfloat16, .uint4, .int4, .uint2, .int2:
      nil
    }
  }

  /// The format of integer codes, if it is one that layers can work on.
  var integer: IntegerFormat? {
    switch self {
    case .uint2, .uint4, .uint8, .uint16: IntegerFormat(bits: bits, isSigned: false)
    case .int2, .int4, .int8, .int16, .int32: IntegerFormat(bits: bits, isSigned: true)
    case .float, .int64, .bool, .float16, .double, .uint32, .uint64, .bfloat16, .float8e4m3fn,
      .float8e4m3fnuz, .float8e5m2, .float8e5m2fnuz, .float4e2m1:
      nil
    }
  }
}
