import Yams

/// Turns a parsed document into nodes with paths and reports duplicate keys and aliases.
///
/// Yams refuses a file at its first duplicate key. To find all, the document replaces the first
/// character of each such key by a private-use character, the mask, and parses again; here the
/// character is put back and the duplicate reported.
struct YAMLTreeBuilder {
  private var count = 0
  private let masks: [Unicode.Scalar]

  /// A builder for a text in which the keys at these masks were duplicates.
  init(masks: [Unicode.Scalar]) {
    self.masks = masks
  }

  /// The character that stands for the first character of the duplicate key `index`.
  static func mask(_ index: Int) -> Unicode.Scalar {
    Unicode.Scalar(UInt32(0xE000 + index)) ?? "\u{E000}"
  }

  /// The node of a parsed value.
  mutating func node(_ node: Node, path: String, _ problems: inout YAMLProblems) -> YAMLNode {
    let place = Self.place(of: node, path: path)
    count += 1
    guard count <= YAMLDocument.nodeLimit else {
      if count == YAMLDocument.nodeLimit + 1 {
        problems.add(place, "the file has too many values", "write less than 100,000")
      }
      return YAMLNode(place: place, content: .refused)
    }
    switch node {
    case .alias:
      reportAlias(place, &problems)
      return YAMLNode(place: place, content: .refused)
    case .scalar(let scalar):
      let isQuoted = scalar.style != .plain && scalar.style != .any
      let isEmpty = !isQuoted && ["", "~", "null"].contains(scalar.string)
      return YAMLNode(
        place: place, content: isEmpty ? .empty : .scalar(scalar.string, isQuoted: isQuoted))
    case .sequence(let sequence):
      var previous = place
      var nodes: [YAMLNode] = []
      for (index, element) in sequence.enumerated() {
        nodes.append(
          child(
            element, path: "\(path)[\(index)]", isFirst: index == 0, after: previous, &problems))
        previous = Self.place(of: element, path: path)
      }
      return YAMLNode(place: place, content: .sequence(nodes))
    case .mapping(let mapping):
      return YAMLNode(
        place: place, content: .mapping(entries(mapping, path: path, &problems)))
    }
  }

  private mutating func entries(
    _ mapping: Node.Mapping, path: String, _ problems: inout YAMLProblems
  ) -> [YAMLNode.Entry] {
    var entries: [YAMLNode.Entry] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key else {
        problems.add(
          Self.place(of: key, path: path), "a key must be a word", "write e.g. \"summary: …\"")
        continue
      }
      let name = unmasked(scalar.string)
      let inner = path.isEmpty ? name : "\(path).\(name)"
      let place = Self.place(of: key, path: inner)
      let node = child(value, path: inner, isFirst: false, after: place, &problems)
      if let first = entries.first(where: { $0.key == name }) {
        problems.add(
          place, "the key is written twice (first in line \(first.place.line))", "keep one")
      } else {
        entries.append(YAMLNode.Entry(key: name, place: place, value: node))
      }
    }
    return entries
  }

  /// A value inside another; an alias is known by its place, which is that of its anchor.
  private mutating func child(
    _ child: Node, path: String, isFirst: Bool, after previous: YAMLPlace,
    _ problems: inout YAMLProblems
  ) -> YAMLNode {
    let place = Self.place(of: child, path: path)
    let isBefore = (place.line, place.column) < (previous.line, previous.column)
    let isSame = (place.line, place.column) == (previous.line, previous.column)
    guard isBefore || (isSame && !isFirst) else { return node(child, path: path, &problems) }
    let before = YAMLPlace(path: path, line: previous.line, column: previous.column)
    reportAlias(before, &problems)
    return YAMLNode(place: before, content: .refused)
  }

  private static func place(of node: Node, path: String) -> YAMLPlace {
    YAMLPlace(path: path, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  private func reportAlias(_ place: YAMLPlace, _ problems: inout YAMLProblems) {
    problems.add(place, "aliases (*name) are not read", "write the value out")
  }

  private func unmasked(_ key: String) -> String {
    guard let first = key.unicodeScalars.first,
      let index = masks.indices.first(where: { Self.mask($0) == first })
    else { return key }
    var restored = String.UnicodeScalarView([masks[index]])
    restored.append(contentsOf: key.unicodeScalars.dropFirst())
    return String(restored)
  }
}
