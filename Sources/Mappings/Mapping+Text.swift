import Devices

extension LegalMapping {
  /// The mapping for people, and for `Mapping(text:of:on:)`: what the nest holds where, outermost first.
  ///
  /// A line for each memory level at its place in the nest, with the loops inside it up to the next
  /// line; a line for the loops in space. `k 4x16` is a loop over output channels with 4 iterations of
  /// 16 each; a `~` marks a last block that is smaller. A level that holds its operands at several places, or not all
  /// that it could, names them: `buffer (weights, inputs)`, `buffer (none)`.
  public var text: String {
    var lines: [Line] = []
    var stops = stops[...]
    let hasSpace = nest.loops.contains(where: \.isSpatial)
    for position in 0...mapping.loops.count {
      while let stop = stops.first, stop.position == position {
        if !hasSpace, stop.isPerUnit, position >= nest.arrayDepth, !lines.contains(where: \.isArray)
        {
          lines.append(Line(isArray: true))
        }
        lines.append(Line(head: stop.name))
        stops.removeFirst()
      }
      guard position < mapping.loops.count else { break }
      let loop = mapping.loops[position]
      if lines.isEmpty || (loop.place.isSpatial && lines.last?.isArray == false) {
        lines.append(Line(isArray: true))
      }
      lines[lines.count - 1].add(loopText(position), loop.place)
    }
    if !lines.contains(where: \.isArray) { lines.append(Line(isArray: true)) }
    let width = lines.map(\.head.count).max() ?? 0
    return lines.map { line in
      line.head + String(repeating: " ", count: width - line.head.count) + "  " + line.body
    }.joined(separator: "\n")
  }

  /// A place in the nest at which a level holds some operands.
  private struct Stop {
    var position: Int
    var name: String
    var isPerUnit: Bool
  }

  /// One line of the text.
  private struct Line {
    var head = MappingText.array
    var isArray = false
    /// Loops that follow each other at one kind of place.
    private var segments: [(place: LoopPlace, loops: [String])] = []

    init(head: String) { self.head = head }
    init(isArray: Bool) { self.isArray = isArray }

    mutating func add(_ loop: String, _ place: LoopPlace) {
      if segments.last?.place == place {
        segments[segments.count - 1].loops.append(loop)
      } else {
        segments.append((place, [loop]))
      }
    }

    var body: String {
      guard isArray else {
        return segments.isEmpty ? "-" : segments[0].loops.joined(separator: ", ")
      }
      var parts = segments.map { "\($0.place.rawValue) \($0.loops.joined(separator: ", "))" }
      if segments.allSatisfy({ $0.place != .columns }) {
        let rows = segments.firstIndex { $0.place == .rows }
        parts.insert("columns -", at: rows.map { $0 + 1 } ?? 0)
      }
      if segments.allSatisfy({ $0.place != .rows }) { parts.insert("rows -", at: 0) }
      return parts.joined(separator: "; ")
    }
  }

  private var stops: [Stop] {
    var stops: [Stop] = []
    var last = 0
    for (level, depths) in mapping.depths.enumerated() {
      let held = Operand.allCases.filter { depths[$0] != nil }
      let positions = Set(held.compactMap { depths[$0] }).sorted()
      let isWhole = positions.count == 1 && Set(held) == levelOperands[level]
      let name = MappingText.quoted(levelNames[level])
      let isPerUnit = nest.levels[level].isPerUnit
      if positions.isEmpty {
        stops.append(Stop(position: last, name: name + " (none)", isPerUnit: isPerUnit))
      }
      for position in positions {
        let here = held.filter { depths[$0] == position }.map(\.rawValue)
        let names = isWhole ? "" : " (\(here.joined(separator: ", ")))"
        stops.append(Stop(position: position, name: name + names, isPerUnit: isPerUnit))
        last = position
      }
    }
    // Stable: levels at one position keep their order.
    return stops.enumerated().sorted { ($0.1.position, $0.0) < ($1.1.position, $1.0) }.map(\.1)
  }

  private func loopText(_ position: Int) -> String {
    let loop = nest.loops[position]
    let around = nest.extent(loop.axis, depth: position)
    let count = (around + loop.tile - 1) / loop.tile
    let ragged = around % loop.tile == 0 ? "" : "~"
    return "\(loop.axis.letter) \(count)x\(loop.tile)\(ragged)"
  }
}

/// The words of the text of mappings.
enum MappingText {
  /// The head of the lines with loops in space.
  static let array = "array"

  /// A name as it stands, or in quotes where it would not be read back.
  static func quoted(_ name: String) -> String {
    let isPlain = name.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) }
    if isPlain, !name.isEmpty, name != array, name != "layer" { return name }
    return "\"" + name.flatMap { "\\\"".contains($0) ? ["\\", $0] : [$0] } + "\""
  }

  /// A line without its comment and the spaces around it.
  static func stripped(_ line: Substring) -> Substring {
    var isQuoted = false
    var isEscaped = false
    var end = line.endIndex
    for (index, character) in zip(line.indices, line) {
      if character == "#", !isQuoted {
        end = index
        break
      }
      if character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = character == "\\" && isQuoted && !isEscaped
    }
    return trimmed(line[..<end])
  }

  /// A text without the spaces around it.
  static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  /// The name that a text starts with, quoted or up to a space or a bracket, and the rest; nil when a
  /// quote is not closed.
  static func name(_ text: Substring) -> (name: String, rest: Substring)? {
    guard text.first == "\"" else {
      let name = text.prefix { !$0.isWhitespace && $0 != "(" }
      return (String(name), trimmed(text[name.endIndex...]))
    }
    var name = ""
    var isEscaped = false
    for (index, character) in zip(text.indices, text).dropFirst() {
      if isEscaped || !"\\\"".contains(character) {
        name.append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        return (name, trimmed(text[text.index(after: index)...]))
      }
    }
    return nil
  }
}
