/// Rows of comma-separated values with a row of titles.
///
/// - Source: RFC 4180, with line feeds alone at the ends of lines.
struct CSVTable {
  private(set) var text: String
  private let width: Int

  init(titles: [String]) {
    width = titles.count
    text = Self.line(titles)
  }

  /// Adds a row.
  ///
  /// - Precondition: it has as many cells as there are titles.
  mutating func add(_ cells: [String]) {
    precondition(cells.count == width, "a row has a cell for each title")
    text += Self.line(cells)
  }

  private static func line(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
    return "\""
      + cell.split(separator: "\"", omittingEmptySubsequences: false)
      .joined(separator: "\"\"") + "\""
  }
}
