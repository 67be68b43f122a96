import Arithmetic
import Devices
import Foundation
import Interchange
import Quantities
import Testing

/// The root of the repository, from the place of this file.
let repositoryRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

@Suite("The bundled devices")
struct DeviceFileTests {
  private func device(_ name: String) throws -> Device {
    try DeviceFile.device(at: "\(repositoryRoot)/hwconfigs/\(name).yaml")
  }

  @Test(
    "Every bundled device loads without a problem",
    arguments: BundledFiles(executable: nil, override: nil).deviceNames)
  func loads(name: String) throws {
    let device = try device(name)
    #expect(device.name == name)
    #expect(!device.summary.isEmpty)
    #expect(device.problems.isEmpty)
    // Three operands' energies a level at least, and the compute part.
    #expect(device.sources.count > 5 * device.memories.count + 15)
    for (path, source) in device.sources where path.lowercased().contains("energy") {
      #expect(!source.lowercased().contains("recall"), "\(path)")
    }
  }

  @Test("The bundled devices are there")
  func names() {
    #expect(
      Set(BundledFiles(executable: nil, override: nil).deviceNames).isSuperset(of: [
        "cortex-a72", "cortex-m4", "cortex-m7", "edge-npu", "eyeriss", "tpu-like-16x16",
      ]))
  }

  @Test("The convolution cores have the sizes of their sources")
  func convolutionCores() throws {
    for (name, multipliers, kibibytes) in [
      ("nvdla-large", 2048, 512), ("nvdla-small", 64, 128), ("ethos-u55-128", 128, 16),
    ] {
      let device = try device(name)
      #expect(device.compute.units == multipliers, "\(name)")
      let buffer = try #require(device.convolutionBuffer)
      #expect(device.memories[buffer].capacity == .kibibytes(kibibytes), "\(name)")
      guard case .convolutionCore(let core) = device.compute.family else {
        Issue.record("\(name) is no convolution core")
        continue
      }
      #expect(core.outputAtom > 1 && !core.atoms.isEmpty && core.storageAtom == 16)
    }
  }

  @Test("edge-npu has 256 units, 20-bit saturating accumulators and LPDDR4 outside")
  func edgeNPU() throws {
    let device = try device("edge-npu")
    #expect(device.name == "edge-npu")
    #expect(device.arithmetic.accumulator == Accumulator(bits: 20, overflow: .saturate))
    #expect(device.compute.units == 256)
    #expect(device.memories.map(\.name) == ["dram", "buffer", "accumulators", "registers"])
    #expect(device.memories[0].capacity == nil)
    // 12.8 GB/s at 500 MHz: 25.6 bytes a cycle.
    #expect(abs(device.memories[0].readBandwidth.value - 204.8) < 1e-9)
    #expect(device.memories[1].capacity == Bits.kibibytes(256))
    // 50.2566 pJ a word of 128 bits.
    #expect(device.memories[1].readEnergy[.weights]?.value == 50.2566 * (1 / 128.0))
    #expect(device.sources["memories[1].capacity"] == "design choice")
    #expect(device.problems.isEmpty)
  }

  @Test("eyeriss has 168 units, three scratch pads a unit and 108 KiB of buffer")
  func eyeriss() throws {
    let device = try device("eyeriss")
    #expect(device.compute.units == 168)
    #expect(device.technology == 65)
    #expect(device.clock == .megahertz(200))
    #expect(device.compute.dataflow == .rowStationary)
    let spads = device.memories[2]
    #expect(spads.isPerUnit)
    #expect(spads.operandCapacity[.inputs] == Bits(12 * 16))
    #expect(spads.operandCapacity[.weights] == Bits(224 * 16))
    #expect(spads.operandCapacity[.outputs] == Bits(24 * 16))
    #expect(spads.capacity == .zero)
    let buffer = device.memories[1]
    #expect(buffer.operandCapacity[.weights] == Bits.kibibytes(8))
    #expect(buffer.capacity == Bits.kibibytes(100))
    // 460 pJ a 16-bit word from DRAM, 2 pJ a multiply-accumulate.
    #expect(device.memories[0].readEnergy[.inputs]?.value == 460 / 16.0)
    #expect(device.compute.macEnergy.multiply == Picojoules(2))
  }

  @Test("tpu-like-16x16 keeps weights out of the unified buffer and halves its speed for 16 bits")
  func tpu() throws {
    let device = try device("tpu-like-16x16")
    #expect(device.compute.isSystolic)
    #expect(device.compute.units == 256)
    let buffer = try #require(device.memories.first { $0.name == "unified-buffer" })
    #expect(buffer.operands == [.inputs, .outputs])
    #expect(device.compute.throughput.map(\.macsPerCycle) == [1, 0.5, 0.5, 0.25])
  }

  @Test("cortex-a72 doubles its throughput with 16-bit accumulators")
  func neon() throws {
    let rows = try device("cortex-a72").compute.throughput
    #expect(rows.first { $0.accumulatorBits == 16 }?.macsPerCycle == 8)
    #expect(rows.first { $0.accumulatorBits == 32 }?.macsPerCycle == 4)
  }

  @Test("A bundled name, a path and an unknown name")
  func argument() throws {
    let bundled = BundledFiles(executable: nil, override: nil)
    let path = "\(repositoryRoot)/hwconfigs/eyeriss.yaml"
    #expect(
      try DeviceFile.device("eyeriss", in: bundled) == DeviceFile.device(path, in: bundled))
    let error = #expect(throws: YAMLError.self) {
      try DeviceFile.device("edge-mpu", in: bundled)
    }
    #expect(
      error?.description
        == "device \"edge-mpu\": is not bundled; did you mean \"edge-npu\"? write a path or one of "
        + bundled.deviceNames.joined(separator: ", "))
  }
}
