/// What one element of a NumPy array is; the raw value is NumPy's code without the byte order.
public enum NumPyElementType: String, Hashable, Sendable, CaseIterable {
  /// One byte, 0 or 1.
  case boolean = "b1"
  /// Two's complement, 8 bits.
  case int8 = "i1"
  /// Two's complement, 16 bits.
  case int16 = "i2"
  /// Two's complement, 32 bits.
  case int32 = "i4"
  /// Two's complement, 64 bits.
  case int64 = "i8"
  /// Unsigned, 8 bits.
  case uint8 = "u1"
  /// Unsigned, 16 bits.
  case uint16 = "u2"
  /// Unsigned, 32 bits.
  case uint32 = "u4"
  /// Unsigned, 64 bits.
  case uint64 = "u8"
  /// IEEE 754 binary16.
  case float16 = "f2"
  /// IEEE 754 binary32.
  case float32 = "f4"
  /// IEEE 754 binary64.
  case float64 = "f8"

  /// The size of an element in bytes.
  public var byteCount: Int {
    switch self {
    case .boolean, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    }
  }

  /// Whether elements are whole numbers; booleans are, as 0 and 1.
  public var isInteger: Bool {
    switch self {
    case .boolean, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    case .float16, .float32, .float64: false
    }
  }

  /// The code NumPy writes for little-endian elements: `<i4`, `|u1`.
  var descriptor: String { (byteCount == 1 ? "|" : "<") + rawValue }
}
