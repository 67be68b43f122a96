import Arithmetic
import Costs
import Devices
import Execution
import Foundation
import Quantities
import Reporting
import Simulation
import Testing

@Suite("report.json")
struct JSONReportTests {
  typealias Object = [String: Any]

  static func object(_ text: String) throws -> Object {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? Object)
  }

  @Test("The keys that others rely on have the values of the result")
  func keys() async throws {
    let result = try await SampleRun.result()
    let report = try Self.object(JSONReport.text(result))
    #expect(report["schema"] as? Int == 1)
    #expect(report["network"] as? String == "sample")
    #expect(report["device"] as? String == "sample-npu")
    let arithmetic = try #require(report["arithmetic"] as? Object)
    #expect(arithmetic["accumulatorBits"] as? Int == 17)
    #expect(arithmetic["overflow"] as? String == "saturate")
    let accuracy = try #require(report["accuracy"] as? Object)
    let figures = try #require(result.accuracy)
    #expect(accuracy["samples"] as? Int == 20)
    #expect(accuracy["top1"] as? Double == Double(figures.top1) / 20)
    #expect(accuracy["floatTop1"] as? Double == Double(try #require(figures.floatTop1)) / 20)
    #expect((accuracy["interval95"] as? [Double])?.count == 2)
    let layers = try #require(report["layers"] as? [Object])
    #expect(layers.count == 4)
    let layer = layers[0]
    #expect(layer["kind"] as? String == "conv")
    #expect(layer["macs"] as? Int == 36 * 8 * 18)
    #expect(layer["weights"] as? String == "int8")
    #expect(layer["activations"] as? String == "uint8")
    let overflow = try #require(result.layers[0].overflow)
    let accumulator = try #require(layer["accumulator"] as? Object)
    #expect(accumulator["bits"] as? Int == 17)
    #expect(accumulator["boundBits"] as? Int == overflow.boundBits)
    #expect(accumulator["observedBits"] as? Int == overflow.observedBits)
    #expect(accumulator["observedOver"] as? String == "prefixes")
    #expect(accumulator["outputs"] as? Int == 20 * 36 * 8)
    #expect(accumulator["overflowedOutputs"] as? Int == overflow.total { $0.overflowedOutputs })
    let histogram = try #require(accumulator["bitsHistogram"] as? [[Int]])
    #expect(histogram.reduce(0) { $0 + $1[1] } == 20 * 36 * 8)
    #expect(histogram.allSatisfy { $0.count == 2 && $0[1] > 0 })
    let energy = try #require(layer["energyPJ"] as? [String: Double])
    #expect(Set(energy.keys) == ["compute", "dram", "buffer", "register", "total"])
    let accesses = try #require(layer["accesses"] as? [Object])
    #expect(accesses.count == result.layers[0].cost.accesses.count)
    #expect(layers[1]["accumulator"] == nil)
    #expect(layers[1]["weights"] == nil)
  }

  @Test("Totals are the sums over the layers")
  func totals() async throws {
    let report = try Self.object(JSONReport.text(try await SampleRun.result()))
    let totals = try #require(report["totals"] as? Object)
    let layers = try #require(report["layers"] as? [Object])
    for key in ["macs", "cycles", "stallCycles", "weightBits"] {
      let sum = layers.reduce(0) { $0 + ($1[key] as? Int ?? 0) }
      #expect(totals[key] as? Int == sum, "\(key)")
    }
    let cycles = try #require(totals["cycles"] as? Int)
    #expect(totals["seconds"] as? Double == Double(cycles) / 200e6)
    let overflowed = layers.reduce(0) {
      $0 + (($1["accumulator"] as? Object)?["overflowedOutputs"] as? Int ?? 0)
    }
    #expect(overflowed > 0)
    #expect(totals["overflowedOutputs"] as? Int == overflowed)
    let storage = try #require(totals["weightStorage"] as? [String: Int])
    #expect(totals["weightBits"] as? Int == storage.values.reduce(0, +))
  }

  @Test("A run of costs only has no accuracy and no accumulators")
  func costsOnly() async throws {
    let result = try await SampleRun.result(executes: false)
    let report = try Self.object(JSONReport.text(result))
    for key in ["accuracy", "fidelity", "input"] { #expect(report[key] == nil, "\(key)") }
    let layers = try #require(report["layers"] as? [Object])
    #expect(layers.allSatisfy { $0["accumulator"] == nil && $0["paths"] == nil })
    let totals = try #require(report["totals"] as? Object)
    #expect(totals["overflowedOutputs"] == nil)
    #expect(CSVReport.overflow(result) == nil)
  }

  @Test("What only final sums showed is not called a prefix")
  func finals() async throws {
    let full = try await SampleRun.result()
    let fast = try await SampleRun.result(fast: true)
    let report = try Self.object(JSONReport.text(fast))
    let layers = try #require(report["layers"] as? [Object])
    let accumulator = try #require(layers[0]["accumulator"] as? Object)
    #expect(accumulator["observedOver"] as? String == "finals")
    #expect(accumulator["bitsHistogram"] == nil)
    // Overflow itself is exact in both modes.
    #expect(fast.totals.overflowedOutputs == full.totals.overflowedOutputs)
  }

  @Test("The same run gives the same bytes for any number of threads")
  func reproducible() async throws {
    let one = JSONReport.text(try await SampleRun.result(threads: 1))
    let three = JSONReport.text(try await SampleRun.result(threads: 3))
    #expect(one == three)
    try Golden.expect(one, named: "report.json")
  }

  @Test("Every key is described in reports/README.md")
  func documented() async throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(
      contentsOf: root.appendingPathComponent("reports/README.md"), encoding: .utf8)
    func keys(_ value: Any) -> Set<String> {
      if let list = value as? [Any] { return Set(list.flatMap(keys)) }
      guard let object = value as? Object else { return [] }
      return Set(object.keys).union(object.values.flatMap(keys))
    }
    let levels: Set<String> = Set(SampleRun.device.memories.map(\.name))
    let report = try Self.object(JSONReport.text(try await SampleRun.result()))
    for key in keys(report).subtracting(levels).sorted() {
      #expect(readme.contains("`\(key)`"), "\(key)")
    }
  }

  @Test("Strings are escaped and numbers that JSON lacks are null")
  func escaping() async throws {
    var result = try await SampleRun.result(executes: false)
    result.network = "a \"b\" \\ \n\t\u{1} µ"
    result.clock = Hertz(.infinity)
    let report = try Self.object(JSONReport.text(result))
    #expect(report["network"] as? String == result.network)
    #expect(report["clockHz"] is NSNull)
  }

  @Test("A comparison carries the settings and the summary of each row")
  func comparison() async throws {
    let result = try await SampleRun.result()
    let row = ComparisonRow(settings: [("accumulator", "17:saturate")], result: result)
    let report = try Self.object(ComparisonReport.json([row, row]))
    let rows = try #require(report["rows"] as? [Object])
    #expect(rows.count == 2)
    #expect(rows[0]["settings"] as? [String: String] == ["accumulator": "17:saturate"])
    #expect((rows[0]["totals"] as? Object)?["cycles"] as? Int == result.totals.cycles.count)
    #expect(rows[0]["layers"] == nil)
  }
}
