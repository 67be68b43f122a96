public import Tensors

/// An array as a NumPy file holds it: the bytes of the file and what they mean.
///
/// Elements are converted when they are asked for, a range at a time; those of a large `.npy` file are
/// read then too, so that a large array costs no memory.
///
/// - Source: NumPy Enhancement Proposal 1, "A Simple File Format for NumPy Arrays"; versions 1 to 3.
public struct NumPyArray: Sendable {
  /// The extents, outermost axis first; the first axis counts samples.
  public let shape: Shape
  /// What each element is.
  public let elementType: NumPyElementType

  /// Whether multi-byte elements have their most significant byte first.
  private let isBigEndian: Bool
  /// Whether the first axis varies fastest in memory.
  private let isFortranOrder: Bool
  private let bytes: NumPyBytes
  /// The position in `bytes` of the first element.
  private let start: Int

  /// The array of a whole `.npy` image whose header was already read and found to match its size.
  init(header: NumPyHeader, bytes: NumPyBytes) {
    precondition(
      bytes.count == header.byteCount + header.elementBytes, "the header announces the data size")
    shape = header.shape
    elementType = header.elementType
    isBigEndian = header.isBigEndian
    isFortranOrder = header.isFortranOrder && header.shape.rank > 1
    self.bytes = bytes
    start = header.byteCount
  }

  /// The number of elements.
  public var count: Int { shape.count }

  /// The extent of the first axis; 1 for a scalar.
  public var sampleCount: Int { shape.rank == 0 ? 1 : shape[0] }

  /// The number of elements of one sample.
  public var elementsPerSample: Int { Shape(Array(shape.extents.dropFirst())).count }

  /// Whether elements are whole numbers; booleans are, as 0 and 1.
  public var isInteger: Bool { elementType.isInteger }

  /// A range of elements in C order (last axis fastest) as real numbers.
  ///
  /// - Exactness: nearest float32; exact for integers of up to 24 bits.
  /// - Precondition: the range lies inside `0..<count`.
  public func floats(_ range: Range<Int>) -> [Float] {
    switch elementType {
    case .boolean: elements(range, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .int8: elements(range, Int8.self) { Float($0) }
    case .int16: elements(range, Int16.self) { Float($0) }
    case .int32: elements(range, Int32.self) { Float($0) }
    case .int64: elements(range, Int64.self) { Float($0) }
    case .uint8: elements(range, UInt8.self) { Float($0) }
    case .uint16: elements(range, UInt16.self) { Float($0) }
    case .uint32: elements(range, UInt32.self) { Float($0) }
    case .uint64: elements(range, UInt64.self) { Float($0) }
    case .float16: elements(range, UInt16.self) { Float(Float16(bitPattern: $0)) }
    case .float32: elements(range, UInt32.self) { Float(bitPattern: $0) }
    case .float64: elements(range, UInt64.self) { Float(Double(bitPattern: $0)) }
    }
  }

  /// A range of elements in C order (last axis fastest) as integers.
  ///
  /// - Exactness: exact for all integers up to `Int.max`, larger ones read as `Int.max`; real numbers
  ///   are truncated toward zero and clipped, NaN reads as 0. Ask `holdsIntegers` first.
  /// - Precondition: the range lies inside `0..<count`.
  public func integers(_ range: Range<Int>) -> [Int] {
    switch elementType {
    case .boolean: elements(range, UInt8.self) { $0 == 0 ? 0 : 1 }
    case .int8: elements(range, Int8.self) { Int($0) }
    case .int16: elements(range, Int16.self) { Int($0) }
    case .int32: elements(range, Int32.self) { Int($0) }
    case .int64: elements(range, Int64.self) { Int($0) }
    case .uint8: elements(range, UInt8.self) { Int($0) }
    case .uint16: elements(range, UInt16.self) { Int($0) }
    case .uint32: elements(range, UInt32.self) { Int($0) }
    case .uint64: elements(range, UInt64.self) { Int(clamping: $0) }
    case .float16: elements(range, UInt16.self) { Self.truncated(Double(Float16(bitPattern: $0))) }
    case .float32: elements(range, UInt32.self) { Self.truncated(Double(Float(bitPattern: $0))) }
    case .float64: elements(range, UInt64.self) { Self.truncated(Double(bitPattern: $0)) }
    }
  }

  /// Whether every element of a range is a whole number that `integers` gives exactly.
  ///
  /// - Precondition: the range lies inside `0..<count`.
  public func holdsIntegers(_ range: Range<Int>) -> Bool {
    switch elementType {
    case .boolean, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32: true
    case .uint64: elements(range, UInt64.self) { $0 <= UInt64(Int.max) }.allSatisfy { $0 }
    case .float16:
      elements(range, UInt16.self) { Self.isWhole(Double(Float16(bitPattern: $0))) }
        .allSatisfy { $0 }
    case .float32:
      elements(range, UInt32.self) { Self.isWhole(Double(Float(bitPattern: $0))) }
        .allSatisfy { $0 }
    case .float64:
      elements(range, UInt64.self) { Self.isWhole(Double(bitPattern: $0)) }.allSatisfy { $0 }
    }
  }

  private static func isWhole(_ value: Double) -> Bool { Int(exactly: value) != nil }

  private static func truncated(_ value: Double) -> Int {
    if value.isNaN { return 0 }
    // The doubles nearest to the ends of Int: -2^63 is one of its values, 2^63 is not.
    if value >= 0x1p63 { return .max }
    return value <= -0x1p63 ? .min : Int(value)
  }

  /// Each element of a range, its bits brought into native order, passed through a function.
  private func elements<Bits: FixedWidthInteger, Value>(
    _ range: Range<Int>, _ type: Bits.Type, _ value: (Bits) -> Value
  ) -> [Value] {
    precondition(
      0 <= range.lowerBound && range.upperBound <= count, "the range lies inside the array")
    let size = MemoryLayout<Bits>.size
    let isWhole = isFortranOrder
    let first = isWhole ? 0 : range.lowerBound
    let span = start + first * size..<start + (isWhole ? count : range.upperBound) * size
    return bytes.withBytes(span) { buffer in
      // The usual order of bytes and elements, which large sets of samples have.
      if !isFortranOrder, !isBigEndian {
        return [Value](unsafeUninitializedCapacity: range.count) { values, initialized in
          for index in 0..<range.count {
            let bits = buffer.loadUnaligned(fromByteOffset: index * size, as: Bits.self)
            values.initializeElement(at: index, to: value(Bits(littleEndian: bits)))
          }
          initialized = range.count
        }
      }
      let strides = shape.strides
      return range.map { index in
        let place = isFortranOrder ? fortranPlace(index, strides) : index - first
        let bits = buffer.loadUnaligned(
          fromByteOffset: place * size, as: Bits.self)
        return value(isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
      }
    }
  }

  /// The place in Fortran order of the element with this index in C order.
  private func fortranPlace(_ index: Int, _ strides: [Int]) -> Int {
    var rest = index
    var place = 0
    var step = 1
    for axis in 0..<shape.rank {
      let (coordinate, remainder) = rest.quotientAndRemainder(dividingBy: strides[axis])
      place += coordinate * step
      step *= shape[axis]
      rest = remainder
    }
    return place
  }
}
