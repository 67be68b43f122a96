internal import Arithmetic
internal import Quantities
internal import Simulation
internal import Statistics

extension ComparisonReport {
  /// The rows as comma-separated values: a column for each axis, then the figures, units in the titles.
  public static func csv(_ rows: [ComparisonRow]) -> String {
    let axes = axes(rows)
    var table = CSVTable(
      titles: axes + [
        "network_name", "device_name", "samples", "top1", "top1_low95", "top1_high95",
        "float_top1", "accumulated_outputs", "overflowed_outputs", "energy_pj", "cycles",
        "stall_cycles", "latency_s", "macs", "weight_bits", "access_bits",
      ])
    for row in rows {
      let totals = row.result.totals
      let accuracy = row.result.accuracy
      var cells = axes.map { row.value(of: $0) ?? "" }
      cells += [row.result.network, row.result.device]
      cells += [
        accuracy.map { String($0.samples) } ?? "",
        accuracy.map { $0.share($0.top1).description } ?? "",
        accuracy.map { $0.interval.low.description } ?? "",
        accuracy.map { $0.interval.high.description } ?? "",
        accuracy.flatMap { $0.floatTop1.map($0.share)?.description } ?? "",
        totals.outputs.map(String.init) ?? "",
        totals.overflowedOutputs.map(String.init) ?? "",
      ]
      cells += [
        totals.energy.value.description, String(totals.cycles.count),
        String(totals.stallCycles.count), totals.seconds.value.description, String(totals.macs),
        String(totals.storage.total.count), String(totals.accessBits.count),
      ]
      table.add(cells)
    }
    return table.text
  }

  /// The rows as JSON, ending in a line feed: the settings of each and its report without the layers.
  public static func json(_ rows: [ComparisonRow]) -> String {
    var report = JSONObject()
    report.add("schema", JSONReport.schema)
    report.add(
      "rows",
      .array(
        rows.map { row in
          var settings = JSONObject()
          for setting in row.settings { settings.add(setting.name, setting.value) }
          var object = JSONObject()
          object.add("settings", settings.value)
          JSONReport.addSummary(of: row.result, to: &object)
          return object.value
        }))
    return report.value.fileText
  }
}
