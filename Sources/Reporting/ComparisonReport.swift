internal import Arithmetic
internal import Quantities
public import Simulation

/// One run of a comparison and what distinguishes it from the others.
public struct ComparisonRow: Sendable {
  /// What was chosen for it, by the name of the axis: `weights` is `int4`.
  public var settings: [(name: String, value: String)]
  /// What it gave.
  public var result: SimulationResult

  /// A row of a comparison.
  public init(settings: [(name: String, value: String)], result: SimulationResult) {
    self.settings = settings
    self.result = result
  }

  /// The value chosen on an axis.
  func value(of axis: String) -> String? { settings.first { $0.name == axis }?.value }
}

/// Several runs side by side.
public enum ComparisonReport {
  /// A table for people, at most 100 columns wide, ending in a line feed.
  ///
  /// Only the axes on which the rows differ have a column; the others are named above the table.
  public static func text(_ rows: [ComparisonRow]) -> String {
    guard let first = rows.first else { return "nothing to compare\n" }
    let results = rows.map(\.result)
    let totals = results.map(\.totals)
    let axes = axes(rows)
    let varying = axes.filter { axis in Set(rows.map { $0.value(of: axis) }).count > 1 }
    var table = TextTable()
    for axis in rows.count == 1 ? axes : varying {
      let cells = rows.map { $0.value(of: axis) ?? "-" }
      table.add(
        axis, isRight: cells.allSatisfy { Int($0) != nil }, isShortened: true, cells: cells)
    }
    if results.contains(where: { $0.accuracy != nil }) {
      table.add(
        "top-1", "%",
        cells: results.map { result in
          result.accuracy.map { NumberText.wholePercent($0.share($0.top1)) } ?? "-"
        })
      table.add(
        "95 % interval", "%",
        cells: results.map { result in result.accuracy.map(TextReport.interval) ?? "-" })
    }
    if totals.contains(where: { $0.outputs != nil }) {
      table.add("overflowed", "outputs %", cells: totals.map(overflow))
    }
    table.add("energy", cells: totals.map { NumberText.energy($0.energy) })
    table.add("cycles", cells: totals.map { NumberText.count($0.cycles.count) })
    table.add("latency", cells: totals.map { NumberText.time($0.seconds) })
    table.add("weights", "stored", cells: totals.map { NumberText.storage($0.storage.total) })
    let lines = heading(
      rows, first, fixed: rows.count == 1 ? [] : axes.filter { !varying.contains($0) })
    return (lines + [""] + table.lines(indent: 2)).joined(separator: "\n") + "\n"
  }

  /// The names of all axes in the order of their first appearance.
  static func axes(_ rows: [ComparisonRow]) -> [String] {
    var axes: [String] = []
    for setting in rows.flatMap(\.settings) where !axes.contains(setting.name) {
      axes.append(setting.name)
    }
    return axes
  }

  private static func overflow(_ totals: SimulationTotals) -> String {
    guard let overflowed = totals.overflowedOutputs, let outputs = totals.outputs else {
      return "-"
    }
    return NumberText.percent(NumberText.share(overflowed, of: outputs))
  }

  /// What all rows share.
  private static func heading(
    _ rows: [ComparisonRow], _ first: ComparisonRow, fixed: [String]
  ) -> [String] {
    let networks = Set(rows.map(\.result.network))
    let devices = Set(rows.map(\.result.device))
    var title = networks.count == 1 ? first.result.network : "\(networks.count) networks"
    title += devices.count == 1 ? " on \(first.result.device)" : " on \(devices.count) devices"
    var lines = [TextTable.shortened(title.printable, to: TextTable.pageWidth)]
    for axis in fixed {
      guard let value = first.value(of: axis) else { continue }
      // The title names these already.
      if value == first.result.network || value == first.result.device { continue }
      lines += LabelledText.lines(axis, value)
    }
    let floats = Set(rows.compactMap { $0.result.accuracy.flatMap { $0.floatTop1.map($0.share) } })
    if let accuracy = first.result.accuracy, let float = floats.first, floats.count == 1 {
      lines += LabelledText.lines(
        "float top-1",
        "\(NumberText.wholePercent(float)) % of \(NumberText.grouped(accuracy.samples)) samples")
    }
    var seen: Set<String> = []
    for warning in rows.flatMap(\.result.warnings) where seen.insert(warning).inserted {
      let count = rows.count { $0.result.warnings.contains(warning) }
      let place = count == rows.count ? "" : "\(count) of \(rows.count) runs: "
      lines += LabelledText.lines("note", place + warning)
    }
    return lines
  }
}
