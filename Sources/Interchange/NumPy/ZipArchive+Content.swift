import CZlib

extension ZipArchive {
  /// No deflate stream expands more than this (zlib's technical details: 1032 to 1).
  private static let largestExpansion = 1032

  /// The uncompressed bytes of a member, or its first `limit` ones.
  ///
  /// A whole member is checked against its checksum and its size; never more than the announced size is
  /// allocated, and no more is announced than the compressed bytes can expand to.
  func content(_ entry: Entry, atMost limit: Int = .max) throws(NumPyHeaderProblem) -> [UInt8] {
    let stored = try compressed(entry)
    let isWhole = entry.size <= limit
    let count = min(entry.size, limit)
    let content: [UInt8]
    switch entry.method {
    case 0:
      guard stored.count == entry.size else {
        throw NumPyHeaderProblem(.archive("a stored member has two different sizes"))
      }
      content = Array(stored.prefix(count))
    case 8:
      guard entry.size <= stored.count * Self.largestExpansion + 64 else {
        throw NumPyHeaderProblem(
          .archive("a member announces \(entry.size) bytes from \(stored.count)"))
      }
      content = try Self.inflated(stored, count: count, isWhole: isWhole)
    default:
      throw NumPyHeaderProblem(.unsupportedArchive("compression method \(entry.method)"))
    }
    if isWhole {
      let checksum = content.withUnsafeBufferPointer {
        crc32(0, $0.baseAddress, uInt(truncatingIfNeeded: $0.count))
      }
      guard UInt32(truncatingIfNeeded: checksum) == entry.checksum || content.isEmpty else {
        throw NumPyHeaderProblem(.archive("a member does not match its checksum"))
      }
    }
    return content
  }

  /// The bytes of a member as they lie in the file.
  private func compressed(_ entry: Entry) throws(NumPyHeaderProblem) -> ArraySlice<UInt8> {
    guard entry.flags & 1 == 0 else { throw NumPyHeaderProblem(.unsupportedArchive("encryption")) }
    guard entry.size < 0xFFFF_FFFF, entry.compressedSize < 0xFFFF_FFFF,
      entry.headerOffset < 0xFFFF_FFFF
    else { throw NumPyHeaderProblem(.unsupportedArchive("zip64 (more than 4 GiB)")) }
    let header = entry.headerOffset
    guard header + 30 <= bytes.count, Self.long(bytes, header) == 0x0403_4B50 else {
      throw NumPyHeaderProblem(.archive("a member is not where the directory says"))
    }
    let start = header + 30 + Self.word(bytes, header + 26) + Self.word(bytes, header + 28)
    guard start + entry.compressedSize <= bytes.count else {
      throw NumPyHeaderProblem(.archive("a member reaches beyond the end"))
    }
    return bytes[start..<(start + entry.compressedSize)]
  }

  /// The first `count` bytes of a raw deflate stream; all of it, and no byte more, when whole.
  private static func inflated(
    _ stored: ArraySlice<UInt8>, count: Int, isWhole: Bool
  ) throws(NumPyHeaderProblem) -> [UInt8] {
    var status = Z_OK
    // One byte of room beyond the announced size shows a stream that is longer than it says.
    var content = [UInt8](unsafeUninitializedCapacity: count + 1) { output, filled in
      stored.withUnsafeBufferPointer { input in
        var stream = z_stream()
        status = inflateInit2_(
          &stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { return }
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = uInt(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = uInt(count + 1)
        status = inflate(&stream, Z_FINISH)
        filled = count + 1 - Int(stream.avail_out)
        inflateEnd(&stream)
      }
    }
    guard content.count >= count, !isWhole || (status == Z_STREAM_END && content.count == count)
    else { throw NumPyHeaderProblem(.archive("a member does not inflate to its announced size")) }
    if content.count > count { content.removeLast(content.count - count) }
    return content
  }
}
