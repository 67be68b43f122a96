internal import Arithmetic
internal import Foundation
internal import Tensors

extension ONNXConstant {
  /// The constant in a tensor of the file; its data must be exactly as large as its shape says.
  init(
    _ proto: Onnx_TensorProto, externalData: inout ONNXExternalData
  ) throws(ONNXProblem) {
    let place = "tensor '\(proto.name.shortened)'"
    let shape = Shape(proto.dims.map { Int($0) })
    guard let count = shape.checkedCount, count <= 1 << 40 else {
      throw ONNXProblem("\(place): shape \(shape) is negative or too large; export it again")
    }
    guard let type = ONNXElementType(rawValue: Int(proto.dataType)) else {
      throw ONNXProblem(
        "\(place): element type \(proto.dataType) is not supported; use float, double, float16, "
          + "bfloat16, float8, float4, bool or an integer of 2 to 64 bits")
    }
    let expected = (count * type.bits + 7) / 8
    if proto.dataLocation == .external {
      let bytes: Data
      do throws(ONNXProblem) {
        bytes = try externalData.bytes(proto.externalData, count: expected)
      } catch {
        throw ONNXProblem("\(place): \(error.text)")
      }
      self = try Self.decoded(bytes, type, shape, place)
    } else if !proto.rawData.isEmpty || count == 0 {
      guard proto.rawData.count == expected else {
        throw ONNXProblem(
          "\(place): has \(proto.rawData.count) bytes of data, but \(shape) needs \(expected); "
            + "export it again")
      }
      self = try Self.decoded(proto.rawData, type, shape, place)
    } else {
      self = try Self.typed(proto, type, shape, count, place)
    }
  }

  /// Little-endian raw data, already known to have the right size.
  private static func decoded(
    _ bytes: Data, _ type: ONNXElementType, _ shape: Shape, _ place: String
  ) throws(ONNXProblem) -> ONNXConstant {
    func elements<Word: FixedWidthInteger, Element>(
      _: Word.Type, _ element: (Word) -> Element
    ) -> Tensor<Element> {
      let size = MemoryLayout<Word>.size
      let elements = bytes.withUnsafeBytes { raw in
        (0..<raw.count / size).map {
          element(Word(littleEndian: raw.loadUnaligned(fromByteOffset: $0 * size, as: Word.self)))
        }
      }
      return Tensor(shape: shape, elements: elements)
    }
    func integers<Word: FixedWidthInteger>(_ word: Word.Type) -> ONNXConstant {
      .integer(elements(word) { Int($0) })
    }
    switch type {
    case .float: return .real(elements(UInt32.self) { Float(bitPattern: $0) })
    case .double: return .real(elements(UInt64.self) { Float(Double(bitPattern: $0)) })
    case .float16: return .real(elements(UInt16.self) { Float(Float16(bitPattern: $0)) })
    case .bfloat16: return .real(elements(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .uint8, .bool: return .bytes(CodeArray([UInt8](bytes)), shape: shape)
    case .int8: return .bytes(CodeArray(bytes.map { Int8(bitPattern: $0) }), shape: shape)
    case .uint16: return integers(UInt16.self)
    case .int16: return integers(Int16.self)
    case .int32: return integers(Int32.self)
    case .uint32: return integers(UInt32.self)
    case .int64: return integers(Int64.self)
    case .uint64: return try unsigned(elements(UInt64.self) { $0 }.elements, shape, place)
    case .uint2, .int2, .uint4, .int4, .float4e2m1, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2,
      .float8e5m2fnuz:
      return unpacked([UInt8](bytes), type, shape)
    }
  }

  /// Data in the fields for one type each.
  private static func typed(
    _ proto: Onnx_TensorProto, _ type: ONNXElementType, _ shape: Shape, _ count: Int,
    _ place: String
  ) throws(ONNXProblem) -> ONNXConstant {
    func check(_ found: Int) throws(ONNXProblem) {
      guard found == count else {
        throw ONNXProblem(
          "\(place): has \(found) elements of data, but \(shape) needs \(count); export it again")
      }
    }
    switch type {
    case .float:
      try check(proto.floatData.count)
      return .real(Tensor(shape: shape, elements: proto.floatData))
    case .double:
      try check(proto.doubleData.count)
      return .real(Tensor(shape: shape, elements: proto.doubleData.map { Float($0) }))
    case .float16, .bfloat16:
      try check(proto.int32Data.count)
      let words = proto.int32Data.map { UInt16(truncatingIfNeeded: $0) }
      return .real(
        Tensor(
          shape: shape,
          elements: words.map {
            type == .float16
              ? Float(Float16(bitPattern: $0)) : Float(bitPattern: UInt32($0) << 16)
          }))
    case .uint2, .int2, .uint4, .int4, .float4e2m1, .float8e4m3fn, .float8e4m3fnuz, .float8e5m2,
      .float8e5m2fnuz:
      let bytes = (count * type.bits + 7) / 8
      guard proto.int32Data.count == bytes else {
        throw ONNXProblem(
          "\(place): has \(proto.int32Data.count) bytes of data, but \(shape) needs \(bytes); "
            + "export it again")
      }
      return unpacked(proto.int32Data.map { UInt8(truncatingIfNeeded: $0) }, type, shape)
    case .uint8, .int8, .uint16, .int16, .int32, .bool:
      try check(proto.int32Data.count)
      return .integer(Tensor(shape: shape, elements: proto.int32Data.map { Int($0) }))
    case .int64:
      try check(proto.int64Data.count)
      return .integer(Tensor(shape: shape, elements: proto.int64Data.map { Int($0) }))
    case .uint32, .uint64:
      try check(proto.uint64Data.count)
      return try unsigned(proto.uint64Data, shape, place)
    }
  }

  /// Codes of 8 bits or less, the first one in the lowest bits of a byte.
  private static func unpacked(
    _ bytes: [UInt8], _ type: ONNXElementType, _ shape: Shape
  ) -> ONNXConstant {
    let perByte = 8 / type.bits
    let mask = type.bits == 8 ? 255 : (1 << type.bits) - 1
    let patterns = (0..<shape.count).map { index in
      Int(bytes[index / perByte]) >> (index % perByte * type.bits) & mask
    }
    if let minifloat = type.minifloat {
      return .real(Tensor(shape: shape, elements: patterns.map { Float(minifloat.real($0)) }))
    }
    let isSigned = type.integer?.isSigned ?? false
    return .integer(
      Tensor(
        shape: shape,
        elements: patterns.map { isSigned && $0 > mask >> 1 ? $0 - mask - 1 : $0 }))
  }

  private static func unsigned(
    _ words: [UInt64], _ shape: Shape, _ place: String
  ) throws(ONNXProblem) -> ONNXConstant {
    if words.contains(where: { $0 > UInt64(Int.max) }) {
      throw ONNXProblem("\(place): has an integer above 2^63 - 1; use smaller ones")
    }
    return .integer(Tensor(shape: shape, elements: words.map { Int($0) }))
  }
}
