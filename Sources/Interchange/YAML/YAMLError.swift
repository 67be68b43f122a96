/// Everything that is wrong with one YAML file, one line a problem.
public struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The problems in the order of the file: `FILE:LINE:COLUMN: path.to.key: rule; remedy`.
  public let problems: [String]

  /// An error of these lines.
  public init(problems: [String]) {
    self.problems = problems
  }

  /// The lines, joined with newlines.
  public var description: String { problems.joined(separator: "\n") }
}

/// A place in a YAML file: what people call it and where it stands.
package struct YAMLPlace: Hashable, Sendable {
  /// The path from the root: `memories[1].capacity`; empty for the root.
  package var path: String
  /// The line, from 1.
  package var line: Int
  /// The column in Unicode scalars, from 1.
  package var column: Int

  /// A place.
  package init(path: String, line: Int, column: Int) {
    self.path = path
    self.line = line
    self.column = column
  }
}

/// The problems found in one file so far: readers add to it and go on, so that all are reported.
package struct YAMLProblems: Sendable {
  private struct Problem {
    var place: YAMLPlace
    var text: String
  }

  /// The file as the user named it.
  package let file: String
  private var found: [Problem] = []

  /// No problem yet.
  package init(file: String) {
    self.file = file
  }

  /// Adds a problem: the rule that is broken and how to repair it.
  package mutating func add(_ place: YAMLPlace, _ rule: String, _ remedy: String) {
    found.append(Problem(place: place, text: Self.oneLine("\(rule); \(remedy)")))
  }

  /// Whether something at this path, inside it or around it was already reported.
  package func concern(_ path: String) -> Bool {
    found.contains { problem in
      let other = problem.place.path
      return other.isEmpty || other == path || Self.contains(path, other)
        || Self.contains(other, path)
    }
  }

  /// Throws all problems, in the order of the file, if there are any.
  package func check() throws(YAMLError) {
    guard !found.isEmpty else { return }
    let ordered = found.enumerated().sorted { left, right in
      let (a, b) = (left.element.place, right.element.place)
      return (a.line, a.column, left.offset) < (b.line, b.column, right.offset)
    }
    throw YAMLError(
      problems: ordered.map { _, problem in
        let place = problem.place
        let path = place.path.isEmpty ? "file" : Self.oneLine(place.path)
        return "\(file):\(place.line):\(place.column): \(path): \(problem.text)"
      })
  }

  /// The text with line breaks and other control characters as spaces.
  private static func oneLine(_ text: String) -> String {
    String(text.map { $0.isNewline || ($0.asciiValue ?? 32) < 32 ? " " : $0 })
  }

  private static func contains(_ outer: String, _ inner: String) -> Bool {
    inner.hasPrefix(outer + ".") || inner.hasPrefix(outer + "[")
  }
}
