import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Streaming pipelines")
struct PipelineTests {
  static func device(
    luts: Int = 50_000, dsps: Int = 200, blocks: Int = 200, bandwidth: Double = 128
  ) -> Device {
    var device = SampleDevices.device(
      .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: bandwidth, price: 8),
        SampleDevices.memory("blocks", .kibibytes(400), bandwidth: 10_000, price: 0.1),
      ])
    device.compute.family = .pipeline
    device.compute.pipeline = PipelineResources(
      luts: luts, dsps: dsps, blockRAMs: blocks, lutOperandBits: 8,
      packing: DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2))
    return device
  }

  static func network(bits: Int, batch: Int = 1) -> [LayerWork] {
    let widths = OperandWidths(
      weights: bits, inputs: bits, outputs: bits, partialSums: 24, bias: 24)
    return [
      SampleDevices.layer(
        "conv1", outputs: 16, inputs: 3, size: 32, kernel: 3, pad: 1, image: 32, batch: batch,
        widths: widths),
      SampleDevices.layer(
        "conv2", outputs: 32, inputs: 16, size: 16, kernel: 3, stride: 2, pad: 1, image: 32,
        batch: batch, widths: widths),
      SampleDevices.layer(
        "fc", outputs: 10, inputs: 8192, size: 1, kernel: 1, pad: 0, image: 1, batch: batch,
        widths: widths),
    ]
  }

  /// The costs of a network and its timing.
  static func run(
    _ network: [LayerWork], on device: Device
  ) throws -> (costs: [LayerCost], timing: NetworkTiming) {
    var model = CostModel(device: device)
    try model.prepare(for: network)
    let costs = try network.map { try model.cost(of: $0) }
    return (costs, try #require(model.timing))
  }

  @Test("The slowest engine sets the interval, and a result takes longer than that")
  func interval() throws {
    let (costs, timing) = try Self.run(Self.network(bits: 4), on: Self.device())
    #expect(costs.map(\.cycles).max() == timing.interval)
    #expect(timing.latency > timing.interval)
    #expect(timing.latency.count < costs.reduce(0) { $0 + $1.cycles.count } + timing.interval.count)
    #expect(costs.first { $0.cycles == timing.interval }?.name == timing.slowest)
    for cost in costs { #expect(cost.utilization == 1 && cost.stalls.isEmpty) }
  }

  @Test("One multiplier a layer takes a cycle a product")
  func unfolded() throws {
    // Engines of PE 1 and SIMD 1 take 300 LUTs and some; twice of that does not fit.
    let network = Array(Self.network(bits: 4).prefix(1))
    let (costs, timing) = try Self.run(network, on: Self.device(luts: 370))
    #expect(costs[0].cycles.count == network[0].macs)
    #expect(timing.interval.count == network[0].macs)
  }

  @Test("A larger fabric is never slower, and narrower operands are faster in the same one")
  func sizes() throws {
    var before = Int.max
    for luts in [2000, 5000, 20_000, 100_000] {
      let (_, timing) = try Self.run(Self.network(bits: 4), on: Self.device(luts: luts))
      #expect(timing.interval.count <= before)
      before = timing.interval.count
    }
    let intervals = try [8, 4, 2, 1].map {
      try Self.run(Self.network(bits: $0), on: Self.device(luts: 12_000)).timing.interval.count
    }
    #expect(intervals == intervals.sorted(by: >))
    #expect(intervals[1] > 2 * intervals[3])
  }

  @Test("Wide operands share DSP slices: half as many for 8 bits as for 16")
  func slices() throws {
    let intervals = try [16, 8].map {
      try Self.run(Self.network(bits: $0), on: Self.device(luts: 1_000_000, blocks: 2000))
        .timing.interval.count
    }
    #expect(intervals[0] > intervals[1])
  }

  @Test("Weights that do not fit are streamed, those that are used once first")
  func streamed() throws {
    let network = Self.network(bits: 4)
    let (all, _) = try Self.run(network, on: Self.device())
    let (some, timing) = try Self.run(network, on: Self.device(blocks: 14, bandwidth: 1))
    func weights(_ cost: LayerCost) -> Int {
      cost.accesses.first { $0.level == "dram" && $0.operand == .weights }?.readBits.count ?? 0
    }
    #expect(all.map(weights) == [0, 0, 0])
    #expect(some.map(weights) == [0, 0, 10 * 8192 * 4 + 10 * 24])
    // One bit a cycle: the port is slower than all engines.
    #expect(timing.slowest == "dram")
    #expect(timing.interval.count == 3 * 32 * 32 * 4 + 10 * 4 + 10 * 8192 * 4 + 10 * 24)
  }

  @Test("Only the ends of the network touch the outer memory")
  func ends() throws {
    let (costs, _) = try Self.run(Self.network(bits: 4), on: Self.device())
    let outer = costs.map { cost in
      cost.accesses.filter { $0.level == "dram" && $0.bits > .zero }.map(\.operand)
    }
    #expect(outer == [[.inputs], [], [.outputs]])
  }

  @Test("A batch takes as many intervals")
  func batch() throws {
    let one = try Self.run(Self.network(bits: 4), on: Self.device()).timing
    let four = try Self.run(Self.network(bits: 4, batch: 4), on: Self.device()).timing
    #expect(four.interval.count == 4 * one.interval.count)
    #expect(four.latency.count < 4 * one.latency.count)
  }

  @Test("A fabric that is too small is refused in one line")
  func tooSmall() throws {
    let error = #expect(throws: MappingError.self) {
      try Self.run(Self.network(bits: 4), on: Self.device(luts: 500))
    }
    #expect(error?.description.contains("luts at least but the fabric has 500") == true)
    #expect(error?.description.contains("\n") == false)
  }

  @Test("Without a network each layer is one, and nothing is known of timing")
  func alone() throws {
    var model = CostModel(device: Self.device())
    #expect(model.timing == nil)
    let cost = try model.cost(of: Self.network(bits: 4)[1])
    #expect(
      Set(cost.accesses.filter { $0.level == "dram" && $0.bits > .zero }.map(\.operand)) == [
        .inputs, .outputs,
      ])
  }
}

