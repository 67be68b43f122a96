import Arithmetic
import Execution
import Exploration
import Foundation
import Networks
import Quantities
import Reporting
import Simulation
import Testing

@Suite struct TuningReportTests {
  private static func tuner(_ problem: TuningProblem) async throws -> Tuner {
    let workload = Workload(
      network: try SampleRun.network.verified(), evaluation: SampleRun.samples,
      labels: (0..<20).map { $0 % 7 }, calibration: SampleRun.samples.prefix(8))
    let options = SimulationOptions(device: SampleRun.device, observation: .fast)
    let simulator = try await Simulator(workload, threads: 1)
    let axes = TuningAxes(
      weights: [5, 3].map { .affine(IntegerFormat(bits: $0, isSigned: true)) },
      activations: [.affine(IntegerFormat(bits: 5, isSigned: false))])
    return Tuner(
      simulator, baseline: options,
      space: try TuningSpace(of: workload, baseline: options, axes: axes), problem: problem,
      budget: 30)
  }

  private static func verdict(
    _ problem: TuningProblem = TuningProblem(
      objective: Objective(.size), constraints: [.signalToNoise(atLeast: 12)])
  ) async throws -> TuningVerdict {
    let tuner = try await tuner(problem)
    return try await tuner.verdict(on: try await tuner.result(), simulator: tuner.simulator)
  }

  @Test("the tables are as they were")
  func goldens() async throws {
    let verdict = try await Self.verdict()
    try Golden.expect(TuningReport.text(verdict), named: "tuning.txt")
    try Golden.expect(TuningReport.csv(verdict), named: "tuning.csv")
  }

  @Test("samples that calibrated and are evaluated, too, are told")
  func sharedSamples() async throws {
    let verdict = try await Self.verdict()
    #expect(verdict.sharedSamples == 8)
    #expect(TuningReport.text(verdict).contains("8 calibration samples are among"))
  }

  @Test("every line of the text fits on a page, whatever the limits")
  func width() async throws {
    let problem = TuningProblem(
      objective: Objective(terms: [.init(.energy, weight: 0.7), .init(.latency, weight: 0.3)]),
      constraints: [
        .absoluteDrop(atMost: 0.01), .relativeDrop(atMost: 0.01), .confidentDrop(atMost: 0.5),
        .signalToNoise(atLeast: 90), .storage(atMost: .bytes(3)),
        .liveActivations(atMost: .bytes(3)), .overflowRate(atMost: 0.001), .provenOverflowAbsence,
      ])
    let text = TuningReport.text(try await Self.verdict(problem))
    #expect(text.contains("no candidate keeps all limits"))
    for line in text.split(separator: "\n") { #expect(line.count <= 100) }
  }

  @Test("the JSON has the figures of the result and a layer each")
  func json() async throws {
    let verdict = try await Self.verdict()
    let text = TuningReport.json(verdict)
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(object["feasible"] as? Bool == verdict.isFeasible)
    #expect(object["candidates"] as? Int == verdict.search.records.count)
    let tuned = try #require(object["tuned"] as? [String: Any])
    #expect(tuned["parameterBits"] as? Int == verdict.evaluation.storage.total.count)
    #expect(tuned["energyPJ"] as? Double == verdict.evaluation.energy.value)
    let layers = try #require(object["layers"] as? [[String: Any]])
    #expect(
      layers.contains { $0["weights"] != nil } && layers.contains { $0["activations"] != nil })
  }

  @Test("a journal gives back what was written, a line that was cut off aside")
  func journal() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tuning-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let tuner = try await Self.tuner(TuningProblem(objective: Objective(.size)))
    let search = ["network": "sample", "seed": "1"]
    let journal = try TuningJournal(folder: folder, search: search, resumes: false)
    let result = try await tuner.result(record: { try journal.append($0) })
    #expect(
      try TuningJournal(folder: folder, search: search, resumes: true).records == result.records)

    let whole = try String(contentsOfFile: journal.path, encoding: .utf8)
    try String(whole.dropLast(30)).write(toFile: journal.path, atomically: true, encoding: .utf8)
    let cut = try TuningJournal(folder: folder, search: search, resumes: true)
    #expect(cut.records == result.records.dropLast())
    let last = try #require(result.records.last)
    try cut.append(last)
    #expect(
      try TuningJournal(folder: folder, search: search, resumes: true).records == result.records)
  }

  @Test("a journal of another search, or of none, is refused")
  func otherJournal() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tuning-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let search = ["network": "sample", "seed": "1"]
    let journal = try TuningJournal(folder: folder, search: search, resumes: true)
    #expect(journal.records.isEmpty)
    #expect(throws: ReportError.self) {
      try TuningJournal(folder: folder, search: search, resumes: false)
    }
    do {
      _ = try TuningJournal(
        folder: folder, search: ["network": "sample", "seed": "2"], resumes: true)
      Issue.record("a journal of another seed was taken up")
    } catch {
      #expect("\(error)".contains("seed was 1, now 2") && !"\(error)".contains("\n"))
    }
    let other = folder + "/file"
    _ = try TuningJournal(folder: other, search: ["device file": "a\n1"], resumes: true)
    do {
      _ = try TuningJournal(folder: other, search: ["device file": "a\n2"], resumes: true)
      Issue.record("a journal of another device was taken up")
    } catch {
      #expect("\(error)".contains("the device file has changed") && !"\(error)".contains("\n"))
    }
    try "something".write(toFile: journal.path, atomically: true, encoding: .utf8)
    #expect(throws: ReportError.self) {
      try TuningJournal(folder: folder, search: search, resumes: true)
    }
  }
}
