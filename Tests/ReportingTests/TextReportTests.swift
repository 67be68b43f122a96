import Arithmetic
import Costs
import Quantities
import Reporting
import Simulation
import Testing

@Suite("Reports for people")
struct TextReportTests {
  static func checkLines(_ text: String) {
    #expect(text.hasSuffix("\n"))
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      #expect(line.count <= 100, "\(line)")
      #expect(line.last != " ", "\(line)")
    }
  }

  @Test("A run with values reads as it did")
  func executed() async throws {
    let text = TextReport.text(try await SampleRun.result())
    Self.checkLines(text)
    try Golden.expect(text, named: "summary.txt")
  }

  @Test("A run of costs only says nothing of accuracy and overflow")
  func costsOnly() async throws {
    let text = TextReport.text(try await SampleRun.result(executes: false))
    Self.checkLines(text)
    #expect(!text.contains("top-1"))
    #expect(!text.contains("overflow"))
    #expect(!text.contains("has/needs/saw"))
    try Golden.expect(text, named: "summary-costs.txt")
  }

  @Test("Long names, many digits and many warnings stay inside the page")
  func extremes() async throws {
    var result = try await SampleRun.result()
    // Names come from files: an escape sequence must not reach a terminal.
    let long = "\u{1B}[2J\r\n" + String(repeating: "n", count: 300)
    result.network = long
    result.device = long
    result.warnings = [long, "two\nlines", ""]
    for index in result.layers.indices {
      result.layers[index].name = long
      result.layers[index].cost.macs = 987_654_321_012
      result.layers[index].cost.energy[0].component = long
      result.layers[index].cost.energy[0].energy.value = 9.87e20
    }
    let text = TextReport.text(result)
    Self.checkLines(text)
    #expect(!text.contains("\u{1B}") && !text.contains("\r"))
    Self.checkLines(
      ComparisonReport.text([
        ComparisonRow(settings: [(long, long)], result: result),
        ComparisonRow(settings: [(long, "short")], result: result),
      ]))
    result.layers = []
    Self.checkLines(TextReport.text(result))
  }

  @Test("Several accumulators side by side")
  func comparison() async throws {
    var rows: [ComparisonRow] = []
    for spelling in ["32:wrap", "18:saturate", "17:saturate", "17:wrap", "14:wrap"] {
      let accumulator = try Accumulator(spelling: spelling)
      rows.append(
        ComparisonRow(
          settings: [("device", "sample-npu"), ("weights", "int8"), ("accumulator", spelling)],
          result: try await SampleRun.result(accumulator: accumulator)))
    }
    let text = ComparisonReport.text(rows)
    Self.checkLines(text)
    try Golden.expect(text, named: "comparison.txt")
    let csv = ComparisonReport.csv(rows).split(separator: "\n")
    #expect(csv.count == 6)
    #expect(csv[0].hasPrefix("device,weights,accumulator,network_name,"))
    #expect(
      Set(csv.map { $0.split(separator: ",", omittingEmptySubsequences: false).count }) == [19])
    #expect(ComparisonReport.text([]) == "nothing to compare\n")
  }
}
