#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Whole regular files as bytes, in and out.
enum RegularFile {
  /// Why a file was not read or written.
  enum Failure: Error, Hashable {
    /// The system refused; the text is the system's.
    case system(action: String, message: String)
    /// The path is a folder, a pipe or a device.
    case notAFile
  }

  /// Whether a path names anything.
  static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// The bytes of a regular file.
  static func read(_ path: String) throws(Failure) -> [UInt8] {
    // Without O_NONBLOCK a pipe would block in open, before it can be refused.
    let file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw failure("open the file") }
    defer { close(file) }
    var information = stat()
    guard fstat(file, &information) == 0 else { throw failure("read the file") }
    guard information.st_mode & S_IFMT == S_IFREG else {
      throw .notAFile
    }
    let size = Int(information.st_size)
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while let base = buffer.baseAddress, count < size {
        #if canImport(Glibc)
          let step = Glibc.read(file, base + count, size - count)
        #elseif canImport(Musl)
          let step = Musl.read(file, base + count, size - count)
        #elseif canImport(Darwin)
          let step = Darwin.read(file, base + count, size - count)
        #endif
        if step < 0 && errno == EINTR { continue }
        failed = step < 0
        if step <= 0 { break }
        count += step
      }
    }
    if failed { throw failure("read the file") }
    return bytes
  }

  /// Writes a file under a temporary name beside it, then renames it into place.
  static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
    let temporary = "\(path).\(getpid()).partial"
    guard let file = fopen(temporary, "wb") else { throw failure("write the file") }
    let written = fwrite(bytes, 1, bytes.count, file)
    let isClosed = fclose(file) == 0
    guard written == bytes.count, isClosed, rename(temporary, path) == 0 else {
      let error = failure("write the file")
      unlink(temporary)
      throw error
    }
  }

  private static func failure(_ action: String) -> Failure {
    .system(action: action, message: String(cString: strerror(errno)))
  }
}
