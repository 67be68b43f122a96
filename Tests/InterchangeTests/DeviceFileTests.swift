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
}
