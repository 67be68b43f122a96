import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Processors: depthwise kernels and energy a cycle")
struct ProcessorTests {
  private static let depthwise = SampleDevices.layer(
    groups: 32, outputs: 1, inputs: 1, size: 16, kernel: 3, pad: 1, image: 16)
  private static let dense = SampleDevices.layer(
    outputs: 32, inputs: 1, size: 16, kernel: 3, pad: 1, image: 16)

  private func cost(
    _ work: LayerWork, rate: Double = 1, busyCycle: Picojoules = .zero
  ) throws -> LayerCost {
    var device = SampleDevices.processor()
    device.compute.depthwiseRate = rate
    device.compute.macEnergy.busyCycle = busyCycle
    device.compute.cyclesPerOutput = 2
    var model = CostModel(device: device)
    return try model.cost(of: work)
  }

  @Test("Only layers with several groups of one input channel are depthwise")
  func whatIsDepthwise() {
    #expect(Self.depthwise.isDepthwise)
    #expect(!Self.dense.isDepthwise)
    var pool = Self.depthwise
    pool.kind = .pool
    #expect(!pool.isDepthwise)
    var grouped = Self.depthwise
    grouped.bounds.inputChannels = 2
    #expect(!grouped.isDepthwise)
  }

  @Test("A depthwise rate of a quarter makes four cycles of one, and four of the bound")
  func slowKernels() throws {
    let plain = try cost(Self.depthwise)
    let slow = try cost(Self.depthwise, rate: 0.25)
    // 16 x 16 outputs, 32 channels, 9 taps: 73,728 products, 8,192 outputs of 2 cycles.
    #expect(plain.computeCycles == Cycles(73_728))
    #expect(slow.computeCycles == Cycles(4 * 73_728))
    #expect(slow.overhead.outputs == Cycles(2 * 8192))
    #expect(slow.lowerBounds.computeCycles == Cycles(4 * 73_728))
    #expect(slow.utilization <= 1 && slow.utilization > plain.utilization)
  }

  @Test("The depthwise rate leaves other layers alone")
  func otherLayers() throws {
    #expect(try cost(Self.dense) == cost(Self.dense, rate: 0.25))
  }

  @Test("Each busy cycle adds its energy to that of compute, a stall adds none")
  func busyCycles() throws {
    let free = try cost(Self.dense)
    let paid = try cost(Self.dense, busyCycle: Picojoules(3))
    let busy = paid.computeCycles + paid.overhead.busy
    let more = (paid.energy.first?.energy.value ?? 0) - (free.energy.first?.energy.value ?? 0)
    #expect(busy > .zero)
    #expect(abs(more - 3 * Double(busy.count)) < 1e-6 * more)
  }
}
