import Arithmetic
import Devices
import Quantities
import Testing

@Suite("Ports of a memory level") struct MemoryPortTests {
  private static let level: MemoryLevel = {
    let free = Dictionary(
      uniqueKeysWithValues: Operand.allCases.map { ($0, PicojoulesPerBit(0)) })
    return MemoryLevel(
      name: "buffer", capacity: Bits(1024), operands: Set(Operand.allCases), isPerUnit: false,
      isDoubleBuffered: false, wordBits: 8, readBandwidth: BitsPerCycle(4),
      writeBandwidth: BitsPerCycle(2), readEnergy: free, writeEnergy: free)
  }()

  @Test("Without ports one reads and one writes")
  func byDefault() {
    let level = Self.level
    #expect(level.portCount == 2)
    #expect([0, 1].map { level.portName($0) } == ["read", "write"])
    #expect([0, 1].map { level.portBandwidth($0) } == [BitsPerCycle(4), BitsPerCycle(2)])
    #expect(level.port(for: .inputs, isWrite: false, side: .inner) == 0)
    #expect(level.port(for: .outputs, isWrite: true, side: .inner) == 1)
  }

  @Test("A transfer takes the first port that serves its operand, direction and side")
  func choice() {
    var level = Self.level
    level.ports = [
      MemoryPort(
        name: "weights", access: .read, bandwidth: BitsPerCycle(8), operands: [.weights]),
      MemoryPort(name: "dma", access: .readWrite, bandwidth: BitsPerCycle(16), sides: [.outer]),
      MemoryPort(name: "array", access: .readWrite, bandwidth: BitsPerCycle(32)),
    ]
    #expect(level.portCount == 3)
    #expect(level.port(for: .weights, isWrite: false, side: .inner) == 0)
    #expect(level.port(for: .weights, isWrite: true, side: .outer) == 1)
    #expect(level.port(for: .inputs, isWrite: false, side: .inner) == 2)
    #expect(level.portName(2) == "array")
    #expect(level.portBandwidth(1) == BitsPerCycle(16))
  }

  @Test("Every operand needs a port for each way that it moves, and names are unique")
  func problems() {
    func problems(_ ports: [MemoryPort]) -> [String] {
      var level = Self.level
      level.ports = ports
      var home = Self.level
      home.name = "dram"
      home.capacity = nil
      let compute = Compute(
        dataflow: .registerTile, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
        isSystolic: false,
        throughput: [
          MACThroughput(weightBits: 16, activationBits: 16, accumulatorBits: 64, macsPerCycle: 1)
        ],
        macEnergy: MACEnergy(
          multiply: .zero, multiplyBits: 8, add: .zero, addBits: 32, overhead: .zero),
        cyclesPerOutput: 0, cyclesPerElement: 1, cyclesPerLayer: 0)
      let device = Device(
        name: "sample", summary: "", technology: 45, clock: .megahertz(200),
        arithmetic: ArithmeticSpec(), compute: compute, memories: [home, level], sources: [:])
      return device.problems.map { "\($0.path): \($0.rule)" }
    }
    let all = MemoryPort(name: "all", access: .readWrite, bandwidth: BitsPerCycle(8))
    #expect(problems([all]).isEmpty)
    var same = all
    same.operands = [.weights]
    #expect(
      problems([all, same]) == [
        "memories[1].ports[1].name: the name \"all\" is empty or taken by another port"
      ])
    var inner = all
    inner.sides = [.inner]
    #expect(
      problems([inner]).first
        == "memories[1].ports: no port writes weights on the outer side")
    var slow = all
    slow.bandwidth = BitsPerCycle(0)
    #expect(
      problems([slow]) == [
        "memories[1].ports[0].bandwidth: a bandwidth must lie between 1e-3 and 1e9 bit/cycle"
      ])
  }
}
