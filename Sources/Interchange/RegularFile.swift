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
    let file = try OpenFile(path)
    return try file.prefix(file.size)
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

  /// Why the last call of the system failed.
  static func failure(_ action: String) -> Failure {
    .system(action: action, message: String(cString: strerror(errno)))
  }
}
