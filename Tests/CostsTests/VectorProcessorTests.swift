import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Vector processors: instructions, cores and memories")
struct VectorProcessorTests {
  /// Tiles of 2x2 outputs and 4 products, and a scalar kernel for depthwise layers.
  private static func processor(cores: Int = 1) -> VectorProcessor {
    var matrix = ProcessorKernel(
      layers: [.convolution, .pointwise, .connected], channels: 2, pixels: 2, unroll: 4)
    matrix.parallel = [.outputRows, .outputChannels]
    (matrix.weightLoad, matrix.loop) = (1, 2)
    (matrix.output, matrix.pixel, matrix.tap, matrix.copy) = (3, 5, 2, 1)
    var depthwise = ProcessorKernel(layers: [.depthwise], channels: 4, pixels: 1, unroll: 2)
    depthwise.parallel = [.outputChannels]
    depthwise.output = 1
    return VectorProcessor(
      cores: cores, instructionsPerCycle: 1, loadsPerCycle: 1, loadBits: 32,
      keepsActivations: true, kernels: [matrix, depthwise], pool: 2, element: 3, move: 1,
      call: 10, waitCycle: Picojoules(5))
  }

  private static func device(
    _ processor: VectorProcessor, cache: Bits? = nil, isPrefetched: Bool = false
  ) -> Device {
    var device = SampleDevices.processor()
    device.compute = .processor(
      processor,
      throughput: [
        MACThroughput(weightBits: 8, activationBits: 8, accumulatorBits: 16, macsPerCycle: 4),
        MACThroughput(weightBits: 8, activationBits: 8, accumulatorBits: 32, macsPerCycle: 2),
        MACThroughput(weightBits: 16, activationBits: 16, accumulatorBits: 64, macsPerCycle: 2),
      ],
      macEnergy: MACEnergy(
        multiply: .zero, multiplyBits: 8, add: .zero, addBits: 32, overhead: .zero,
        busyCycle: Picojoules(7)))
    device.memories = [
      SampleDevices.memory("memory", nil, bandwidth: 32, price: 0),
      SampleDevices.memory(
        "sram", .kibibytes(64), operands: [.inputs, .outputs], bandwidth: 64, price: 0),
    ]
    if let cache {
      device.memories.append(
        SampleDevices.memory(
          "cache", cache, operands: [.weights], isDoubleBuffered: isPrefetched, bandwidth: 64,
          price: 0))
    }
    return device
  }

  private func cost(_ work: LayerWork, on device: Device) throws -> LayerCost {
    #expect(device.problems.isEmpty, "\(device.problems)")
    var model = CostModel(device: device)
    return try model.cost(of: work)
  }

  private static func pointwise(
    outputs: Int, inputs: Int, size: Int, sums: Int = 32
  ) -> LayerWork {
    SampleDevices.layer(
      outputs: outputs, inputs: inputs, size: size, kernel: 1, pad: 0, image: size,
      widths: SampleDevices.widths(partialSums: sums))
  }

  @Test("Full tiles cost what is counted by hand")
  func fullTiles() throws {
    let cost = try cost(
      Self.pointwise(outputs: 2, inputs: 8, size: 2), on: Self.device(Self.processor()))
    // An iteration: 16 products in 8 instructions, 2 loads of weights with one more each, 2 of inputs, 2.
    #expect(cost.computeCycles == Cycles(2 * 2 * (8 + 4 + 2 + 2)))
    // 8 outputs, 4 pixels of one tap and 8 elements, one call.
    #expect(cost.overheadCycles == Cycles(8 * 3 + 4 * (5 + 2 + 8) + 10))
    #expect(cost.stalls.isEmpty)
    #expect(cost.cycles == cost.computeCycles + cost.overheadCycles)
    #expect(cost.totalEnergy == Picojoules(7) * cost.cycles.count)
  }

  @Test("What fills no tile is done output by output, what fills no iteration without vectors")
  func leftovers() throws {
    var work = Self.pointwise(outputs: 3, inputs: 9, size: 5)
    work.bounds.outputRows = 1
    work.bounds.inputHeight = 1
    let tile = 2 * 16 + (4 + 4 + 2)
    let single = 2 * (2 + 2 + 1 + 2) + (1 + 2 + 2)
    let device = Self.device(Self.processor())
    #expect(try cost(work, on: device).computeCycles == Cycles(2 * tile + 7 * single))
  }

  @Test("A padded kernel pays full tiles and full iterations")
  func padded() throws {
    var processor = Self.processor()
    processor.kernels[0].isPadded = true
    var work = Self.pointwise(outputs: 3, inputs: 9, size: 5)
    work.bounds.outputRows = 1
    let cost = try cost(work, on: Self.device(processor))
    #expect(cost.computeCycles == Cycles(2 * 3 * 3 * 16))
  }

  @Test("Narrow accumulators take the faster instruction, until loads or issue slots limit")
  func accumulatorWidth() throws {
    let device = Self.device(Self.processor())
    let narrow = try cost(Self.pointwise(outputs: 2, inputs: 8, size: 2, sums: 16), on: device)
    #expect(narrow.computeCycles == Cycles(2 * 2 * (4 + 4 + 2 + 2)))
    var wide = Self.processor()
    wide.instructionsPerCycle = 64
    let limited = try cost(
      Self.pointwise(outputs: 2, inputs: 8, size: 2, sums: 16), on: Self.device(wide))
    // 16 products at 4 a cycle and 4 loads at one a cycle.
    #expect(limited.computeCycles == Cycles(2 * 2 * 4))
    #expect(limited.utilization <= 1)
  }