extension PipelineTests {
  /// A layer of a small network: rows of its matrix, products of each, vectors.
  private struct Small {
    var rows: Int
    var reduction: Int
    var vectors: Int

    var foldings: [(elements: Int, lanes: Int)] {
      (1...rows).filter { rows % $0 == 0 }.flatMap { elements in
        (1...reduction).filter { reduction % $0 == 0 }.map { (elements, $0) }
      }
    }

    /// FINN-R's estimate for 2-bit operands and 16-bit sums, weights and windows in LUTs.
    func luts(_ elements: Int, _ lanes: Int, window: Int) -> Int {
      let row = lanes * 4 + 4 * (2 * lanes - 1) + 16
      let words = rows / elements * (reduction / lanes)
      let buffer = window > 0 ? lanes * 2 * ((window / lanes + 63) / 64) : 0
      return 300 + Int(1.1 * Double(elements * row)) + elements * lanes * 2 * ((words + 63) / 64)
        + buffer
    }
  }

  @Test(
    "No other folding of two layers is as small and faster", arguments: [900, 1100, 1500, 3000])
  func best(luts: Int) throws {
    let widths = OperandWidths(weights: 2, inputs: 2, outputs: 2, partialSums: 16, bias: 0)
    let network = [
      SampleDevices.layer(
        "first", outputs: 6, inputs: 4, size: 5, kernel: 1, pad: 0, image: 5, widths: widths),
      SampleDevices.layer(
        "second", outputs: 4, inputs: 24, size: 1, kernel: 1, pad: 0, image: 1, widths: widths),
    ]
    let (first, second) = (
      Small(rows: 6, reduction: 4, vectors: 25), Small(rows: 4, reduction: 24, vectors: 1)
    )
    var least = Int.max
    for one in first.foldings {
      for two in second.foldings {
        let used =
          first.luts(one.elements, one.lanes, window: 0)
          + second.luts(two.elements, two.lanes, window: 24)
        guard used <= luts else { continue }
        let cycles = max(
          6 / one.elements * (4 / one.lanes) * 25, 4 / two.elements * (24 / two.lanes))
        least = min(least, cycles)
      }
    }
    let (_, timing) = try Self.run(network, on: Self.device(luts: luts, bandwidth: 1e6))
    #expect(timing.interval.count == least)
  }
}
