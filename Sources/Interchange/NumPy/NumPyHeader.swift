import Tensors

/// The header of a `.npy` image: what its elements are and where they start.
///
/// Eight bytes of magic and version, a little-endian length (2 bytes in version 1, else 4), and a Python
/// dictionary of exactly `descr`, `fortran_order` and `shape`, which is parsed here and never evaluated.
struct NumPyHeader: Hashable, Sendable {
  /// The longest dictionary that is read, in bytes; NumPy itself writes a few hundred at most.
  static let longest = 65_536
  /// No valid header ends after this many bytes.
  static let limit = 12 + longest
  /// The most axes of an array; NumPy allows 64.
  static let mostAxes = 64
  /// The bytes that begin every `.npy` image.
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  let shape: Shape
  let elementType: NumPyElementType
  let isBigEndian: Bool
  let isFortranOrder: Bool
  /// The size of the header in bytes: the position of the first element.
  let byteCount: Int
  /// The size of all elements in bytes.
  let elementBytes: Int

  /// The header at the beginning of a `.npy` image, of which at least `limit` bytes are given if it has
  /// so many.
  init(_ bytes: some RandomAccessCollection<UInt8>) throws(NumPyHeaderProblem) {
    let prefix = Array(bytes.prefix(12))
    if prefix.isEmpty { throw NumPyHeaderProblem(.empty) }
    guard prefix.starts(with: Self.magic.prefix(prefix.count)) else {
      throw NumPyHeaderProblem(.magic)
    }
    guard prefix.count >= 8 else { throw NumPyHeaderProblem(.truncatedHeader) }
    let version = Int(prefix[6])
    guard (1...3).contains(version) else { throw NumPyHeaderProblem(.version(version)) }
    let lengthBytes = version == 1 ? 2 : 4
    guard prefix.count >= 8 + lengthBytes else { throw NumPyHeaderProblem(.truncatedHeader) }
    let length = prefix[8..<(8 + lengthBytes)].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= Self.longest else { throw NumPyHeaderProblem(.headerTooLong(length)) }
    byteCount = 8 + lengthBytes + length
    guard bytes.count >= byteCount else { throw NumPyHeaderProblem(.truncatedHeader) }

    var dictionary = NumPyDictionary(Array(bytes.dropFirst(8 + lengthBytes).prefix(length)))
    let entries = try dictionary.entries()
    (elementType, isBigEndian) = try Self.elementType(entries.descriptor)
    isFortranOrder = entries.isFortranOrder
    shape = Shape(entries.extents)
    elementBytes = try Self.elementBytes(entries.extents, elementType)
  }

  /// The element type and byte order of a code such as `<f4`.
  private static func elementType(
    _ code: String
  ) throws(NumPyHeaderProblem) -> (NumPyElementType, isBigEndian: Bool) {
    guard let order = code.first, "<>|=".contains(order),
      let type = NumPyElementType(rawValue: String(code.dropFirst())),
      order != "|" || type.byteCount == 1
    else { throw NumPyHeaderProblem(.elementType(code)) }
    return (type, order == ">")
  }

  /// The bytes of all elements; refuses extents whose product leaves 64 bits, zeros left aside, so that
  /// no later product of extents can overflow.
  private static func elementBytes(
    _ extents: [Int], _ type: NumPyElementType
  ) throws(NumPyHeaderProblem) -> Int {
    guard extents.count <= mostAxes else {
      throw NumPyHeaderProblem(.header("it has \(extents.count) axes, \(mostAxes) are allowed"))
    }
    var size = type.byteCount
    for extent in extents where extent > 0 {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      if overflow { throw NumPyHeaderProblem(.tooManyElements) }
      size = product
    }
    return extents.contains(0) ? 0 : size
  }
}

/// What is wrong with a header, before the file it came from is named.
struct NumPyHeaderProblem: Error {
  let reason: NumPyError.Reason

  init(_ reason: NumPyError.Reason) { self.reason = reason }
}
