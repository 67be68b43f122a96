/// What is wrong with a network: every problem found, one line each.
public struct NetworkError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The problems, each one line: place, rule, remedy.
  public let problems: [String]

  /// An error of these problems.
  public init(problems: [String]) { self.problems = problems }

  /// The problems, one a line.
  public var description: String { problems.joined(separator: "\n") }
}

/// The one problem of an operation on given input shapes.
struct OperationProblem: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
