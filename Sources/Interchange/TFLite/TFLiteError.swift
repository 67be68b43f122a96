/// Why a TensorFlow Lite file cannot be read as a network.
public struct TFLiteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The path of the file, as it was given.
  public let path: String
  /// What is wrong and what to do about it, on one line.
  public let reason: String

  /// An error about a file.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// The path and the reason, on one line.
  public var description: String { "\(path): \(reason)" }
}

/// A reason without its file: what the parts of the reader throw.
struct TFLiteProblem: Error {
  let text: String

  /// A problem; line breaks and control characters that come from the file are replaced.
  init(_ text: String) { self.text = text.printable }
}

extension String {
  /// The text with line breaks and control characters replaced.
  var printable: String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { $0.value < 32 || $0.value == 127 ? "?" : $0 }))
  }
}
