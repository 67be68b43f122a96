internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// The bytes of a constant.
  private mutating func bytes(
    of tensor: TFLiteTensor
  ) throws(TFLiteProblem) -> Range<Int> {
    guard let data = tensor.data else {
      throw TFLiteProblem(
        "\(tensor.place): must be a constant, but the file has no data for it; "
          + "convert the model with fixed weights and shapes")
    }
    try spend(tensor.count)
    return data
  }

  /// The integers of a constant, in the file's order.
  mutating func integers(_ tensor: TFLiteTensor) throws(TFLiteProblem) -> [Int] {
    let range = try bytes(of: tensor)
    switch tensor.type {
    case .int8: return decoded(range, Int8.self) { Int($0) }
    case .uint8, .bool: return decoded(range, UInt8.self) { Int($0) }
    case .int16: return decoded(range, Int16.self) { Int($0) }
    case .int32: return decoded(range, Int32.self) { Int($0) }
    case .int64: return decoded(range, Int64.self) { Int($0) }
    case .int4:
      // Two codes in a byte, the first in its low half.
      return (0..<tensor.count).map { index in
        let byte = model.file.bytes[range.lowerBound + index / 2]
        let code = Int(index % 2 == 0 ? byte & 15 : byte >> 4)
        return code < 8 ? code : code - 16
      }
    case .float32, .float16, .string, .complex64, .float64, .complex128, .uint64, .resource,
      .variant, .uint32, .uint16:
      throw TFLiteProblem(
        "\(tensor.place): must hold integers, but its type is \(tensor.type); "
          + "quantize the model fully")
    }
  }

  /// The codes of a constant, in the file's order.
  mutating func codes(_ tensor: TFLiteTensor) throws(TFLiteProblem) -> [Int32] {
    guard tensor.type != .int64 else {
      throw TFLiteProblem("\(tensor.place): codes of int64 are not supported; use int8")
    }
    return try integers(tensor).map { Int32(truncatingIfNeeded: $0) }
  }

  /// The real numbers of a float constant, in the file's order.
  mutating func floats(_ tensor: TFLiteTensor) throws(TFLiteProblem) -> [Float] {
    guard tensor.type == .float32 else {
      throw TFLiteProblem(
        "\(tensor.place): is \(tensor.type) in a float32 layer (a hybrid model); "
          + "quantize activations too, or convert the model without optimizations")
    }
    return decoded(try bytes(of: tensor), UInt32.self) { Float(bitPattern: $0) }
  }

  private func decoded<Bits: FixedWidthInteger, Value>(
    _ range: Range<Int>, _ type: Bits.Type, _ value: (Bits) -> Value
  ) -> [Value] {
    model.file.bytes.withUnsafeBytes { bytes in
      stride(from: range.lowerBound, to: range.upperBound, by: MemoryLayout<Bits>.size).map {
        value(Bits(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: Bits.self)))
      }
    }
  }

  /// A short list of plain integers: axes, paddings, the begin of a slice.
  mutating func list(
    _ position: Int, of operation: TFLiteOperator, limit: Int = 2 * TFLiteModel.mostAxes
  ) throws(TFLiteProblem) -> [Int] {
    let tensor = try input(position, of: operation)
    guard tensor.type == .int32 || tensor.type == .int64, tensor.count <= limit else {
      throw TFLiteProblem(
        "\(operation.place): input \(position) must be a short list of int32; "
          + "convert the model again")
    }
    let list = try integers(tensor)
    guard list.allSatisfy({ Int(Int32(truncatingIfNeeded: $0)) == $0 }) else {
      throw TFLiteProblem(
        "\(operation.place): input \(position) holds numbers beyond 32 bits; "
          + "convert the model again")
    }
    return list
  }

  /// The value of a constant under given extents, made a layer when it is first read.
  mutating func constant(
    _ tensor: TFLiteTensor, _ wanted: [Int]
  ) throws(TFLiteProblem) -> Int {
    let key = [tensor.index, wanted.count]
    if let value = constants[key] { return value }
    guard tensor.data != nil else {
      throw TFLiteProblem(
        "\(tensor.place): is read before an operator writes it; "
          + "the file is damaged, or the network has several inputs")
    }
    let quantization = try tensor.quantization()
    let value: Int
    if quantization.format == .float32 {
      let numbers = Self.channelsFirst(try floats(tensor), wanted)
      value = try append(
        .float(.constant(Tensor(shape: TFLiteTensor.shape(wanted), elements: numbers))),
        kind: "constant", name: tensor.name, inputs: [], extents: wanted,
        quantization: quantization)
    } else {
      value = try append(
        .constant(Self.channelsFirst(try codes(tensor), wanted)), kind: "constant",
        name: tensor.name, inputs: [], extents: wanted, quantization: quantization)
    }
    constants[key] = value
    return value
  }

  /// Elements of the file's order in ONNX axis order.
  static func channelsFirst<Element: Sendable>(
    _ elements: [Element], _ extents: [Int]
  ) -> [Element] {
    guard extents.count == 4 else { return elements }
    return Tensor(shape: Shape(extents), elements: elements).transposed([0, 3, 1, 2]).elements
  }

  /// Gives a network input codes that are the same for every sample.
  mutating func bind(
    _ tensor: TFLiteTensor, to codes: [Int32], position: Int
  ) throws(TFLiteProblem) {
    let quantization = try tensor.quantization()
    guard codes.count == tensor.count,
      codes.allSatisfy({ quantization.codes.contains(Int($0)) })
    else {
      throw TFLiteProblem(
        "input \(position), \(tensor.place): is given \(codes.count) codes; "
          + "give \(tensor.count) codes of \(quantization.format)")
    }
    try spend(codes.count)
    values[tensor.index] = try append(
      .constant(Self.channelsFirst(codes, tensor.extents)), kind: "constant", name: tensor.name,
      inputs: [], extents: tensor.extents, quantization: quantization)
  }
}
