internal import Arithmetic
internal import Networks
internal import Tensors

/// The element types of tensors, with their numbers in the schema.
enum TFLiteElementType: Int, Sendable {
  case float32 = 0
  case float16 = 1
  case int32 = 2
  case uint8 = 3
  case int64 = 4
  case string = 5
  case bool = 6
  case int16 = 7
  case complex64 = 8
  case int8 = 9
  case float64 = 10
  case complex128 = 11
  case uint64 = 12
  case resource = 13
  case variant = 14
  case uint32 = 15
  case uint16 = 16
  case int4 = 17

  /// The integer format of codes, nil for types that no activation or weight of a network has.
  var format: IntegerFormat? {
    switch self {
    case .int4: IntegerFormat(bits: 4, isSigned: true)
    case .int8: IntegerFormat(bits: 8, isSigned: true)
    case .uint8: IntegerFormat(bits: 8, isSigned: false)
    case .int16: IntegerFormat(bits: 16, isSigned: true)
    case .int32: IntegerFormat(bits: 32, isSigned: true)
    case .float32, .float16, .int64, .string, .bool, .complex64, .float64, .complex128, .uint64,
      .resource, .variant, .uint32, .uint16:
      nil
    }
  }

  /// The bits of an element, nil for types that are not read.
  var bits: Int? {
    switch self {
    case .int4: 4
    case .int8, .uint8, .bool: 8
    case .int16: 16
    case .int32, .float32: 32
    case .int64: 64
    case .float16, .string, .complex64, .float64, .complex128, .uint64, .resource, .variant,
      .uint32, .uint16:
      nil
    }
  }
}

/// One tensor of the file: an activation, or a constant whose bytes lie in the file.
struct TFLiteTensor: Sendable {
  let index: Int
  let name: String
  let type: TFLiteElementType
  /// The extents in the file's order: images are [1, height, width, channels].
  let extents: [Int]
  /// The number of elements.
  let count: Int
  /// Where the bytes of a constant lie in the file.
  let data: Range<Int>?
  let scales: [Float]
  let zeroPoints: [Int]
  /// The axis that the scales belong to, when there are several.
  let axis: Int
  let isVariable: Bool

  /// The place of the tensor in messages.
  var place: String { name.isEmpty ? "tensor \(index)" : "tensor \(index) '\(name.shortened)'" }

  /// Whether it holds plain whole numbers, such as shapes and axes.
  var isPlainInteger: Bool { (type == .int32 || type == .int64) && scales.isEmpty }

  /// The shape in ONNX axis order: images become [1, channels, height, width].
  var shape: Shape { Self.shape(extents) }

  /// Extents of the file in ONNX axis order.
  static func shape(_ extents: [Int]) -> Shape {
    extents.count == 4
      ? Shape([extents[0], extents[3], extents[1], extents[2]]) : Shape(extents)
  }

  /// The one quantization of an activation.
  func quantization() throws(TFLiteProblem) -> ActivationQuantization {
    if type == .float32 { return .float32 }
    guard let format = type.format, format.bits > 4 else {
      throw TFLiteProblem(
        "\(place): an activation of type \(type) is not supported; "
          + "use int8, uint8, int16, int32 or float32")
    }
    guard scales.count == 1, zeroPoints.count <= 1 else {
      throw TFLiteProblem(
        "\(place): an activation needs one scale and one zero point, this has \(scales.count) and "
          + "\(zeroPoints.count); quantize the model fully")
    }
    let zeroPoint = zeroPoints.first ?? 0
    guard Self.sane.contains(scales[0]), format.clamped(zeroPoint) == zeroPoint else {
      throw TFLiteProblem(
        "\(place): scale \(scales[0]) and zero point \(zeroPoint); a scale must be from 2^-40 to "
          + "2^40 and a zero point a code of \(format)")
    }
    return ActivationQuantization(
      format: .affine(format), scale: Double(scales[0]), zeroPoint: zeroPoint)
  }

  /// The scales that no product of three leaves the range of float32 with.
  static let sane: ClosedRange<Float> = 0x1p-40...0x1p40
}

