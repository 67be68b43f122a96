import Arithmetic
import Costs
import Devices
import Foundation
import Networks
import Quantities
import Reporting
import Simulation
import Testing

@Suite("Reports of platforms")
struct PlatformReportTests {
  /// Two small devices; the second one has the classifier.
  static func result(executes: Bool = true) async throws -> PlatformResult {
    let head = try #require(SampleRun.network.layers.last?.name)
    let platform = Platform(
      name: "pair", summary: "",
      members: [
        Platform.Member(name: "left", device: SampleRun.device),
        Platform.Member(
          name: "right", device: SampleRun.device, layout: .channelsFirst),
      ],
      links: [
        PlatformLink(
          ends: ["left", "right"], bitsPerSecond: 1e9, latency: Seconds(1e-6),
          energy: PicojoulesPerBit(2))
      ], placement: ["pool": "right", head: "left"])
    let workload = Workload(
      network: try SampleRun.network.verified(), evaluation: executes ? SampleRun.samples : nil,
      labels: executes ? (0..<20).map { $0 % 7 } : nil,
      calibration: executes ? SampleRun.samples.prefix(8) : nil)
    return try await Simulator(workload, threads: 1).result(PlatformOptions(platform: platform))
  }

  @Test("The text has devices, layers, transfers and totals inside the page")
  func text() async throws {
    var result = try await Self.result()
    let text = PlatformText.text(result)
    TextReportTests.checkLines(text)
    for words in [
      "sample on pair", "right", "right *", "conversion", "everything on left",
      "proved for a chain", "top-1", "nJ µs",
    ] {
      #expect(text.contains(words), "\(words)")
    }
    let long = "\u{1B}[2J" + String(repeating: "n", count: 300)
    result.network = long
    result.members[0].name = long
    result.members[0].alone = nil
    for index in result.layers.indices { result.layers[index].member = long }
    for index in result.transfers.indices { result.transfers[index].from = long }
    let extreme = PlatformText.text(result)
    TextReportTests.checkLines(extreme)
    #expect(!extreme.contains("\u{1B}") && extreme.contains("cannot"))
  }

  @Test("The JSON has the values of the result, and its parts add up")
  func json() async throws {
    let result = try await Self.result()
    let report = try JSONReportTests.object(PlatformJSON.text(result))
    #expect(report["schema"] as? Int == 1)
    #expect(report["platform"] as? String == "pair")
    #expect(report["objective"] as? String == "edp")
    #expect(report["proven"] as? Bool == true)
    let layers = try #require(report["layers"] as? [JSONReportTests.Object])
    #expect(layers.map { $0["device"] as? String } == result.layers.map(\.member))
    #expect(layers.map { $0["fixed"] as? Bool } == [false, true, false, true])
    #expect(layers[0]["accumulator"] is JSONReportTests.Object)
    let transfers = try #require(report["transfers"] as? [JSONReportTests.Object])
    #expect(transfers.count == result.transfers.count && !transfers.isEmpty)
    let conversions = transfers.compactMap { $0["conversion"] as? JSONReportTests.Object }
    #expect(!conversions.isEmpty)
    let sum = (layers + transfers + conversions).reduce(0) {
      $0 + ($1["energyPJ"] as? Double ?? .nan)
    }
    let totals = try #require(report["totals"] as? JSONReportTests.Object)
    let energy = try #require(totals["energyPJ"] as? Double)
    #expect(abs(energy - sum) <= 1e-9 * sum)
    let costs = try JSONReportTests.object(
      PlatformJSON.text(try await Self.result(executes: false)))
    #expect(costs["accuracy"] == nil && costs["input"] == nil)
  }

  @Test("The folder has the JSON and the text")
  func folder() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let result = try await Self.result(executes: false)
    try ReportFolder.write(result, to: folder.path)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(files == ["platform.json", "summary.txt"])
    let text = try String(
      contentsOf: folder.appendingPathComponent("platform.json"), encoding: .utf8)
    #expect(text == PlatformJSON.text(result))
  }
}
