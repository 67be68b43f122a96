import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Costs under laws of operand widths")
struct PrecisionCostTests {
  /// One output-stationary unit without memory limits.
  static func device(_ law: PrecisionScaling, macsPerCycle: Double = 1) -> Device {
    var device = SampleDevices.device(
      .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [SampleDevices.memory("dram", nil, bandwidth: 1e6, price: 1)])
    device.compute.throughput[0].macsPerCycle = macsPerCycle
    device.compute.precision = law
    return device
  }

  static func cost(
    _ law: PrecisionScaling, weights: Int, inputs: Int, channels: Int = 512,
    macsPerCycle: Double = 1
  ) throws -> LayerCost {
    var model = CostModel(device: device(law, macsPerCycle: macsPerCycle))
    return try model.cost(
      of: SampleDevices.layer(
        outputs: 8, inputs: channels, size: 4, kernel: 1, pad: 0, image: 4,
        widths: SampleDevices.widths(weights: weights, inputs: inputs)))
  }

  private let macs = 8 * 512 * 16

  @Test("Bit-serial cycles are products times bits")
  func bitSerial() throws {
    let stripes = PrecisionScaling.bitSerialActivations(weightBits: 16)
    #expect(try Self.cost(stripes, weights: 8, inputs: 5).computeCycles.count == 5 * macs)
    #expect(
      try Self.cost(.bitSerialBoth, weights: 3, inputs: 5).computeCycles.count == 15 * macs)
  }

  @Test("Lanes of a bit-serial unit need channels: a 17th takes as long as sixteen")
  func lanes() throws {
    let stripes = PrecisionScaling.bitSerialActivations(weightBits: 16)
    func cycles(_ channels: Int) throws -> Int {
      try Self.cost(stripes, weights: 8, inputs: 4, channels: channels, macsPerCycle: 16)
        .computeCycles.count
    }
    #expect(try cycles(16) == 4 * 8 * 16)
    #expect(try cycles(17) == 2 * cycles(16))
    #expect(try cycles(32) == cycles(17))
  }

  @Test("A word of XNORs takes a cycle for 64 products, or for fewer")
  func popcount() throws {
    let law = PrecisionScaling.popcount(wordBits: 64)
    #expect(try Self.cost(law, weights: 1, inputs: 1).computeCycles.count == macs / 64)
    #expect(try Self.cost(law, weights: 2, inputs: 4).computeCycles.count == macs / 8)
    let short = try Self.cost(law, weights: 1, inputs: 1, channels: 9)
    #expect(short.computeCycles.count == 8 * 16)
    #expect(short.utilization < 0.15)
  }

  @Test("Packed products make cycles fewer by as many")
  func packing() throws {
    let law = PrecisionScaling.dspPacking(DSPPacking(widePort: 27, narrowPort: 18, guardBits: 2))
    #expect(try Self.cost(law, weights: 8, inputs: 8).computeCycles.count == macs / 2)
    #expect(try Self.cost(law, weights: 4, inputs: 4).computeCycles.count == macs / 4)
    #expect(try Self.cost(law, weights: 16, inputs: 16).computeCycles.count == macs)
  }

  @Test("A product costs its share of the unit's time")
  func energy() {
    var compute = Self.device(.bitSerialBoth).compute
    func multiply(_ weights: Int, _ inputs: Int) -> Double {
      compute.productEnergy(weights: weights, activations: inputs, accumulator: 32).value - 0.1
    }
    #expect(abs(multiply(8, 8) - 0.2) < 1e-12)
    #expect(abs(multiply(4, 2) - 0.2 / 8) < 1e-12)
    compute.precision = .bitFusion(fusedBits: 8, brickBits: 2)
    #expect(abs(multiply(2, 2) - 0.2 / 16) < 1e-12)
    #expect(abs(multiply(1, 1) - 0.2 / 16) < 1e-12)
    #expect(abs(multiply(16, 16) - 0.8) < 1e-12)
    compute.precision = .table
    #expect(abs(multiply(4, 2) - 0.2 / 8) < 1e-12)
  }
}
