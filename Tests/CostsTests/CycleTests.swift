import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Cycles and energy by hand") struct CycleTests {
  /// One matrix product: m rows of outputs, n output channels, k products each.
  static func product(_ m: Int, _ n: Int, _ k: Int) -> LayerWork {
    var work = SampleDevices.layer(
      "product", outputs: n, inputs: k, size: 1, kernel: 1, pad: 0, image: 1)
    work.bounds.outputRows = m
    work.bounds.inputHeight = m
    work.widths.bias = 0
    return work
  }

  @Test("A given mapping: accesses, energy and stalls by hand")
  func byHand() throws {
    // 4 outputs of 3 products each; weights [4, 3], inputs [3]; one product a cycle.
    let device = SampleDevices.device(
      .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: 8, price: 10),
        SampleDevices.memory("buffer", Bits(1024), bandwidth: 1000, price: 1),
      ])
    let work = Self.product(1, 4, 3)
    let mapping = try LegalMapping(
      Mapping(
        temporal: [
          [MappingLoop(.outputChannels, tile: 2)],
          [MappingLoop(.outputChannels, tile: 1), MappingLoop(.inputChannels, tile: 1)],
        ], on: device), of: work, on: device)
    let cost = try LayerCost(mapping: mapping, accesses: mapping.accesses, device: device)
    #expect(
      cost.mapping == """
        dram    k 2x2
        buffer  k 2x1, c 3x1
        array   rows -; columns -
        """)
    func access(_ level: String, _ operand: Operand) throws -> [Int] {
      let found = cost.accesses.first { $0.level == level && $0.operand == operand }
      let access = try #require(found)
      return [access.reads, access.writes, access.bits.count]
    }
    // Two tiles of 2 x 3 weights; the inputs stay; each output leaves once, 8 bits wide.
    #expect(try access("dram", .weights) == [12, 0, 96])
    #expect(try access("dram", .inputs) == [3, 0, 24])
    #expect(try access("dram", .outputs) == [0, 4, 32])
    // Every product reads a weight and an input; sums stay in the unit and arrive finished.
    #expect(try access("buffer", .weights) == [12, 12, 192])
    #expect(try access("buffer", .inputs) == [12, 3, 120])
    #expect(try access("buffer", .outputs) == [4, 4, 64])
    // 12 x (0.2 pJ + 0.1 pJ); 152 bits at 10 pJ; 376 bits at 1 pJ.
    #expect(cost.energy.map(\.component) == ["compute", "dram", "buffer"])
    #expect(abs(cost.energy[0].energy.value - 3.6) < 1e-9)
    #expect(abs(cost.energy[1].energy.value - 1520) < 1e-9)
    #expect(abs(cost.energy[2].energy.value - 376) < 1e-9)
    // Weights of 6 cycles and inputs of 3 come first, one after the other; then nothing waits: each of
    // the weights is used once, and the next one takes its place. The last outputs leave in 2 cycles.
    #expect(cost.computeCycles == Cycles(12))
    #expect(cost.overhead == CycleOverhead(onload: Cycles(9), offload: Cycles(2)))
    #expect(cost.stalls.isEmpty)
    #expect(cost.cycles == Cycles(23))
  }

  @Test("A stall is what a transfer takes beyond its window, times the transfers but the first")
  func window() throws {
    // 2 rows of 4 outputs of 3 products; a tile of 2 x 3 weights serves both rows.
    let work = Self.product(2, 4, 3)
    let temporal = [
      [MappingLoop(.outputChannels, tile: 2)],
      [
        MappingLoop(.outputRows, tile: 1), MappingLoop(.outputChannels, tile: 1),
        MappingLoop(.inputChannels, tile: 1),
      ],
    ]
    func cost(bandwidth: Double, isDoubleBuffered: Bool = false) throws -> LayerCost {
      let device = SampleDevices.device(
        .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
        memories: [
          SampleDevices.memory("dram", nil, bandwidth: bandwidth, price: 10),
          SampleDevices.memory(
            "buffer", Bits(1024), isDoubleBuffered: isDoubleBuffered, bandwidth: 1000, price: 1),
        ])
      let mapping = try LegalMapping(
        Mapping(temporal: temporal, on: device), of: work, on: device)
      return try LayerCost(mapping: mapping, accesses: mapping.accesses, device: device)
    }
    func stalls(_ cycles: Int) -> [Stall] {
      [Stall(level: "dram", port: "read", operand: .weights, cycles: Cycles(cycles))]
    }
    // 48 bits of weights take 12 cycles. The period is 12, but only the second row makes room: 6.
    let single = try cost(bandwidth: 4)
    #expect(single.stalls == stalls(6))
    // Beside the weights 6 inputs of 8 bits come first: 24 cycles; 4 outputs of 8 bits leave last: 8.
    #expect(single.overhead == CycleOverhead(onload: Cycles(24), offload: Cycles(8)))
    #expect(single.cycles == Cycles(24 + 24 + 8 + 6))
    // A second buffer makes the window as long as the period.
    #expect(try cost(bandwidth: 4, isDoubleBuffered: true).stalls.isEmpty)
    // At half of the bandwidth weights take 24 cycles, 12 more than that.
    #expect(try cost(bandwidth: 2, isDoubleBuffered: true).stalls == stalls(12))
    #expect(try cost(bandwidth: 2).stalls == stalls(18))
  }

  @Test("The energy of a product falls with each of its widths")
  func macEnergy() {
    let price = MACEnergy(
      multiply: Picojoules(0.2), multiplyBits: 8, add: Picojoules(0.1), addBits: 32,
      overhead: Picojoules(1))
    // 0.2 * 4/8 * 2/8 + 0.1 * 16/32 + 1
    let energy = price.energy(weights: 4, activations: 2, accumulator: 16)
    #expect(abs(energy.value - 1.075) < 1e-12)
    #expect(price.energy(weights: 4, activations: 2, accumulator: 17) > energy)
    #expect(price.energy(weights: 5, activations: 2, accumulator: 16) > energy)
    #expect(price.energy(weights: 4, activations: 3, accumulator: 16) > energy)
  }
}
