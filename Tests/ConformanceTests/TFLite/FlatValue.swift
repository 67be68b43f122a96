/// A value of a FlatBuffers file, so that tests can make files by hand.
indirect enum FlatValue: Sendable {
  /// The bytes of a scalar, where it is used.
  case inline([UInt8])
  /// Fields by number.
  case table([Int: FlatValue])
  /// A list of tables.
  case tables([FlatValue])
  /// A list of scalars of equal size, all their bytes.
  case scalars([UInt8], count: Int)
  /// A value that was written under this name, or is written here and named.
  case shared(String, FlatValue)

  static func int(_ value: Int32) -> FlatValue { .inline(bytes(value)) }
  static func byte(_ value: UInt8) -> FlatValue { .inline([value]) }
  static func ints(_ values: [Int32]) -> FlatValue {
    .scalars(values.flatMap(bytes), count: values.count)
  }
  static func longs(_ values: [Int64]) -> FlatValue {
    .scalars(values.flatMap(bytes), count: values.count)
  }
  static func floats(_ values: [Float]) -> FlatValue {
    .scalars(values.flatMap { bytes($0.bitPattern) }, count: values.count)
  }
  static func data(_ bytes: [UInt8]) -> FlatValue { .scalars(bytes, count: bytes.count) }
  static func text(_ text: String) -> FlatValue { .data(Array(text.utf8)) }

  static func bytes<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

/// Writes a FlatBuffers file, parents before what they point to.
struct FlatWriter {
  private(set) var bytes: [UInt8] = []
  private var places: [String: Int] = [:]

  /// A file whose root is this table.
  static func file(_ root: FlatValue, identifier: String) -> [UInt8] {
    var writer = FlatWriter()
    writer.bytes = [0, 0, 0, 0] + Array(identifier.utf8)
    let place = writer.write(root)
    writer.patch(0, to: place)
    return writer.bytes
  }

  /// Writes a value that is pointed to and gives its place.
  private mutating func write(_ value: FlatValue) -> Int {
    while bytes.count % 4 != 0 { bytes.append(0) }
    switch value {
    case .inline(let scalar):
      bytes += scalar
      return bytes.count - scalar.count
    case .shared(let name, let inner):
      if let place = places[name] { return place }
      let place = write(inner)
      places[name] = place
      return place
    case .scalars(let content, let count):
      let place = bytes.count
      bytes += FlatValue.bytes(UInt32(count)) + content
      return place
    case .tables(let entries):
      let place = bytes.count
      bytes += FlatValue.bytes(UInt32(entries.count))
      bytes += [UInt8](repeating: 0, count: 4 * entries.count)
      for (index, entry) in entries.enumerated() {
        patch(place + 4 + 4 * index, to: write(entry))
      }
      return place
    case .table(let fields):
      return write(fields: fields)
    }
  }

  /// The directory, then the table, then what its fields point to.
  private mutating func write(fields: [Int: FlatValue]) -> Int {
    let count = (fields.keys.max() ?? -1) + 1
    var offsets = [Int](repeating: 0, count: count)
    var size = 4
    for index in 0..<count {
      guard let field = fields[index] else { continue }
      offsets[index] = size
      if case .inline(let scalar) = field { size += (scalar.count + 3) / 4 * 4 } else { size += 4 }
    }
    let directory = bytes.count
    bytes += FlatValue.bytes(UInt16(4 + 2 * count)) + FlatValue.bytes(UInt16(size))
    for offset in offsets { bytes += FlatValue.bytes(UInt16(offset)) }
    while bytes.count % 4 != 0 { bytes.append(0) }
    let place = bytes.count
    bytes += FlatValue.bytes(Int32(place - directory))
    bytes += [UInt8](repeating: 0, count: size - 4)
    for index in 0..<count {
      guard let field = fields[index] else { continue }
      if case .inline(let scalar) = field {
        bytes.replaceSubrange(
          place + offsets[index]..<place + offsets[index] + scalar.count, with: scalar)
      } else {
        patch(place + offsets[index], to: write(field))
      }
    }
    return place
  }

  private mutating func patch(_ place: Int, to target: Int) {
    bytes.replaceSubrange(place..<place + 4, with: FlatValue.bytes(UInt32(target - place)))
  }
}
