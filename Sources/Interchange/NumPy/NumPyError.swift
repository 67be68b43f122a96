/// Why a NumPy file was not read or written.
public struct NumPyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file, with its member when it is an archive: `images.npz:x`.
  public let file: String
  /// What was wrong.
  public let reason: Reason

  /// What can be wrong with a NumPy file.
  public enum Reason: Hashable, Sendable {
    /// The system refused to open, read or write; the text is the system's.
    case system(action: String, message: String)
    /// The path is a folder, a pipe or a device.
    case notAFile
    /// There are no bytes in the file.
    case empty
    /// The first bytes are neither those of `.npy` nor of `.npz`.
    case magic
    /// A version of the format other than 1, 2 and 3.
    case version(Int)
    /// The file ends inside its header.
    case truncatedHeader
    /// The header claims more bytes than any real one has.
    case headerTooLong(Int)
    /// The header is not the dictionary that the format prescribes.
    case header(String)
    /// The elements are not numbers of a supported kind.
    case elementType(String)
    /// The number of elements cannot be counted in 64 bits.
    case tooManyElements
    /// The header announces another number of bytes than follow it.
    case size(expected: Int, found: Int)
    /// The archive is damaged; the text says where.
    case archive(String)
    /// The archive needs a feature that is not supported.
    case unsupportedArchive(String)
    /// The archive has no such member.
    case noMember(String, members: [String])
    /// The archive has several members and none was named.
    case ambiguous(members: [String])
    /// A member was named but the file is not an archive.
    case notAnArchive(String)
  }

  init(file: String, reason: Reason) {
    self.file = file
    self.reason = reason
  }

  init(file: String, failure: RegularFile.Failure) {
    self.file = file
    switch failure {
    case .system(let action, let message): reason = .system(action: action, message: message)
    case .notAFile: reason = .notAFile
    }
  }

  /// The file, the rule and the remedy in one line.
  public var description: String { "\(Self.printable(file, limit: 1024)): \(text)" }

  private var text: String {
    switch reason {
    case .system(let action, let message):
      "cannot \(action): \(message); check the path and its permissions"
    case .notAFile: "is not a regular file; name a .npy or .npz file"
    case .empty: "is empty; write it again with numpy.save"
    case .magic: "is neither .npy nor .npz (wrong first bytes); write it with numpy.save"
    case .version(let version):
      "has .npy version \(version), versions 1 to 3 are read; write it with numpy.save"
    case .truncatedHeader: "ends inside the .npy header; the file is incomplete, copy it again"
    case .headerTooLong(let count):
      "announces a .npy header of \(count) bytes, the limit is \(NumPyHeader.longest); "
        + "save plain numbers instead of records"
    case .header(let problem):
      "has a malformed .npy header: \(problem); write it with numpy.save"
    case .elementType(let code):
      "has elements of type \(Self.quoted(code)), only bool, int, uint and float of up to 64 bits "
        + "are read; convert with numpy.astype"
    case .tooManyElements:
      "announces more elements than memory can hold; the header is damaged, save it again"
    case .size(let expected, let found):
      "announces \(expected) bytes of elements but \(found) follow the header; "
        + "the file is damaged or incomplete, copy it again"
    case .archive(let problem): "is a damaged .npz archive: \(problem); copy it again"
    case .unsupportedArchive(let feature):
      "uses \(feature), which is not supported in .npz; save with numpy.savez or as .npy"
    case .noMember(let name, let members):
      "has no array \(Self.quoted(name)); it holds \(Self.list(members))"
    case .ambiguous(let members):
      "holds \(members.count) arrays; name one as FILE:NAME, from \(Self.list(members))"
    case .notAnArchive(let member):
      "is one array and has no member \(Self.quoted(member)); drop the colon and what follows"
    }
  }

  private static func list(_ names: [String]) -> String {
    if names.isEmpty { return "no arrays" }
    let shown = names.prefix(8).map { printable($0, limit: 40) }.joined(separator: ", ")
    return names.count > 8 ? "\(shown), … (\(names.count) in all)" : shown
  }

  private static func quoted(_ text: String) -> String { "'\(printable(text, limit: 40))'" }

  /// Text of unknown origin, fit for one line of a terminal.
  private static func printable(_ text: String, limit: Int) -> String {
    var result = ""
    for scalar in text.unicodeScalars.prefix(limit) {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned:
        result += "?"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return text.unicodeScalars.count > limit ? result + "…" : result
  }
}
