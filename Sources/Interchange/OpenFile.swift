internal import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// A regular file that stays open, parts of which are read when they are needed; closed with its last copy.
struct OpenFile: Sendable {
  /// The size in bytes when it was opened.
  let size: Int
  private let handle: FileHandle

  /// Opens a regular file to read it.
  init(_ path: String) throws(RegularFile.Failure) {
    // Without O_NONBLOCK a pipe would block in open, before it can be refused.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw RegularFile.failure("open the file") }
    handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    var information = stat()
    guard fstat(file, &information) == 0 else { throw RegularFile.failure("read the file") }
    guard information.st_mode & S_IFMT == S_IFREG else { throw .notAFile }
    size = Int(information.st_size)
  }

  /// Reads bytes from a position on; how many there were, or nil when the system refuses.
  func read(from start: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int? {
    var count = 0
    while let base = buffer.baseAddress, count < buffer.count {
      let step = pread(
        handle.fileDescriptor, base + count, buffer.count - count, off_t(start + count))
      if step < 0 && errno == EINTR { continue }
      if step < 0 { return nil }
      if step == 0 { break }
      count += step
    }
    return count
  }

  /// The first bytes, at most as many as asked for.
  func prefix(_ length: Int) throws(RegularFile.Failure) -> [UInt8] {
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: min(length, size)) { buffer, count in
      count = read(from: 0, into: UnsafeMutableRawBufferPointer(buffer)) ?? 0
      failed = count == 0 && !buffer.isEmpty
    }
    if failed { throw RegularFile.failure("read the file") }
    return bytes
  }
}
