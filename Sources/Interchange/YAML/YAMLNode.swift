/// A value of a YAML file with its place.
///
/// Typed getters take the problems as `inout`, report what is wrong and return nil, so that a reader
/// goes on and finds the next problem.
package struct YAMLNode: Sendable {
  /// What a node holds.
  package enum Content: Sendable {
    /// Nothing: `key:` without a value, `~` or `null`.
    case empty
    /// Something that is not read, an alias for example, and that was reported.
    case refused
    /// A scalar; quoted ones are text and never numbers.
    case scalar(String, isQuoted: Bool)
    /// A list.
    case sequence([YAMLNode])
    /// Keys and values in the order of the file.
    case mapping([Entry])

    /// What people call it.
    var noun: String {
      switch self {
      case .empty, .refused: "nothing"
      case .scalar(let text, let isQuoted): isQuoted ? "the text \"\(text)\"" : "\"\(text)\""
      case .sequence: "a list"
      case .mapping: "a block of keys"
      }
    }
  }

  /// A key with its value.
  package struct Entry: Sendable {
    /// The key.
    package var key: String
    /// Where the key stands; its path is that of the value.
    package var place: YAMLPlace
    /// The value.
    package var value: YAMLNode
  }

  /// Where it stands and what it is called.
  package var place: YAMLPlace
  /// What it holds.
  package var content: Content

  /// Reports that this is not what was expected.
  func reportWrongType(
    _ expected: String, example: String, _ problems: inout YAMLProblems
  ) {
    if case .refused = content { return }
    problems.add(place, "must be \(expected), not \(content.noun)", "write e.g. \(example)")
  }

  /// The elements of a list, or nil (reported) when this is none.
  package func sequence(example: String, _ problems: inout YAMLProblems) -> [YAMLNode]? {
    if case .sequence(let nodes) = content { return nodes }
    reportWrongType("a list", example: example, &problems)
    return nil
  }

  /// Whether this is a block of keys that has this one.
  package func hasKey(_ key: String) -> Bool {
    guard case .mapping(let entries) = content else { return false }
    return entries.contains { $0.key == key }
  }

  /// Whether this is a block of keys.
  package var isMapping: Bool {
    if case .mapping = content { return true }
    return false
  }

  /// The place of the node at a path, or of the innermost node around it that exists.
  package func place(of path: String) -> YAMLPlace {
    let inner: [YAMLNode]
    switch content {
    case .empty, .refused, .scalar: inner = []
    case .sequence(let nodes): inner = nodes
    case .mapping(let entries): inner = entries.map(\.value)
    }
    for node in inner {
      let outer = node.place.path
      if path == outer || path.hasPrefix(outer + ".") || path.hasPrefix(outer + "[") {
        return node.place(of: path)
      }
    }
    return YAMLPlace(path: path, line: place.line, column: place.column)
  }
}
