import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Cost of a layer") struct CostModelTests {
  /// Layers of several kinds: convolution, strided, depthwise, fully connected, pool, addition.
  static let layers: [LayerWork] = {
    let pointwise = SampleDevices.layer(
      "pointwise", outputs: 64, inputs: 32, size: 28, kernel: 1, pad: 0, image: 28)
    let depthwise = SampleDevices.layer(
      "depthwise", groups: 32, outputs: 1, inputs: 1, size: 28, kernel: 3, pad: 1, image: 28)
    let strided = SampleDevices.layer(
      "strided", outputs: 48, inputs: 24, size: 14, kernel: 3, stride: 2, pad: 1, image: 28)
    let dense = SampleDevices.layer(
      "dense", outputs: 1000, inputs: 512, size: 1, kernel: 1, pad: 0, image: 1)
    var pool = SampleDevices.layer(
      "pool", groups: 32, outputs: 1, inputs: 1, size: 14, kernel: 2, stride: 2, pad: 0, image: 28)
    pool.kind = .pool
    var addition = SampleDevices.layer(
      "addition", groups: 32, outputs: 1, inputs: 1, size: 28, kernel: 1, pad: 0, image: 28)
    addition.kind = .elementwise(inputCount: 2)
    return [pointwise, depthwise, strided, dense, pool, addition]
  }()

  static let devices = [SampleDevices.npu(), SampleDevices.eyeriss(), SampleDevices.processor()]

  @Test("A buffer that cannot feed the whole array feeds a part of it")
  func smallBuffer() throws {
    // 16 x 16 weights of 8 bits, their biases of 32 bits, inputs and sums need more than 300 bytes; the
    // buffer is double buffered.
    var device = SampleDevices.npu()
    device.memories[1].capacity = Bits(8 * 512)
    var model = CostModel(device: device)
    let cost = try model.cost(
      of: SampleDevices.layer(outputs: 64, inputs: 64, size: 14, kernel: 3, pad: 1, image: 14))
    // A single unit would need all of the products in cycles.
    #expect(cost.computeCycles.count <= cost.macs / 64)
  }

  @Test("Cycles are computing, overhead and stalls, and no bound is undercut", arguments: devices)
  func identities(device: Device) throws {
    var model = CostModel(device: device)
    for layer in Self.layers {
      let cost = try model.cost(of: layer)
      #expect(cost.cycles == cost.computeCycles + cost.overheadCycles + cost.stallCycles)
      #expect(cost.cycles >= cost.lowerBounds.computeCycles, "\(layer.name)")
      #expect(cost.utilization >= 0 && cost.utilization <= 1)
      #expect(cost.macs == layer.macs)
      // Each operand crosses the port of its outermost level once at least.
      var home = 0
      for operand in layer.operands {
        let access = try #require(cost.accesses.first { $0.operand == operand })
        home += operand == .outputs ? access.writeBits.count : access.readBits.count
      }
      #expect(home >= cost.lowerBounds.trafficBits.count, "\(layer.name)")
      #expect(cost.totalEnergy > .zero)
      #expect(cost.stalls.allSatisfy { $0.cycles > .zero })
    }
  }

  @Test("More bandwidth is never slower", arguments: layers)
  func bandwidth(layer: LayerWork) throws {
    var before = Cycles(.max)
    for bandwidth in [1.0, 3, 8, 64, 1024] {
      var model = CostModel(device: SampleDevices.npu(bandwidth: bandwidth))
      let cycles = try model.cost(of: layer).cycles
      #expect(cycles <= before)
      before = cycles
    }
  }

  @Test("Energy falls with every width", arguments: devices)
  func widths(device: Device) throws {
    var model = CostModel(device: device)
    for layer in Self.layers {
      var before = Picojoules(.infinity)
      for (operand, accumulator) in [(16, 48), (8, 32), (8, 20), (4, 20), (4, 16), (2, 12)] {
        var narrow = layer
        narrow.widths = SampleDevices.widths(
          weights: operand, inputs: operand, outputs: operand, partialSums: accumulator)
        let energy = try model.cost(of: narrow).totalEnergy
        #expect(energy < before, "\(layer.name) at \(operand) and \(accumulator) bits")
        before = energy
      }
    }
  }

  @Test("The same layer under another name costs the same")
  func names() throws {
    var model = CostModel(device: SampleDevices.npu())
    var layer = Self.layers[0]
    let first = try model.cost(of: layer)
    layer.name = "again"
    var second = try model.cost(of: layer)
    #expect(second.name == "again")
    second.name = first.name
    #expect(first == second)
  }

  @Test("A layer that does nothing costs nothing")
  func nothing() throws {
    var model = CostModel(device: SampleDevices.npu())
    var layer = Self.layers[0]
    layer.kind = .none
    let cost = try model.cost(of: layer)
    #expect(cost.cycles == .zero)
    #expect(cost.totalEnergy == .zero)
    #expect(cost.accesses.isEmpty)
  }

  @Test("A buffer that cannot hold one tile is one clear line")
  func tooSmall() {
    var device = SampleDevices.npu()
    device.memories[1].capacity = Bits(64)
    var model = CostModel(device: device)
    let error = #expect(throws: MappingError.self) { try model.cost(of: Self.layers[0]) }
    #expect(
      error?.description
        == "layer pointwise: buffer: weights and inputs and outputs need 160 bits at least but it "
        + "holds 64; give buffer more capacity or narrow the operands")
  }

  @Test("Operands wider than every unit are one clear line")
  func tooWide() {
    var model = CostModel(device: SampleDevices.npu())
    var layer = Self.layers[0]
    layer.widths.weights = 17
    let error = #expect(throws: MappingError.self) { try model.cost(of: layer) }
    #expect(
      error?.description
        == "layer pointwise: compute.throughput: no row holds 17-bit weights, 8-bit activations "
        + "and 32-bit accumulators; add a row as wide or narrow the operands")
  }

  @Test("Ten million elements are mapped without trying a mapping for each")
  func manyElements() throws {
    var layer = Self.layers[0]
    layer.kind = .elementwise(inputCount: 1)
    layer.bounds = LoopBounds()
    layer.bounds.outputColumns = 10_000_000
    layer.bounds.inputWidth = 10_000_000
    var model = CostModel(device: SampleDevices.npu())
    let cost = try model.cost(of: layer)
    #expect(cost.computeCycles == Cycles(10_000_000))
    let moved = cost.accesses.filter { $0.level == "dram" }.reduce(0) { $0 + $1.bits.count }
    #expect(moved == 160_000_000)
    #expect(model.effort.tried < 1_000_000)
  }

  @Test("AlexNet on an Eyeriss-like array: busy, legal and close to the compulsory traffic")
  func alexNet() throws {
    var model = CostModel(device: SampleDevices.eyeriss())
    var macs = 0
    var cycles = 0
    for layer in SampleDevices.alexNet {
      let cost = try model.cost(of: layer)
      macs += cost.macs
      cycles += cost.cycles.count
      #expect(cost.utilization > 0.6, "\(layer.name)\n\(cost.mapping)")
      let dram = cost.accesses.filter { $0.level == "dram" }.reduce(0) { $0 + $1.bits.count }
      #expect(dram < 5 * cost.lowerBounds.trafficBits.count, "\(layer.name)")
    }
    // The published count for a batch of 4: 2,663 million.
    #expect(macs == 2_663_139_456)
    #expect(cycles > macs / 168)
  }
}
