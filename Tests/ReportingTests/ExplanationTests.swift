import Devices
import Foundation
import Networks
import Quantities
import Reporting
import Simulation
import Testing

@Suite("Where cycles and energy come from")
struct ExplanationTests {
  /// The sample device with leakage, values and sources.
  private static func device() -> Device {
    var device = SampleRun.device
    device.compute.leakage = Milliwatts(0.5)
    device.compute.macEnergy.values.zeroGating = 0.5
    device.compute.macEnergy.multiplyRange = EnergyRange(
      low: Picojoules(0.2), high: Picojoules(0.9))
    device.sources = [
      "compute.energy.multiply": "a paper", "memories[0].readEnergy": "a data sheet",
      "memories[1].readEnergy.weights": "a table", "compute.leakage": "a measurement",
    ]
    return device
  }

  private static func result(_ device: Device) async throws -> SimulationResult {
    let workload = Workload(
      network: try SampleRun.network.verified(), evaluation: SampleRun.samples,
      calibration: SampleRun.samples.prefix(8))
    return try await Simulator(workload, threads: 1).result(SimulationOptions(device: device))
  }

  @Test("A layer in words reads as it did")
  func text() async throws {
    let device = Self.device()
    let result = try await Self.result(device)
    let texts = result.layers.map { ExplanationText.text($0, of: result, on: device) }
    for text in texts { TextReportTests.checkLines(text) }
    try Golden.expect(texts[0], named: "explain.txt")
  }

  @Test("The lines for machines add up to the totals of the report")
  func json() async throws {
    let device = Self.device()
    let result = try await Self.result(device)
    let text = ExplanationJSON.text(result.layers, of: result, on: device)
    let root = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let layers = try #require(root["layers"] as? [[String: Any]])
    var cycles = 0
    var energy = 0.0
    for layer in layers {
      let lines = try #require(layer["cycleLines"] as? [[String: Any]])
      cycles += lines.reduce(0) { $0 + ($1["cycles"] as? Int ?? 0) }
      let energies = try #require(layer["energyLines"] as? [[String: Any]])
      energy += energies.reduce(0) { $0 + ($1["energyPJ"] as? Double ?? 0) }
    }
    #expect(cycles == result.totals.cycles.count)
    #expect(abs(energy - result.totals.energy.value) < 1e-9 * energy)
    #expect(text.contains("\"a data sheet\"") && text.contains("\"a table\""))
  }

  @Test("Published energies stand with their sources and what the device uses")
  func energies() {
    let text = EnergiesText.text(Self.device())
    TextReportTests.checkLines(text)
    #expect(text.contains("  8 bit: between 0.2 pJ and 0.912 pJ, 4.56 times"))
    #expect(text.contains("multiply 0.25 pJ at 8 bit, between 0.2 pJ and 0.9 pJ: a paper"))
    var old = Self.device()
    old.technology = 180
    #expect(EnergiesText.text(old).contains("not to be scaled to 180 nm"))
  }

  @Test("A device in words tells what it leaks and what values save")
  func powers() {
    var device = Self.device()
    device.compute.macEnergy.values.toggleShare = 0.25
    device.memories[2].zeroGating = 1
    device.memories[1].leakage = Milliwatts(2e-5)
    let text = DeviceText.text(device)
    #expect(text.contains("a zero operand saves 50 % of a multiply-accumulate"))
    #expect(text.contains("25 % of the energy grows with changing bits"))
    #expect(text.contains("a zero input saves 100 % of the weight reads of register"))
    #expect(text.contains("leakage      500"))
    #expect(text.contains("buffer 20 nW"))
  }
}
