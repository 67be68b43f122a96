/// The text of a topology file as rows of cells, its columns checked.
struct TopologyTable {
  /// The columns, in their order.
  enum Column: String, CaseIterable {
    case name
    case kind
    case inputs
    case outChannels = "out_channels"
    case kernelHeight = "kernel_h"
    case kernelWidth = "kernel_w"
    case strideHeight = "stride_h"
    case strideWidth = "stride_w"
    case padTop = "pad_top"
    case padLeft = "pad_left"
    case padBottom = "pad_bottom"
    case padRight = "pad_right"
    case groups
    case activation
  }

  /// One row: its line, counted from 1, and its cells by column.
  struct Row {
    let line: Int
    let cells: [Column: String]

    /// The text of a cell; empty when nothing is written.
    subscript(column: Column) -> String { cells[column] ?? "" }
  }

  /// No known network has a thousandth of this.
  static let mostRows = 100_000

  private(set) var rows: [Row] = []
  private(set) var problems: [TopologyError.Problem] = []

  /// Splits a text; rows with a wrong number of cells are left out and reported.
  init(_ text: String) {
    let columns = Column.allCases
    var hasHeader = false
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() {
      let line = Self.trimmed(line)
      if line.isEmpty || line.hasPrefix("#") { continue }
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(Self.trimmed)
      if !hasHeader {
        hasHeader = true
        if cells == columns.map(\.rawValue) { continue }
        let wanted = columns.map(\.rawValue).joined(separator: ",")
        report(index + 1, "the first line must name the columns; write \(wanted)")
        return
      }
      guard cells.count == columns.count else {
        report(index + 1, "has \(cells.count) cells; write \(columns.count), empty ones included")
        continue
      }
      guard rows.count < Self.mostRows else {
        report(index + 1, "a network has at most \(Self.mostRows) rows; shorten the file")
        return
      }
      rows.append(
        Row(line: index + 1, cells: Dictionary(zip(columns, cells)) { first, _ in first }))
    }
    if !hasHeader { report(0, "has no rows; write the header, an input row and the layers") }
  }

  private mutating func report(_ line: Int, _ text: String) {
    problems.append(TopologyError.Problem(line: line, column: "", text: text))
  }

  private static func trimmed(_ text: Substring) -> String {
    let isSpace = { (character: Character) in character == " " || character == "\t" }
    let start = text.drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(start[...end])
  }
}