  @Test("The core with most rows counts")
  func cores() throws {
    let work = Self.pointwise(outputs: 4, inputs: 8, size: 10)
    let one = try cost(work, on: Self.device(Self.processor()))
    let eight = try cost(work, on: Self.device(Self.processor(cores: 8)))
    // 10 rows on 8 cores: two each at most, a fifth of all.
    #expect(eight.computeCycles.count * 5 == one.computeCycles.count)
    #expect(eight.lowerBounds.computeCycles <= eight.computeCycles)
    // The cores that rows leave over share the channels out.
    let flat = Self.pointwise(outputs: 16, inputs: 8, size: 1)
    let shared = try cost(flat, on: Self.device(Self.processor(cores: 8)))
    let alone = try cost(flat, on: Self.device(Self.processor()))
    #expect(shared.computeCycles.count * 8 == alone.computeCycles.count)
  }

  @Test("Depthwise layers have their own kernel")
  func depthwise() throws {
    let work = SampleDevices.layer(
      groups: 8, outputs: 1, inputs: 1, size: 4, kernel: 3, pad: 1, image: 4)
    let cost = try cost(work, on: Self.device(Self.processor()))
    // 9 taps: 4 pairs of 8 products in 4 instructions and 2 + 2 loads, one tap of 4 + 4 + 4.
    #expect(cost.computeCycles == Cycles(2 * 16 * (4 * (4 + 2 + 2) + 12)))
    #expect(cost.overheadCycles == Cycles(8 * 16 + 10))
  }

  @Test("A kernel for few input channels holds for these only")
  func fewChannels() throws {
    var processor = Self.processor()
    var first = processor.kernels[0]
    first.layers = [.convolution]
    first.mostInputChannels = 3
    processor.kernels.insert(first, at: 0)
    #expect(processor.kernel(for: .convolution, inputChannels: 3) == first)
    #expect(processor.kernel(for: .convolution, inputChannels: 4) == processor.kernels[1])
    #expect(processor.kernel(for: .pointwise, inputChannels: 3) == processor.kernels[1])
  }

  @Test("Weights that exceed a cache are fetched for each pair of pixels, and the core waits")
  func cacheMisses() throws {
    let work = Self.pointwise(outputs: 64, inputs: 64, size: 4)
    let fits = try cost(work, on: Self.device(Self.processor(), cache: Bits(64 * 64 * 8 + 64 * 32)))
    let misses = try cost(work, on: Self.device(Self.processor(), cache: Bits(63 * 64 * 8)))
    func reads(_ cost: LayerCost) -> Int {
      cost.accesses.filter { $0.level == "memory" && $0.operand == .weights }
        .reduce(0) { $0 + $1.reads }
    }
    // Biases come once, with the weights.
    #expect(reads(fits) == 64 * 64 + 64)
    #expect(reads(misses) == 8 * 64 * 64 + 64)
    #expect(misses.stalls.map(\.operand) == [.weights])
    #expect(misses.stallCycles == Cycles((8 * 64 * 64 * 8 + 64 * 32) / 32))
    #expect(fits.computeCycles == misses.computeCycles)
    let waiting = misses.totalEnergy.value - fits.totalEnergy.value
    #expect(abs(waiting - 5 * Double((misses.stallCycles - fits.stallCycles).count)) < 1e-6)
  }

  @Test("What is prefetched hides behind the cores")
  func prefetching() throws {
    let work = Self.pointwise(outputs: 64, inputs: 64, size: 4)
    let device = Self.device(Self.processor(), cache: .kibibytes(16), isPrefetched: true)
    #expect(try cost(work, on: device).stalls.isEmpty)
    var slow = device
    slow.memories[0].readBandwidth = BitsPerCycle(0.25)
    let waits = try cost(work, on: slow)
    let bits = waits.accesses.filter { $0.level == "memory" }.reduce(0) { $0 + $1.readBits.count }
    #expect(bits == 64 * 64 * 8 + 64 * 32)
    #expect(waits.cycles == Cycles(bits * 4))
    // Twice as fast, the transfer takes 69,632 cycles and hides behind the 69,754 of the core.
    slow.memories[0].readBandwidth = BitsPerCycle(0.5)
    let hidden = try cost(work, on: slow)
    #expect(hidden.stalls.isEmpty)
    #expect(hidden.cycles > Cycles(bits * 2))
  }

  @Test("Activations that fit stay, others come and go")
  func residence() throws {
    let small = Self.pointwise(outputs: 8, inputs: 8, size: 16)
    let large = Self.pointwise(outputs: 8, inputs: 8, size: 128)
    let device = Self.device(Self.processor())
    func moved(_ work: LayerWork) throws -> [Operand] {
      try cost(work, on: device).accesses.filter { $0.level == "memory" }.map(\.operand)
    }
    #expect(try moved(small) == [.weights])
    #expect(try moved(large) == Operand.allCases)
  }

  @Test("Layers without products cost their elements")
  func elements() throws {
    var work = Self.pointwise(outputs: 1, inputs: 1, size: 4)
    let device = Self.device(Self.processor())
    work.kind = .elementwise(inputCount: 2)
    #expect(try cost(work, on: device).computeCycles == Cycles(3 * 16))
    work.kind = .pool
    #expect(try cost(work, on: device).computeCycles == Cycles(2 * 16))
    work.kind = .movement
    #expect(try cost(work, on: device).computeCycles == Cycles(16))
    work.kind = .none
    #expect(try cost(work, on: device).cycles == .zero)
  }

  @Test("An instruction that is not there is an error, not a guess")
  func tooWide() {
    var device = Self.device(Self.processor())
    device.compute.throughput = [device.compute.throughput[0]]
    var model = CostModel(device: device)
    #expect(throws: MappingError.self) {
      try model.cost(of: Self.pointwise(outputs: 2, inputs: 8, size: 2))
    }
  }
}
