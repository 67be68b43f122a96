import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("DRAM") struct DRAMTests {
  static func relative(_ value: Double, _ expected: Double) -> Double {
    (value - expected).magnitude / expected
  }

  @Test("Energies of commands by hand: V x mA x ns x chips")
  func energies() {
    let memory = DRAMStandard.ddr3
    // 1.35 V x 8 chips x 1.25 ns = 13.5; IDD0 x tRC - IDD3N x tRAS - IDD2N x tRP = 789 mA cycles.
    #expect(Self.relative(memory.activateEnergy, 13.5 * 789) < 1e-12)
    #expect(Self.relative(memory.readEnergy, 13.5 * 74 * 4) < 1e-12)
    #expect(Self.relative(memory.refreshEnergy, 13.5 * 194 * 280) < 1e-12)
    #expect(memory.burstBytes == 64)
    #expect(memory.rowBytes == 16_384)
    #expect(DRAMStandard.lpddr4.burstBytes == 128)
  }

  @Test("Consecutive bursts fill a row, then go to the next bank")
  func addresses() {
    let memory = DRAMStandard.ddr3
    let row = memory.rowBytes
    #expect(DRAMAddress(64, in: memory).column == 1)
    #expect(DRAMAddress(row, in: memory).bank == 1)
    #expect(DRAMAddress(row * 8, in: memory).rank == 1)
    #expect(DRAMAddress(row * 16, in: memory).row == 1)
  }

  @Test("Reads in a row open it once; far apart each opens one", arguments: DRAMStandard.all)
  func rows(memory: DRAMStandard) {
    func activity(step: Int, count: Int) -> DRAMActivity {
      DRAMController.activity(
        of: (0..<count).map { DRAMRequest(address: $0 * step, isWrite: false, cycle: 0) },
        on: memory)
    }
    let along = activity(step: memory.burstBytes, count: 200)
    #expect(along.reads == 200)
    #expect(along.readRowHits == 200 - along.activates)
    #expect(along.activates == (200 * memory.burstBytes + memory.rowBytes - 1) / memory.rowBytes)
    let across = activity(step: memory.rowBytes * memory.banks * memory.ranks, count: 50)
    #expect(across.activates == 50)
    #expect(across.readRowHits == 0)
    // Between two rows of a bank lie tRAS and tRP.
    #expect(across.cycles >= 49 * (memory.timing.rowActive + memory.timing.prechargeTime))
  }

  @Test("The row buffer agrees with the controller on long runs", arguments: DRAMStandard.all)
  func rowBuffer(memory: DRAMStandard) {
    // Three streams in turn, runs of 8 KiB and a stride above a row.
    var buffer = RowBuffer(memory)
    var requests: [DRAMRequest] = []
    for tile in 0..<60 {
      for (stream, isWrite) in [(0, false), (1, false), (2, true)] {
        let start = stream << 28 + tile * 40_960
        let first = start / memory.burstBytes
        buffer.move(
          AddressRun(
            operand: .inputs, isWrite: isWrite, firstBit: start * 8, bits: 8192 * 8))
        for burst in 0..<8192 / memory.burstBytes {
          requests.append(
            DRAMRequest(
              address: (first + burst) * memory.burstBytes, isWrite: isWrite,
              cycle: requests.count * memory.burstCycles))
        }
      }
    }
    let exact = DRAMController.activity(of: requests, on: memory)
    #expect(buffer.activity.reads == exact.reads)
    #expect(buffer.activity.writes == exact.writes)
    // The controller also reopens rows after a refresh and when it turns from reads to writes.
    #expect(buffer.activity.activates <= exact.activates)
    let hits = Double(exact.readRowHits + exact.writeRowHits)
    let ours = Double(buffer.activity.readRowHits + buffer.activity.writeRowHits)
    #expect(Self.relative(ours, hits) < 0.05)
  }
}
