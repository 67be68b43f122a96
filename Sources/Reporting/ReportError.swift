/// Why a report could not be written.
public struct ReportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What was wrong.
  public enum Reason: Hashable, Sendable {
    /// There is a file where the folder should be.
    case isAFile
    /// The system refused; the text is the system's.
    case system(action: String, message: String)
    /// An array could not be written; the text is that of the array's error.
    case array(String)
    /// Codes of a layer's value are no integers that could be recomputed elsewhere.
    case unevenCodes(layer: String, format: String)
    /// Sums of a layer are floating-point numbers.
    case floatSums(layer: String, accumulator: String)
    /// A journal that cannot be taken up, and what to do.
    case journal(String)
    /// There is no sample to write.
    case noSamples
  }

  /// The file or folder.
  public let path: String
  /// What was wrong.
  public let reason: Reason

  /// An error at a path.
  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }

  /// Whether a user's choice of files is what is wrong, rather than the system.
  public var isInput: Bool {
    switch reason {
    case .journal, .unevenCodes, .floatSums: true
    case .isAFile, .system, .array, .noSamples: false
    }
  }

  /// One line: place, rule, remedy.
  public var description: String {
    switch reason {
    case .isAFile: "\(path): is a file, reports need a folder; name another folder"
    case .system(let action, let message):
      "\(path): cannot \(action): \(message); check the path and its permissions"
    case .array(let text): text
    case .unevenCodes(let layer, let format):
      "\(path): vectors are integers, the values of layer '\(layer)' are \(format); "
        + "use activations such as uint8 or fixed8"
    case .floatSums(let layer, let accumulator):
      "\(path): vectors are integers, the sums of layer '\(layer)' are \(accumulator); "
        + "use an accumulator such as 16:saturate"
    case .journal(let problem): "\(path): \(problem)"
    case .noSamples: "\(path): there is no sample to write vectors of; give --inputs"
    }
  }
}
