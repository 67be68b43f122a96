import Devices
import Foundation
import Interchange
import Quantities
import Testing

@Suite("Energies with provenance in hwconfigs") struct DeviceEnergyTests {
  /// The device of the right hwconfig with some lines replaced.
  private static func device(_ changes: [(String, String)]) throws -> Device {
    var text = try String(
      contentsOfFile: "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/valid-device.yaml",
      encoding: .utf8)
    for (old, new) in changes {
      #expect(text.contains(old))
      text = text.replacingOccurrences(of: old, with: new)
    }
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("energy-\(UUID().uuidString).yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try DeviceFile.device(at: path)
  }

  @Test("A memory is priced by the model of SRAM, in banks, with a source that says so")
  func model() throws {
    let device = try Self.device([
      (
        "    writeEnergy: 1 pJ/bit",
        """
            writeEnergy: {model: cacti7, flavour: lstp}
            leakage: {model: cacti7, flavour: lstp, bank: 16 KiB, port: 32 bit}
        """
      ),
      (
        "{weights: 1 pJ/bit, inputs: 1 pJ/bit, outputs: 64 pJ/word}",
        "{model: cacti7, flavour: hp, bank: 16 KiB}"
      ),
    ])
    let low = try #require(SRAMModel(.lowStandbyPower, technology: 45))
    let high = try #require(SRAMModel(.highPerformance, technology: 45))
    let buffer = device.memories[1]
    let write = try #require(low.energy(isWrite: true, capacity: .kibibytes(64), width: 64))
    let read = try #require(high.energy(isWrite: false, capacity: .kibibytes(16), width: 64))
    for operand in Operand.allCases {
      #expect(buffer.writeEnergy[operand] == PicojoulesPerBit(write.value / 64))
      #expect(buffer.readEnergy[operand] == PicojoulesPerBit(read.value / 64))
    }
    let leakage = try #require(low.leakage(capacity: .kibibytes(16), width: 32))
    #expect(buffer.leakage == leakage * 4)
    #expect(device.leakage == buffer.leakage)
    let source = try #require(device.sources["memories[1].readEnergy"])
    #expect(source.contains("CACTI 7.0") && source.contains("16 KiB") && source.contains("4 banks"))
  }

  @Test("An energy of another node is scaled, and its source says so")
  func scaled() throws {
    let device = try Self.device([
      (
        "multiply: 0.2 pJ",
        "multiply: {value: 2 pJ, source: a paper, scaledFrom: {node: 65 nm, voltage: 1 V}}"
      ),
      (
        "add: 0.1 pJ",
        "add: {value: 1 pJ, source: a paper, scaledFrom: {node: 65 nm, voltage: 1 V, to: 900 mV}}"
      ),
    ])
    let energy = device.compute.macEnergy
    #expect(abs(energy.multiply.value - 2 * 1.0177 / 1.332) < 1e-12)
    let low = 1.103 * 0.81 - 0.362 * 0.9 + 0.2767
    #expect(abs(energy.add.value - low / 1.332) < 1e-12)
    #expect(
      device.sources["compute.energy.multiply"]
        == "a paper; scaled from 65 nm at 1.0 V to 45 nm by Stillmaker and Baas, 2017")
  }

  @Test("Ranges, leakage and energies that depend on values")
  func values() throws {
    let device = try Self.device([
      (
        "multiply: 0.2 pJ",
        """
        multiply: {value: 0.2 pJ, low: 0.1 pJ, high: 900 fJ}
            zeroGating: 0.75
            zeroOperand: inputs
            toggleShare: 0.5
            referenceActivity: 0.25
        """
      ),
      ("  cyclesPerLayer: 0", "  cyclesPerLayer: 0\n  leakage: {value: 500 uW, source: a paper}"),
      ("    writeEnergy: 1 pJ/bit", "    writeEnergy: 1 pJ/bit\n    zeroGating: 1"),
    ])
    let energy = device.compute.macEnergy
    #expect(energy.multiply == Picojoules(0.2))
    #expect(energy.multiplyRange?.low == Picojoules(0.1))
    #expect(abs((energy.multiplyRange?.high.value ?? 0) - 0.9) < 1e-12)
    #expect(energy.values.zeroGating == 0.75 && energy.values.watched == .inputs)
    #expect(energy.values.toggleShare == 0.5 && energy.values.referenceActivity == 0.25)
    #expect(device.leakage == Milliwatts(0.5))
    #expect(device.memories[1].zeroGating == 1)
    #expect(device.sources["compute.energy.multiply"] == "a paper")
  }
}
