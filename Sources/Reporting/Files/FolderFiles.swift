#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Files of one folder that appear together: all under temporary names first, then renamed.
enum FolderFiles {
  /// Creates a folder with those around it.
  ///
  /// - Returns: the folders that were created, outermost first.
  static func create(_ path: String) throws(ReportError) -> [String] {
    var created: [String] = []
    var prefix = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      prefix += (prefix.isEmpty || prefix.hasSuffix("/") ? "" : "/") + part
      if mkdir(prefix, 0o777) == 0 {
        created.append(prefix)
        continue
      }
      let code = errno
      var information = stat()
      let exists = stat(prefix, &information) == 0
      if exists && information.st_mode & S_IFMT == S_IFDIR { continue }
      remove(folders: created)
      if exists { throw ReportError(path: prefix, reason: .isAFile) }
      throw failure("create the folder", prefix, code)
    }
    return created
  }

  /// Removes folders that are empty, innermost first.
  static func remove(folders: [String]) {
    for folder in folders.reversed() { rmdir(folder) }
  }

  /// Removes a file if there is one.
  static func remove(file: String) { unlink(file) }

  /// Writes texts as files of a folder, which is created; nothing is left behind on failure.
  ///
  /// - Parameters:
  ///   - absent: names of files that an earlier run may have left and that no longer hold.
  static func write(
    _ files: [(name: String, text: String)], absent: [String] = [], to folder: String
  ) throws(ReportError) {
    let created = try create(folder)
    var temporaries: [String] = []
    func undo() {
      for path in temporaries { unlink(path) }
      remove(folders: created)
    }
    for file in files {
      let temporary = "\(folder)/\(file.name).\(getpid()).partial"
      temporaries.append(temporary)
      do throws(ReportError) {
        try write(file.text, to: temporary, for: "\(folder)/\(file.name)")
      } catch {
        undo()
        throw error
      }
    }
    for (file, temporary) in zip(files, temporaries) {
      let path = "\(folder)/\(file.name)"
      if rename(temporary, path) != 0 {
        let error = failure("write the file", path, errno)
        undo()
        throw error
      }
    }
    for name in absent { unlink("\(folder)/\(name)") }
  }

  private static func write(
    _ text: String, to temporary: String, for path: String
  ) throws(ReportError) {
    guard let file = fopen(temporary, "wb") else { throw failure("write the file", path, errno) }
    var text = text
    let isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
    let code = errno
    let isClosed = fclose(file) == 0
    guard isWritten, isClosed else {
      throw failure("write the file", path, isWritten ? errno : code)
    }
  }

  private static func failure(_ action: String, _ path: String, _ code: Int32) -> ReportError {
    ReportError(
      path: path, reason: .system(action: action, message: String(cString: strerror(code))))
  }
}
