/// A table of text: columns padded to their widest cell, at most a page wide.
struct TextTable {
  /// One column.
  struct Column {
    /// The words above the numbers, one a line.
    var title: [String]
    /// Whether cells end, rather than start, at the same place.
    var isRight = true
    /// Whether cells may be shortened in the middle when the table is too wide.
    var isShortened = false
    /// The cells from top to bottom.
    var cells: [String]
  }

  /// The widest line of a report.
  static let pageWidth = 100

  private static let gap = "  "
  private static let leastShortened = 8

  var columns: [Column] = []

  mutating func add(
    _ title: String..., isRight: Bool = true, isShortened: Bool = false, cells: [String]
  ) {
    columns.append(
      Column(
        title: title.map(\.printable), isRight: isRight, isShortened: isShortened,
        cells: cells.map(\.printable)))
  }

  /// The lines, titles first, without spaces at their ends.
  func lines(indent: Int) -> [String] {
    let height = columns.map(\.title.count).max() ?? 0
    let texts = columns.map { column in
      // Titles stand on the cells: the last line of each is filled first.
      [String](repeating: "", count: height - column.title.count) + column.title + column.cells
    }
    let widths = fitted(texts.map { $0.map(\.count).max() ?? 0 }, indent: indent)
    let rows = texts.map(\.count).max() ?? 0
    return (0..<rows).map { row in
      var line = String(repeating: " ", count: indent)
      for (index, column) in columns.enumerated() {
        let text = Self.shortened(texts[index][row], to: widths[index])
        let padding = String(repeating: " ", count: widths[index] - text.count)
        line += (index == 0 ? "" : Self.gap) + (column.isRight ? padding + text : text + padding)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }

  /// The widths with those of columns that may be shortened reduced until the table fits.
  private func fitted(_ natural: [Int], indent: Int) -> [Int] {
    var widths = natural
    let gaps = max(columns.count - 1, 0) * Self.gap.count
    var excess = indent + gaps + widths.reduce(0, +) - Self.pageWidth
    while excess > 0 {
      let candidates = widths.indices.filter {
        columns[$0].isShortened && widths[$0] > Self.leastShortened
      }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[widest] -= 1
      excess -= 1
    }
    return widths
  }

  /// A text with its middle replaced by `…` when it is longer than `width`.
  static func shortened(_ text: String, to width: Int) -> String {
    guard text.count > width else { return text }
    let tail = width / 2
    return text.prefix(max(width - tail - 1, 0)) + "…" + text.suffix(tail)
  }
}

/// A label and the text beside it, broken into lines at most a page wide.
enum LabelledText {
  /// The width of the labels.
  static let labelWidth = 14

  static func lines(_ label: String, _ text: String) -> [String] {
    let label = TextTable.shortened(label.printable, to: labelWidth - 2)
    return wrapped(
      text, after: "  " + label + String(repeating: " ", count: labelWidth - label.count))
  }

  /// A text broken into lines that begin where `start`, which stands before the first, ends.
  static func wrapped(_ text: String, after start: String) -> [String] {
    let indent = String(repeating: " ", count: start.count)
    var lines: [String] = []
    var line = start
    var isEmpty = true
    for word in text.split(whereSeparator: \.isWhitespace).map({ String($0).printable[...] }) {
      // A word longer than a line, such as a name, is broken where the line ends.
      var rest = word
      while !rest.isEmpty {
        let room = TextTable.pageWidth - line.count - (isEmpty ? 0 : 1)
        if rest.count <= room {
          line += (isEmpty ? "" : " ") + rest
          rest = ""
        } else if isEmpty {
          line += rest.prefix(room)
          rest = rest.dropFirst(room)
          lines.append(line)
          line = indent
          continue
        } else {
          lines.append(line)
          line = indent
          isEmpty = true
          continue
        }
        isEmpty = false
      }
    }
    if !isEmpty { lines.append(line) }
    return lines
  }
}