extension TFLiteModel {
  /// The tensor at an index.
  func tensor(_ index: Int) throws(TFLiteProblem) -> TFLiteTensor {
    guard (0..<tensors.count).contains(index) else {
      throw TFLiteProblem(
        "tensor \(index): the file has \(tensors.count); it is damaged, write it again")
    }
    let table = try tensors.table(at: index)
    let name = try table.string(3, limit: 400)
    let place = "tensor \(index) '\(name.shortened)'"
    let number = try table.byte(1)
    guard let type = TFLiteElementType(rawValue: number) else {
      throw TFLiteProblem("\(place): element type \(number) is not supported; use int8 or float32")
    }
    if try table.table(6) != nil {
      throw TFLiteProblem("\(place): is sparse; convert the model without sparsity")
    }
    if try table.integer(10, default: UInt32(0)) != 0 {
      throw TFLiteProblem("\(place): lies in another file; convert the model into one file")
    }
    let extents = try extents(of: table, place)
    guard let count = Shape(extents).checkedCount, count <= 1 << 31 else {
      throw TFLiteProblem("\(place): has more than 2^31 elements; use a smaller input")
    }
    let quantization = try table.table(4)
    if let quantization, try quantization.byte(4) != 0 {
      throw TFLiteProblem(
        "\(place): custom or blockwise quantization is not supported; use scales for each channel")
    }
    return TFLiteTensor(
      index: index, name: name, type: type, extents: extents, count: count,
      data: try data(of: table, count: count, type, place),
      scales: try scales(of: quantization, extents, place),
      zeroPoints: try zeroPoints(of: quantization, extents, place),
      axis: try quantization?.int(6) ?? 0, isVariable: try table.bool(5))
  }

  private func extents(
    of table: FlatTable, _ place: String
  ) throws(TFLiteProblem) -> [Int] {
    guard let list = try table.vector(0, stride: 4) else { return [] }
    guard list.count <= Self.mostAxes else {
      throw TFLiteProblem("\(place): has \(list.count) axes, \(Self.mostAxes) are allowed")
    }
    var extents: [Int] = []
    for axis in 0..<list.count {
      let extent = Int(try list.integer(Int32.self, at: axis))
      guard extent >= 1 else {
        throw TFLiteProblem(
          "\(place): extent \(extent) of axis \(axis); every extent must be at least 1, "
            + "fix the shape when converting")
      }
      extents.append(extent)
    }
    return extents
  }

  /// Where the bytes of a constant lie, checked against its shape.
  private func data(
    of table: FlatTable, count: Int, _ type: TFLiteElementType, _ place: String
  ) throws(TFLiteProblem) -> Range<Int>? {
    let buffer = Int(try table.integer(2, default: UInt32(0)))
    guard buffer < buffers.count else {
      throw TFLiteProblem(
        "\(place): uses buffer \(buffer) of \(buffers.count); the file is damaged, write it again")
    }
    let stored = try buffers.table(at: buffer)
    var range = try stored.vector(0, stride: 1)?.range
    let offset = try stored.integer(1, default: UInt64(0))
    if offset > 1 {
      let size = try stored.integer(2, default: UInt64(0))
      let (end, overflow) = offset.addingReportingOverflow(size)
      guard !overflow, end <= UInt64(file.bytes.count) else {
        throw TFLiteProblem(
          "\(place): its data lie outside the \(file.bytes.count) bytes of the file; "
            + "it is cut off, write it again")
      }
      range = Int(offset)..<Int(end)
    }
    guard let range, !range.isEmpty else { return nil }
    guard let bits = type.bits else {
      throw TFLiteProblem("\(place): constants of type \(type) are not supported; use int8")
    }
    let expected = (count * bits + 7) / 8
    guard range.count == expected else {
      throw TFLiteProblem(
        "\(place): its shape needs \(expected) bytes, the file has \(range.count); "
          + "it is damaged, write it again")
    }
    return range
  }

  /// As many scales as the file has: one, one for each index of an axis, or none.
  private func scales(
    of quantization: FlatTable?, _ extents: [Int], _ place: String
  ) throws(TFLiteProblem) -> [Float] {
    guard let list = try quantization?.vector(2, stride: 4) else { return [] }
    try Self.check(list.count, extents, place, "scales")
    var scales: [Float] = []
    for index in 0..<list.count {
      let scale = Float(bitPattern: try list.integer(UInt32.self, at: index))
      guard scale.isFinite, scale >= 0 else {
        throw TFLiteProblem("\(place): scale \(scale); a scale must be positive and finite")
      }
      scales.append(scale)
    }
    // Plain numbers carry the scale 0 in files of some converters.
    return scales == [0] ? [] : scales
  }

  private func zeroPoints(
    of quantization: FlatTable?, _ extents: [Int], _ place: String
  ) throws(TFLiteProblem) -> [Int] {
    guard let list = try quantization?.vector(3, stride: 8) else { return [] }
    try Self.check(list.count, extents, place, "zero points")
    var zeroPoints: [Int] = []
    for index in 0..<list.count {
      zeroPoints.append(Int(try list.integer(Int64.self, at: index)))
    }
    return zeroPoints
  }

  private static func check(
    _ count: Int, _ extents: [Int], _ place: String, _ what: String
  ) throws(TFLiteProblem) {
    guard count <= 1 || extents.contains(count) else {
      throw TFLiteProblem(
        "\(place): has \(count) \(what), which is the extent of none of its axes; "
          + "the file is damaged, write it again")
    }
  }
}
