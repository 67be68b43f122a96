import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Convolution cores")
struct ConvolutionCoreTests {
  /// 16 engines of 16 products, a buffer of 64 KiB, room for the sums of 32 positions.
  private static func device(
    _ change: (inout ConvolutionCore) -> Void = { _ in }, bandwidth: Double = 1e6,
    kibibytes: Int = 64
  ) -> Device {
    var core = ConvolutionCore(
      atoms: [ProductAtom(channels: 16, taps: 1)], outputAtom: 16, storageAtom: 16, cyclesPerTap: 1)
    change(&core)
    var device = SampleDevices.device(
      .weightStationary, rows: 16, columns: 16, rowAxes: [.inputChannels],
      columnAxes: [.outputChannels],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: bandwidth, price: 4),
        SampleDevices.memory(
          "buffer", .kibibytes(kibibytes), operands: [.weights, .inputs], bandwidth: 512,
          price: 0.1),
        SampleDevices.memory(
          "sums", .kibibytes(2), operands: [.outputs], bandwidth: 512, price: 0.01),
      ])
    for index in 1...2 {
      let operands = device.memories[index].operands
      device.memories[index].readEnergy = device.memories[index].readEnergy.filter {
        operands.contains($0.key)
      }
      device.memories[index].writeEnergy = device.memories[index].readEnergy
    }
    device.compute.family = .convolutionCore(core)
    return device
  }

  private static func layer(
    _ outputs: Int, _ inputs: Int, size: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1
  ) -> LayerWork {
    SampleDevices.layer(
      groups: groups, outputs: outputs, inputs: inputs, size: size, kernel: kernel,
      stride: stride, pad: (kernel - 1) / 2, image: size * stride)
  }

  private func run(_ work: LayerWork, _ device: Device) throws -> LayerCost {
    var model = CostModel(device: device)
    return try model.cost(of: work)
  }

  private func moved(_ cost: LayerCost, _ level: String, _ operand: Operand) -> LevelAccess? {
    cost.accesses.first { $0.level == level && $0.operand == operand }
  }

  @Test("The sample passes verification")
  func sample() {
    #expect(Self.device().problems.isEmpty)
  }

  @Test("Channels fill atoms in the engines and in memory")
  func atoms() throws {
    // 20 of 32 input channels, 5 of 16 outputs, 10 x 10 positions, 9 taps: 2 * 9 * 100 steps.
    let cost = try run(Self.layer(5, 20, size: 10, kernel: 3), Self.device())
    #expect(cost.computeCycles == Cycles(1800))
    #expect(cost.stalls.isEmpty && cost.cycles == cost.computeCycles)
    #expect(moved(cost, "dram", .inputs)?.reads == 32 * 100)
    #expect(moved(cost, "dram", .outputs)?.writes == 16 * 100)
    #expect(cost.utilization <= 1)
  }

  @Test("The atom that wastes least is taken")
  func alternatives() throws {
    let two = Self.device {
      $0.atoms = [ProductAtom(channels: 32, taps: 1), ProductAtom(channels: 8, taps: 4)]
    }
    // Three channels, nine taps: 32 * 9 or 8 * 12 products an output.
    let few = try run(Self.layer(16, 3, size: 8, kernel: 3), two)
    #expect(few.computeCycles == Cycles(8 * 8 * 8 * 12 * 16 / 256))
    // 32 channels: 32 * 9 or 32 * 12.
    let many = try run(Self.layer(16, 32, size: 8, kernel: 3), two)
    #expect(many.computeCycles == Cycles(8 * 8 * 32 * 9 * 16 / 256))
  }

  @Test("Weights are held for some cycles at least")
  func holding() throws {
    let device = Self.device { $0.weightHold = 32 }
    // One position: 16 sets of weights of one step each.
    #expect(try run(Self.layer(16, 256, size: 1), device).computeCycles == Cycles(16 * 32))
    #expect(try run(Self.layer(16, 256, size: 1), Self.device()).computeCycles == Cycles(16))
  }

  @Test("Winograd takes 1 / 2.25 of the cycles and 16 / 9 of the weights, at stride 1 alone")
  func winograd() throws {
    let device = Self.device { $0.hasWinograd = true }
    let direct = try run(Self.layer(16, 16, size: 12, kernel: 3), Self.device())
    let fast = try run(Self.layer(16, 16, size: 12, kernel: 3), device)
    #expect(direct.computeCycles == Cycles(1296) && fast.computeCycles == Cycles(576))
    #expect(moved(fast, "dram", .weights)?.bits.count == 16 * 16 * 16 * 8 + 16 * 32)
    #expect(fast.utilization <= 1 && fast.cycles >= fast.lowerBounds.computeCycles)
    let strided = Self.layer(16, 16, size: 12, kernel: 3, stride: 2)
    #expect(try run(strided, device) == run(strided, Self.device()))
  }

  @Test("A folded stride takes the channels of its square")
  func strides() throws {
    let device = Self.device { $0.foldsStrides = true }
    // Three channels at a stride of four are 48: three full atoms, 121 / 16 taps.
    let cost = try run(Self.layer(16, 3, size: 16, kernel: 11, stride: 4), device)
    #expect(cost.computeCycles == Cycles(5808))
    #expect(moved(cost, "dram", .inputs)?.reads == 48 * 16 * 16)
  }

  @Test("A fused pool saves the traffic between, and costs nothing itself")
  func pools() throws {
    var layer = Self.layer(16, 16, size: 8)
    layer.fusion = .pools(into: 16 * 4 * 4)
    var pool = Self.layer(1, 1, size: 4, kernel: 3, groups: 16)
    pool.kind = .pool
    pool.fusion = .isPooled
    let fusing = Self.device { $0.fusesPools = true }
    #expect(try moved(run(layer, fusing), "dram", .outputs)?.writes == 256)
    #expect(try moved(run(layer, Self.device()), "dram", .outputs)?.writes == 1024)
    let free = try run(pool, fusing)
    #expect(free.cycles == .zero && free.accesses.isEmpty && free.totalEnergy == .zero)
    #expect(try run(pool, Self.device()).computeCycles == Cycles(16 * 16 * 9))
    #expect(try run(pool, Self.device()).cycles > .zero)
  }

  @Test("Half a buffer that is too small holds one operand while the other streams")
  func parts() throws {
    // 16 KiB of inputs and 4 KiB of weights: weights are held, in halves of the buffer.
    let wide = Self.layer(64, 64, size: 16)
    for (kibibytes, parts) in [(64, 1), (20, 1), (10, 1), (5, 2), (2, 4)] {
      let cost = try run(wide, Self.device(kibibytes: kibibytes))
      #expect(moved(cost, "dram", .inputs)?.reads == 64 * 256 * parts, "\(kibibytes) KiB")
      #expect(moved(cost, "dram", .weights)?.reads == 64 * 64 + 64)
    }
    // 4 KiB of inputs and 64 KiB of weights: inputs are held.
    let deep = Self.layer(256, 256, size: 4)
    for (kibibytes, parts) in [(68, 1), (8, 1), (4, 2)] {
      let cost = try run(deep, Self.device(kibibytes: kibibytes))
      #expect(moved(cost, "dram", .inputs)?.reads == 256 * 16)
      #expect(moved(cost, "dram", .weights)?.reads == 256 * 256 * parts + 256, "\(kibibytes) KiB")
    }
  }

  @Test("A slow memory stalls by what exceeds the engines, shared out exactly")
  func stalls() throws {
    let layer = Self.layer(64, 64, size: 16)
    let fast = try run(layer, Self.device())
    let slow = try run(layer, Self.device(bandwidth: 8))
    // 16 KiB in, 16 KiB out, 4 KiB of weights and 64 biases of 4 bytes, a byte a cycle.
    #expect(slow.cycles == Cycles(16_384 * 2 + 4096 + 256))
    #expect(slow.stallCycles == slow.cycles - fast.cycles)
    #expect(slow.stalls.allSatisfy { $0.level == "dram" } && slow.stalls.count == 3)
    for bandwidth in [16.0, 64, 256, 4096] {
      #expect(try run(layer, Self.device(bandwidth: bandwidth)).cycles <= slow.cycles)
    }
  }

  @Test("The output stage works behind the engines")
  func outputStage() throws {
    var device = Self.device()
    device.compute.cyclesPerOutput = 1
    // 16 channels in are one step for 16 outputs: the output stage takes 16 times as long.
    let cost = try run(Self.layer(16, 16, size: 8), device)
    #expect(cost.computeCycles == Cycles(64) && cost.overheadCycles == Cycles(960))
  }

  @Test("Packed groups share the engines; others run one by one")
  func groups() throws {
    let layer = Self.layer(1, 1, size: 4, kernel: 3, groups: 32)
    let packed = Self.device { $0.packsGroups = true }
    #expect(try run(layer, packed).computeCycles == Cycles(2 * 9 * 16))
    #expect(try run(layer, Self.device()).computeCycles == Cycles(32 * 9 * 16))
  }

  @Test("One position takes a batch at once and reads weights once")
  func batches() throws {
    var layer = Self.layer(8, 64, size: 1)
    layer.bounds.batch = 4
    let cost = try run(layer, Self.device())
    // 32 outputs of four samples are two atoms.
    #expect(cost.computeCycles == Cycles(4 * 2))
    #expect(moved(cost, "dram", .weights)?.reads == 8 * 64 + 8)
  }

  @Test("What no core can be is refused in one line each")
  func problems() {
    func lines(_ device: Device) -> [String] { device.problems.map { "\($0.path): \($0.rule)" } }
    #expect(
      lines(Self.device { $0.atoms = [] })
        == ["compute.convolutionCore.atoms: a core needs an atom of channels and taps"])
    #expect(
      lines(Self.device { $0.outputAtom = 0 })
        == ["compute.convolutionCore.outputAtom: an atom has 1 to 1024 elements"])
    #expect(
      lines(Self.device { $0.weightHold = -1 })
        == ["compute.convolutionCore.weightHold: weights are held for 0 to 1024 cycles"])
    var headless = Self.device()
    headless.memories.remove(at: 1)
    #expect(
      lines(headless)
        == ["memories: a convolution core needs a buffer inside the outermost level"])
    var endless = Self.device()
    endless.memories[1].capacity = nil
    #expect(lines(endless) == ["memories[1].capacity: the convolution buffer is finite"])
  }
}
