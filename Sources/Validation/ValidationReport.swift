/// All targets with their rows, as the page `reports/validation.md`.
public struct ValidationReport: Sendable {
  /// One target and what came of it.
  public struct Section: Sendable {
    /// The target.
    public var target: ValidationTarget
    /// Its rows.
    public var rows: [ValidationRow]

    /// The rows with a bar.
    var judged: [ValidationRow] { rows.filter { $0.passes != nil } }

    /// How many rows meet their bar, of how many.
    var score: String {
      judged.isEmpty ? "no bar" : "\(judged.count { $0.passes == true }) of \(judged.count)"
    }

    /// The largest difference of the rows with a bar.
    var worst: ValidationRow? {
      judged.max { $0.difference.magnitude < $1.difference.magnitude }
    }
  }

  /// The targets in order.
  public var sections: [Section]

  /// Runs all targets.
  public init(_ data: ValidationData, targets: [ValidationTarget] = ValidationTarget.all) throws {
    sections = try targets.map { Section(target: $0, rows: try $0.rows(data)) }
  }

  /// The rows that miss their bar.
  public var misses: [ValidationRow] {
    sections.flatMap(\.rows).filter { $0.passes == false }
  }

  /// One line a target: title, rows at their bar, the worst difference.
  public var summary: String {
    var lines = ["| target | rows at their bar | largest difference |", "|---|--:|--:|"]
    for section in sections {
      let worst = section.worst.map { Self.percent($0.difference) } ?? "-"
      lines.append("| \(section.target.title) | \(section.score) | \(worst) |")
    }
    return lines.joined(separator: "\n")
  }

  /// The whole page in Markdown.
  ///
  /// Targets of more than `longest` rows that all pass are shown by their worst rows.
  public func markdown(longest: Int = 60) -> String {
    var parts = ["# Validation", summary]
    for section in sections {
      var lines = ["## \(section.target.title)", "", "Source: \(section.target.source).  "]
      lines.append("Fitted: \(section.target.fitted).  ")
      if !section.target.assumptions.isEmpty {
        lines.append("Assumed: \(section.target.assumptions).  ")
      }
      lines.append("At their bar: \(section.score).")
      lines.append("")
      var rows = section.rows
      if rows.count > longest {
        let failing = rows.filter { $0.passes == false }
        let shown = failing.prefix(longest) + rows.filter { $0.passes != false }.prefix(8)
        lines.append("\(rows.count) rows; \(shown.count) are shown, those that miss first.")
        lines.append("")
        rows = Array(shown)
      }
      lines.append("| item | ours | theirs | unit | difference | bar | |")
      lines.append("|---|--:|--:|---|--:|---|---|")
      for row in rows { lines.append(Self.line(row)) }
      parts.append(lines.joined(separator: "\n"))
    }
    return parts.joined(separator: "\n\n") + "\n"
  }

  private static func line(_ row: ValidationRow) -> String {
    let bar =
      switch row.bar {
      case .exact: "exact"
      case .within(let tolerance): "within \(percent(tolerance, signed: false))"
      case .atLeast: "not below"
      case .reported: "none"
      }
    var verdict = row.passes.map { $0 ? "pass" : "MISS" } ?? ""
    if row.isFitted { verdict += verdict.isEmpty ? "fitted" : ", fitted" }
    if !row.note.isEmpty { verdict += (verdict.isEmpty ? "" : ": ") + row.note }
    let figures = "\(number(row.ours)) | \(number(row.theirs)) | \(row.unit)"
    return "| \(row.item) | \(figures) | \(percent(row.difference)) | \(bar) | \(verdict) |"
  }

  /// A figure with four significant digits, integers in full.
  static func number(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e15 { return String(Int(value)) }
    var digits = 3
    var scale = value.magnitude
    while scale >= 10, digits > 0 { (scale, digits) = (scale / 10, digits - 1) }
    while scale < 1, digits < 9 { (scale, digits) = (scale * 10, digits + 1) }
    return decimal(value, digits: digits)
  }

  /// A fraction in percent: `+1.2 %`.
  static func percent(_ value: Double, signed: Bool = true) -> String {
    guard value.isFinite else { return "-" }
    if value == 0 { return "0 %" }
    let text = decimal(value.magnitude * 100, digits: value.magnitude < 0.1 ? 2 : 1)
    return (value < 0 ? "-" : signed ? "+" : "") + text + " %"
  }

  private static func decimal(_ value: Double, digits: Int) -> String {
    var scale = 1
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value.magnitude * Double(scale)).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    if digits == 0 { return sign + String(whole) }
    let fraction = String(whole % scale)
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return "\(sign)\(whole / scale).\(zeros)\(fraction)"
  }
}
