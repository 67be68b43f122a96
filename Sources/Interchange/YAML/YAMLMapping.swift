/// A block of keys whose unknown keys have been reported.
package struct YAMLMapping: Sendable {
  /// The place of the block.
  package let place: YAMLPlace
  private let entries: [YAMLNode.Entry]

  fileprivate init(place: YAMLPlace, entries: [YAMLNode.Entry]) {
    self.place = place
    self.entries = entries
  }

  /// The value of a key that may be left out.
  package subscript(key: String) -> YAMLNode? {
    entries.first { $0.key == key }?.value
  }

  /// The value of a key that must be there, or nil (reported).
  ///
  /// - Parameters:
  ///   - key: The key.
  ///   - example: What to write: `clock: 200 MHz`.
  ///   - problems: Where a missing key is reported.
  package func required(
    _ key: String, example: String, _ problems: inout YAMLProblems
  ) -> YAMLNode? {
    if let node = self[key] { return node }
    let path = place.path.isEmpty ? key : "\(place.path).\(key)"
    problems.add(
      YAMLPlace(path: path, line: place.line, column: place.column),
      "the key is missing", "add e.g. `\(example)`")
    return nil
  }
}

extension YAMLNode {
  /// The block of keys, unknown keys reported; nil (reported) when this is none.
  package func mapping(keys: [String], _ problems: inout YAMLProblems) -> YAMLMapping? {
    guard case .mapping(let entries) = content else {
      reportWrongType(
        "a block of keys", example: "\(keys.first ?? "key"): …", &problems)
      return nil
    }
    for entry in entries where !keys.contains(entry.key) {
      problems.add(
        entry.place, "unknown key",
        Suggestion.remedy(for: entry.key, among: keys, listing: "the keys here are"))
    }
    return YAMLMapping(place: place, entries: entries)
  }
}
