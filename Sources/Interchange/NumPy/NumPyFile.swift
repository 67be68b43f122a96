public import Tensors

/// Reads and writes arrays in NumPy's `.npy` and `.npz` files.
public enum NumPyFile {
  /// The array of a `.npy` file, or of a member of a `.npz` archive.
  ///
  /// `FILE.npz:NAME` names a member, with or without its `.npy`. Without a name the archive must hold
  /// exactly one array. The first bytes tell the two formats apart; the extension is not looked at.
  ///
  /// - Throws: `NumPyError` for anything that is not a well-formed array of numbers, or cannot be read.
  public static func array(at path: String) throws(NumPyError) -> NumPyArray {
    var file = path
    var member: String?
    if !RegularFile.exists(path), let colon = path.lastIndex(of: ":") {
      let archive = String(path[..<colon])
      if RegularFile.exists(archive) {
        file = archive
        member = String(path[path.index(after: colon)...])
      }
    }
    let open = try opened(file)
    if member == nil, open.size > largestInMemory,
      let array = try streamed(open, name: file)
    {
      return array
    }
    return try array(bytes: try prefix(of: open, open.size, name: file), name: file, member: member)
  }

  /// The largest file that is read as a whole, in bytes.
  private static let largestInMemory = 1 << 18

  /// The array of a file whose elements stay there; nil when they cannot be read in their order.
  private static func streamed(_ file: OpenFile, name: String) throws(NumPyError) -> NumPyArray? {
    let prefix = try prefix(of: file, NumPyHeader.limit, name: name)
    guard !isArchive(prefix) else { return nil }
    do throws(NumPyHeaderProblem) {
      let header = try header(prefix, size: file.size)
      return header.isFortranOrder ? nil : NumPyArray(header: header, bytes: .file(file))
    } catch {
      throw NumPyError(file: name, reason: error.reason)
    }
  }

  private static func opened(_ file: String) throws(NumPyError) -> OpenFile {
    do throws(RegularFile.Failure) {
      return try OpenFile(file)
    } catch {
      throw NumPyError(file: file, failure: error)
    }
  }

  private static func prefix(
    of file: OpenFile, _ length: Int, name: String
  ) throws(NumPyError) -> [UInt8] {
    do throws(RegularFile.Failure) {
      return try file.prefix(length)
    } catch {
      throw NumPyError(file: name, failure: error)
    }
  }

