/// Everything that is wrong with a topology file.
public struct TopologyError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One thing that is wrong.
  public struct Problem: Hashable, Sendable {
    /// The line, counted from 1; 0 when the file as a whole is meant.
    public let line: Int
    /// The column of the table; empty when the row as a whole is meant.
    public let column: String
    /// The rule and the remedy.
    public let text: String
  }

  /// The file.
  public let file: String
  /// The problems in the order of their lines; never empty.
  public let problems: [Problem]

  /// One line a problem: file, line, column, rule, remedy.
  public var description: String {
    problems.map { problem in
      let line = problem.line > 0 ? ":\(problem.line)" : ""
      let column = problem.column.isEmpty ? "" : " \(problem.column):"
      return "\(file)\(line):\(column) \(problem.text)"
    }.joined(separator: "\n")
  }
}
