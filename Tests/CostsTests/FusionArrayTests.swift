import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Fusion arrays")
struct FusionArrayTests {
  /// Bit Fusion's 16x32 array with buffers of 64, 32 and 16 KiB.
  static func device(bandwidth: Double = 192, sums: Int = 16) -> Device {
    var device = SampleDevices.device(
      .outputStationary, rows: 16, columns: 32, rowAxes: [.inputChannels],
      columnAxes: [.outputChannels],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: bandwidth, price: 8),
        SampleDevices.memory(
          "wbuf", .kibibytes(64), operands: [.weights], isDoubleBuffered: true, bandwidth: 16_384,
          price: 0.02),
        SampleDevices.memory(
          "ibuf", .kibibytes(32), operands: [.inputs], isDoubleBuffered: true, bandwidth: 512,
          price: 0.06),
        SampleDevices.memory(
          "obuf", .kibibytes(sums), operands: [.outputs], isDoubleBuffered: true,
          bandwidth: 1024, price: 0.03),
      ])
    device.compute.family = .fusionArray
    device.compute.precision = .bitFusion(fusedBits: 8, brickBits: 2)
    return device
  }

  /// A layer of Bit Fusion's benchmarks: sums leave in 32 bits, 16 inputs at a time.
  static func layer(
    _ outputs: Int, from inputs: Int, size: Int, kernel: Int, stride: Int = 1, bits: Int
  ) -> LayerWork {
    SampleDevices.layer(
      "layer", outputs: outputs, inputs: inputs, size: size, kernel: kernel, stride: stride, pad: 0,
      image: kernel + (size - 1) * stride, batch: 16,
      widths: OperandWidths(
        weights: bits, inputs: bits, outputs: 32, partialSums: 32, bias: 0))
  }

  // Figures of github hsharma35/bitfusion, results/bitfusion-eyeriss-sim-sweep.csv.
  @Test(
    "Cycles and waits are those of Bit Fusion's simulator",
    arguments: [
      (layer(96, from: 3, size: 55, kernel: 11, stride: 4, bits: 8), 3_746_423, 406_823),
      (layer(384, from: 384, size: 13, kernel: 3, bits: 4), 2_436_097, 403_969),
      (layer(512, from: 512, size: 8, kernel: 3, bits: 2), 510_636, 215_724),
      (layer(10, from: 1024, size: 1, kernel: 1, bits: 2), 513, 449),
    ])
  func published(layer: LayerWork, cycles: Int, waits: Int) throws {
    var model = CostModel(device: Self.device())
    let cost = try model.cost(of: layer)
    #expect(cost.cycles.count == cycles)
    #expect(cost.stallCycles.count == waits)
    #expect(cost.cycles == cost.computeCycles + cost.overheadCycles + cost.stallCycles)
  }

  @Test("Halving the bits of both operands computes four times as fast, down to the brick")
  func widths() throws {
    var model = CostModel(device: Self.device())
    func cycles(_ bits: Int) throws -> Int {
      let layer = Self.layer(64, from: 512, size: 8, kernel: 3, bits: bits)
      return try model.cost(of: layer).computeCycles.count
    }
    #expect(try cycles(16) == 4 * cycles(8))
    #expect(try cycles(8) == 4 * cycles(4))
    #expect(try cycles(4) == 2 * cycles(2) * 2)
    #expect(try cycles(1) == cycles(2))
  }

  @Test("Narrow finished outputs leave in their own width")
  func finishedOutputs() throws {
    var model = CostModel(device: Self.device())
    var layer = Self.layer(64, from: 64, size: 8, kernel: 3, bits: 8)
    let wide = try model.cost(of: layer)
    layer.widths.outputs = 8
    let narrow = try model.cost(of: layer)
    func stored(_ cost: LayerCost) -> Int {
      cost.accesses.filter { $0.level == "dram" }.reduce(0) { $0 + $1.writeBits.count }
    }
    // Partial sums go out in 32 bits in both.
    #expect(stored(wide) - stored(narrow) == 16 * 64 * 64 * (32 - 8))
    #expect(narrow.cycles < wide.cycles)
  }

  @Test("More bandwidth never takes longer, and groups follow each other")
  func bandwidth() throws {
    let layer = Self.layer(100, from: 60, size: 9, kernel: 3, bits: 4)
    var before = Int.max
    for bandwidth in [16.0, 64, 192, 1024, 1e6] {
      var model = CostModel(device: Self.device(bandwidth: bandwidth))
      let cycles = try model.cost(of: layer).cycles.count
      #expect(cycles <= before)
      before = cycles
      var grouped = layer
      grouped.bounds.groups = 3
      #expect(try model.cost(of: grouped).cycles.count == 3 * cycles)
    }
  }

  @Test("Sums that do not fit their buffer are refused in one line")
  func overflow() throws {
    var device = Self.device()
    device.memories[3].capacity = Bits(512)
    var model = CostModel(device: device)
    let error = #expect(throws: MappingError.self) {
      try model.cost(of: Self.layer(64, from: 64, size: 8, kernel: 3, bits: 8))
    }
    #expect(error?.description.contains("obuf: outputs need 1024 bits at least") == true)
  }

  @Test("Layers without products run beside the array")
  func pools() throws {
    var model = CostModel(device: Self.device())
    var pool = Self.layer(1, from: 1, size: 8, kernel: 2, bits: 8)
    pool.kind = .pool
    pool.bounds.groups = 32
    #expect(try model.cost(of: pool).computeCycles.count == pool.bounds.iterations)
  }
}
