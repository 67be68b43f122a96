/// Why a network and its data do not go together.
public struct WorkloadError: Error, Hashable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The rule and the remedy.
  public let problem: String

  /// A problem of a file.
  public init(file: String, problem: String) {
    self.file = file
    self.problem = problem
  }

  /// One line: place, rule, remedy.
  public var description: String { "\(file): \(problem)" }
}
