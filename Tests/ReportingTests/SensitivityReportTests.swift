import Arithmetic
import Execution
import Exploration
import Foundation
import Networks
import Quantities
import Reporting
import Simulation
import Testing

@Suite struct SensitivityReportTests {
  private static func study(
    hasLabels: Bool = true, executes: Bool = true
  ) async throws -> SensitivityResult {
    let workload = Workload(
      network: try SampleRun.network.verified(), evaluation: executes ? SampleRun.samples : nil,
      labels: hasLabels && executes ? (0..<20).map { $0 % 7 } : nil,
      calibration: executes ? SampleRun.samples.prefix(8) : nil)
    let simulator = try await Simulator(workload, threads: 1)
    let axes = SensitivityAxes(
      weights: [8, 3].map { .affine(IntegerFormat(bits: $0, isSigned: true)) },
      activations: [.affine(IntegerFormat(bits: 4, isSigned: false))],
      accumulators: [Accumulator(bits: 14, overflow: .saturate)])
    return try await SensitivityStudy(
      simulator, baseline: SimulationOptions(device: SampleRun.device, observation: .fast),
      axes: axes
    ).result()
  }

  @Test("the tables are as they were")
  func goldens() async throws {
    let study = try await Self.study()
    try Golden.expect(SensitivityReport.text(study), named: "sensitivity.txt")
    try Golden.expect(SensitivityReport.csv(study), named: "sensitivity.csv")
  }

  @Test("every line of the tables fits on a page")
  func width() async throws {
    for line in SensitivityReport.text(try await Self.study()).split(separator: "\n") {
      #expect(line.count <= 100)
    }
  }

  @Test("the JSON holds a matrix with a number for each layer and format")
  func json() async throws {
    let study = try await Self.study()
    let text = SensitivityReport.json(study)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let subjects = try #require(object["subjects"] as? [[String: Any]])
    #expect(
      subjects.compactMap { $0["subject"] as? String }
        == ["weights", "activations", "accumulator"])
    let weights = try #require(subjects.first)
    #expect(weights["formats"] as? [String] == ["int8", "int3"])
    let layers = try #require(weights["layers"] as? [String])
    let drops = try #require(weights["drop"] as? [[Double]])
    #expect(layers.count == 2 && drops.count == 2)
    #expect(drops.allSatisfy { $0.count == 2 })
    #expect(drops.map { $0[0] } == [0, 0])
  }

  @Test(
    "without labels the report says by what layers are ranked, without values that there is no ranking"
  )
  func notes() async throws {
    let unlabelled = SensitivityReport.text(try await Self.study(hasLabels: false))
    #expect(unlabelled.contains("there are no labels"))
    #expect(!unlabelled.contains("top-1 lost"))
    let costs = SensitivityReport.text(try await Self.study(executes: false))
    #expect(costs.contains("nothing was executed: costs only, no ranking"))
    #expect(!costs.contains("ranking by"))
    #expect(costs.contains("weights: energy of an inference"))
  }

  @Test("the heat map is well-formed, with a cell for each row and names escaped")
  func heatMap() async throws {
    let study = try await Self.study()
    let svg = SensitivityHeatMap.svg(study)
    // One more rectangle is the background.
    #expect(svg.components(separatedBy: "<rect").count - 1 == study.rows.count + 1)
    #expect(svg.contains("head, &quot;quoted&quot;"))
    #expect(!svg.contains("\"quoted\""))
    #expect(svg.hasSuffix("</svg>\n"))
  }
}
