/// The bytes of a FlatBuffers file; every access is checked against their number.
///
/// - Source: FlatBuffers internals: little-endian scalars, unsigned 32-bit offsets forward from where
///   they are stored, a signed 32-bit offset from a table back to its field directory.
struct FlatBuffer: Sendable {
  let bytes: [UInt8]

  /// The integer of that many bytes at a place.
  func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, at place: Int
  ) throws(TFLiteProblem) -> Value {
    guard place >= 0, bytes.count - MemoryLayout<Value>.size >= place else {
      throw TFLiteProblem(
        "byte \(place): points outside the \(bytes.count) bytes of the file; "
          + "it is damaged or cut off, write it again")
    }
    let bits = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Value.self) }
    return Value(littleEndian: bits)
  }

  /// The place that the offset stored at `place` points to.
  func target(at place: Int) throws(TFLiteProblem) -> Int {
    place + Int(try integer(UInt32.self, at: place))
  }

  /// The table that the offset stored at `place` points to.
  func table(at place: Int) throws(TFLiteProblem) -> FlatTable {
    try FlatTable(self, place: try target(at: place))
  }

  /// The vector that the offset stored at `place` points to.
  func vector(at place: Int, stride: Int) throws(TFLiteProblem) -> FlatVector {
    let start = try target(at: place)
    let count = Int(try integer(UInt32.self, at: start))
    guard count <= (bytes.count - start - 4) / stride else {
      throw TFLiteProblem(
        "byte \(start): a list of \(count) elements does not fit the \(bytes.count) bytes of the "
          + "file; it is damaged or cut off, write it again")
    }
    return FlatVector(buffer: self, start: start + 4, count: count, stride: stride)
  }
}

/// A list of elements of the same size, known to lie inside the file.
struct FlatVector: Sendable {
  let buffer: FlatBuffer
  let start: Int
  let count: Int
  let stride: Int

  /// The integer at an index.
  func integer<Value: FixedWidthInteger>(
    _ type: Value.Type, at index: Int
  ) throws(TFLiteProblem) -> Value {
    try buffer.integer(type, at: start + index * stride)
  }

  /// The table at an index of a list of tables.
  func table(at index: Int) throws(TFLiteProblem) -> FlatTable {
    try buffer.table(at: start + index * stride)
  }

  /// The bytes of the list.
  var range: Range<Int> { start..<start + count * stride }
}

/// A table: fields that are found by a directory of 16-bit offsets; an absent field has its default.
struct FlatTable: Sendable {
  let buffer: FlatBuffer
  let place: Int
  private let directory: Int
  private let directoryBytes: Int

  init(_ buffer: FlatBuffer, place: Int) throws(TFLiteProblem) {
    self.buffer = buffer
    self.place = place
    directory = place - Int(try buffer.integer(Int32.self, at: place))
    directoryBytes = Int(try buffer.integer(UInt16.self, at: directory))
    guard directoryBytes >= 4, directory + directoryBytes <= buffer.bytes.count else {
      throw TFLiteProblem(
        "byte \(place): the directory of a table lies outside the file; "
          + "it is damaged or cut off, write it again")
    }
  }

  /// The place of a field, nil when it is absent.
  private func field(_ index: Int) throws(TFLiteProblem) -> Int? {
    let entry = 4 + 2 * index
    guard entry + 2 <= directoryBytes else { return nil }
    let offset = Int(try buffer.integer(UInt16.self, at: directory + entry))
    return offset == 0 ? nil : place + offset
  }

  /// An integer field.
  func integer<Value: FixedWidthInteger>(
    _ index: Int, default value: Value
  ) throws(TFLiteProblem) -> Value {
    guard let place = try field(index) else { return value }
    return try buffer.integer(Value.self, at: place)
  }

  /// An `int` field.
  func int(_ index: Int, default value: Int32 = 0) throws(TFLiteProblem) -> Int {
    Int(try integer(index, default: value))
  }

  /// A `byte` field, such as an enumeration.
  func byte(_ index: Int) throws(TFLiteProblem) -> Int {
    Int(try integer(index, default: Int8(0)))
  }

  /// A `bool` field.
  func bool(_ index: Int) throws(TFLiteProblem) -> Bool {
    try integer(index, default: UInt8(0)) != 0
  }

  /// A `float` field.
  func float(_ index: Int) throws(TFLiteProblem) -> Float {
    Float(bitPattern: try integer(index, default: UInt32(0)))
  }

  /// A list field, nil when it is absent.
  func vector(_ index: Int, stride: Int) throws(TFLiteProblem) -> FlatVector? {
    guard let place = try field(index) else { return nil }
    return try buffer.vector(at: place, stride: stride)
  }

  /// A table field, nil when it is absent.
  func table(_ index: Int) throws(TFLiteProblem) -> FlatTable? {
    guard let place = try field(index) else { return nil }
    return try buffer.table(at: place)
  }

  /// A text field, cut after `limit` bytes; empty when it is absent.
  func string(_ index: Int, limit: Int) throws(TFLiteProblem) -> String {
    guard let vector = try vector(index, stride: 1) else { return "" }
    return String(decoding: buffer.bytes[vector.range.prefix(limit)], as: UTF8.self).printable
  }
}