  private static func isArchive(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: ZipArchive.magic) || bytes.starts(with: ZipArchive.emptyMagic)
  }

  /// The array of the bytes of a `.npy` or `.npz` file.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what messages call the file.
  ///   - member: the member of a `.npz`; its only one when nil.
  /// - Throws: `NumPyError` for anything that is not a well-formed array of numbers.
  public static func array(
    bytes: [UInt8], name: String, member: String? = nil
  ) throws(NumPyError) -> NumPyArray {
    do throws(NumPyHeaderProblem) {
      guard isArchive(bytes) else {
        let header = try header(bytes, size: bytes.count)
        if let member { throw NumPyHeaderProblem(.notAnArchive(member)) }
        return NumPyArray(header: header, bytes: .memory(bytes))
      }
    } catch {
      throw NumPyError(file: name, reason: error.reason)
    }
    var place = member.map { "\(name):\($0)" } ?? name
    do throws(NumPyHeaderProblem) {
      let archive = try ZipArchive(bytes)
      let entry = try archive.entry(member)
      place = "\(name):\(entry.arrayName)"
      // The header alone first: what it announces bounds what is inflated next.
      let prefix = try archive.content(entry, atMost: NumPyHeader.limit)
      let header = try header(prefix, size: entry.size)
      return NumPyArray(
        header: header, bytes: .memory(try archive.content(entry)))
    } catch {
      throw NumPyError(file: place, reason: error.reason)
    }
  }

  /// The header of an image of `size` bytes, which must be what it announces.
  private static func header(
    _ bytes: [UInt8], size: Int
  ) throws(NumPyHeaderProblem) -> NumPyHeader {
    let header = try NumPyHeader(bytes)
    guard size - header.byteCount == header.elementBytes else {
      throw NumPyHeaderProblem(
        .size(expected: header.elementBytes, found: size - header.byteCount))
    }
    return header
  }

  /// Writes integers as a `.npy` file, in C order and little-endian, under a temporary name first.
  ///
  /// - Parameters:
  ///   - elements: the elements in C order.
  ///   - type: the integer type in the file.
  ///   - shape: the extents.
  ///   - path: the file; replaced if it exists.
  /// - Throws: `NumPyError` when the system refuses; nothing is left behind.
  /// - Precondition: `type` is an integer type that holds every element; there are `shape.count`.
  public static func write(
    _ elements: [some FixedWidthInteger], as type: NumPyElementType, shape: Shape, to path: String
  ) throws(NumPyError) {
    precondition(shape.count == elements.count, "an array has as many elements as its shape")
    var bytes = NumPyHeader.written(type, shape)
    bytes.reserveCapacity(bytes.count + elements.count * type.byteCount)
    switch type {
    case .boolean: for element in elements { bytes.append(element == 0 ? 0 : 1) }
    case .int8: append(elements, as: Int8.self, to: &bytes)
    case .int16: append(elements, as: Int16.self, to: &bytes)
    case .int32: append(elements, as: Int32.self, to: &bytes)
    case .int64: append(elements, as: Int64.self, to: &bytes)
    case .uint8: append(elements, as: UInt8.self, to: &bytes)
    case .uint16: append(elements, as: UInt16.self, to: &bytes)
    case .uint32: append(elements, as: UInt32.self, to: &bytes)
    case .uint64: append(elements, as: UInt64.self, to: &bytes)
    case .float16, .float32, .float64: preconditionFailure("integers have an integer type")
    }
    try store(bytes, at: path)
  }

  /// Writes real numbers as a `.npy` file of float32, in C order and little-endian, under a temporary
  /// name first.
  ///
  /// - Throws: `NumPyError` when the system refuses; nothing is left behind.
  /// - Precondition: there are `shape.count` elements.
  public static func write(
    _ elements: [Float], shape: Shape, to path: String
  ) throws(NumPyError) {
    precondition(shape.count == elements.count, "an array has as many elements as its shape")
    var bytes = NumPyHeader.written(.float32, shape)
    append(elements.map(\.bitPattern), as: UInt32.self, to: &bytes)
    try store(bytes, at: path)
  }

  private static func store(_ bytes: [UInt8], at path: String) throws(NumPyError) {
    do throws(RegularFile.Failure) {
      try RegularFile.write(bytes, to: path)
    } catch {
      throw NumPyError(file: path, failure: error)
    }
  }

  private static func append<Stored: FixedWidthInteger>(
    _ elements: [some FixedWidthInteger], as type: Stored.Type, to bytes: inout [UInt8]
  ) {
    for element in elements {
      guard let stored = Stored(exactly: element) else {
        preconditionFailure("an element fits the type it is written as")
      }
      withUnsafeBytes(of: stored.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }
}

extension NumPyHeader {
  /// The bytes of a version 1 header, padded so that elements start at a multiple of 64.
  static func written(_ type: NumPyElementType, _ shape: Shape) -> [UInt8] {
    let extents = shape.extents.map(String.init).joined(separator: ", ")
    let tuple = shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var dictionary =
      "{'descr': '\(type.descriptor)', 'fortran_order': False, 'shape': \(tuple), }"
    let padding = 63 - (10 + dictionary.utf8.count) % 64
    dictionary += String(repeating: " ", count: padding) + "\n"
    let length = dictionary.utf8.count
    return magic + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(dictionary.utf8)
  }
}
