/// The directory of a ZIP archive that is wholly in memory: as much of ZIP as `.npz` files use.
///
/// Members are stored or deflated; encryption, several volumes and zip64 sizes are refused.
///
/// - Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end).
struct ZipArchive {
  /// One member.
  struct Entry: Hashable {
    let name: String
    let flags: Int
    let method: Int
    let checksum: UInt32
    let compressedSize: Int
    let size: Int
    let headerOffset: Int

    /// The name without the `.npy` that NumPy appends.
    var arrayName: String { name.hasSuffix(".npy") ? String(name.dropLast(4)) : name }
  }

  /// The first bytes of an archive.
  static let magic: [UInt8] = [0x50, 0x4B, 3, 4]
  /// The first bytes of an archive without members.
  static let emptyMagic: [UInt8] = [0x50, 0x4B, 5, 6]

  let bytes: [UInt8]
  /// The members in the order of the directory.
  let entries: [Entry]

  /// Reads the directory of an archive.
  init(_ bytes: [UInt8]) throws(NumPyHeaderProblem) {
    self.bytes = bytes
    let end = try Self.end(bytes)
    let count = Self.word(bytes, end + 10)
    let size = Self.long(bytes, end + 12)
    var position = Self.long(bytes, end + 16)
    guard count != 0xFFFF, size != 0xFFFF_FFFF, position != 0xFFFF_FFFF else {
      throw NumPyHeaderProblem(.unsupportedArchive("zip64 (more than 4 GiB)"))
    }
    guard Self.word(bytes, end + 4) == 0, count == Self.word(bytes, end + 8) else {
      throw NumPyHeaderProblem(.unsupportedArchive("several volumes"))
    }
    var entries: [Entry] = []
    for index in 0..<count {
      guard position + 46 <= end, Self.long(bytes, position) == 0x0201_4B50 else {
        throw NumPyHeaderProblem(.archive("directory entry \(index + 1) of \(count) is missing"))
      }
      let nameLength = Self.word(bytes, position + 28)
      let next =
        position + 46 + nameLength + Self.word(bytes, position + 30)
        + Self.word(bytes, position + 32)
      guard next <= end else {
        throw NumPyHeaderProblem(.archive("directory entry \(index + 1) of \(count) is cut off"))
      }
      entries.append(
        Entry(
          name: String(
            decoding: bytes[(position + 46)..<(position + 46 + nameLength)], as: UTF8.self),
          flags: Self.word(bytes, position + 8), method: Self.word(bytes, position + 10),
          checksum: UInt32(truncatingIfNeeded: Self.long(bytes, position + 16)),
          compressedSize: Self.long(bytes, position + 20), size: Self.long(bytes, position + 24),
          headerOffset: Self.long(bytes, position + 42)))
      position = next
    }
    self.entries = entries
  }

  /// The member of that name, with or without `.npy`; without a name the only member.
  func entry(_ name: String?) throws(NumPyHeaderProblem) -> Entry {
    let names = entries.map(\.arrayName)
    guard let name else {
      guard let first = entries.first else {
        throw NumPyHeaderProblem(.noMember("", members: []))
      }
      guard entries.count == 1 else { throw NumPyHeaderProblem(.ambiguous(members: names)) }
      return first
    }
    let entry = entries.first { $0.name == name } ?? entries.first { $0.arrayName == name }
    guard let entry else { throw NumPyHeaderProblem(.noMember(name, members: names)) }
    return entry
  }

  /// The position of the end record: the last one whose comment reaches exactly to the end.
  private static func end(_ bytes: [UInt8]) throws(NumPyHeaderProblem) -> Int {
    let lowest = max(0, bytes.count - 22 - 0xFFFF)
    for position in stride(from: bytes.count - 22, through: lowest, by: -1)
    where bytes[position] == 0x50 && long(bytes, position) == 0x0605_4B50
      && position + 22 + word(bytes, position + 20) == bytes.count
    { return position }
    throw NumPyHeaderProblem(.archive("its directory is missing, so it is cut off"))
  }

  /// The little-endian 16-bit number at a position.
  static func word(_ bytes: [UInt8], _ position: Int) -> Int {
    Int(bytes[position]) | Int(bytes[position + 1]) << 8
  }

  /// The little-endian 32-bit number at a position.
  static func long(_ bytes: [UInt8], _ position: Int) -> Int {
    word(bytes, position) | word(bytes, position + 2) << 16
  }
}
