import Devices
import Mappings
import Quantities
import Testing

@Suite("The mapper")
struct MapperTests {
  /// Traffic off the chip and a little of all other traffic stand for energy, steps for cycles.
  private static func score(_ accesses: AccessCounts) -> MappingScore {
    let energy = accesses.links.reduce(0) { sum, link in
      let moved = link.parentReads + link.parentWrites + link.childReads + link.childWrites
      return sum + (link.parent == 0 ? 10 : 1) * moved
    }
    return MappingScore(energy: Double(energy), cycles: accesses.steps + accesses.passes)
  }

  @Test(
    "keeps the lowest score of all that it has counted, for each objective",
    arguments: 0..<30, MappingObjective.allCases)
  func keepsTheLowest(seed: UInt64, objective: MappingObjective) throws {
    let random = RandomCase(seed: seed)
    var seen: [(score: MappingScore, accesses: AccessCounts)] = []
    var mapper = Mapper(device: random.device, objective: objective)
    let found = try mapper.mapping(for: random.work) { mapping, accesses in
      // Parts of a batch are searched too.
      if mapping.work == random.work { seen.append((Self.score(accesses), accesses)) }
      return Self.score(accesses)
    }
    #expect(found.score == Self.score(found.accesses))
    #expect(seen.allSatisfy { !$0.score.isLower(than: found.score, objective) })
    #expect(seen.contains { $0.accesses == found.accesses })
    #expect(found.mapping.accesses == found.accesses)
  }

  /// A layer of few iterations and a device with capacities that do not hold all of it.
  private static func small(_ seed: UInt64) -> (work: LayerWork, device: Device) {
    var generator = SeededGenerator(state: seed)
    var work = RandomCase.work(&generator)
    work.kind = .products
    work.bounds = LoopBounds()
    let axes = LoopAxis.allCases.shuffled(using: &generator).prefix(2)
    for axis in axes {
      let extent = Int.random(in: 2...4, using: &generator)
      switch axis {
      case .batch: work.bounds.batch = extent
      case .groups: work.bounds.groups = extent
      case .outputChannels: work.bounds.outputChannels = extent
      case .inputChannels: work.bounds.inputChannels = extent
      case .outputRows: work.bounds.outputRows = extent
      case .outputColumns: work.bounds.outputColumns = extent
      case .kernelRows: work.bounds.kernelRows = extent
      case .kernelColumns: work.bounds.kernelColumns = extent
      }
    }
    work.bounds.inputHeight = work.bounds.outputRows + work.bounds.kernelRows - 1
    work.bounds.inputWidth = work.bounds.outputColumns + work.bounds.kernelColumns - 1
    let flows = Dataflow.allCases
    var device = TestDevice.device(
      dataflow: flows[Int.random(in: 0..<flows.count, using: &generator)], rows: 2, columns: 2,
      memories: [
        TestDevice.memory("dram", operands: Set(Operand.allCases)),
        TestDevice.memory(
          "buffer", operands: Set(Operand.allCases),
          capacity: Bits(Int.random(in: 80...400, using: &generator)),
          isDoubleBuffered: Bool.random(using: &generator)),
        TestDevice.memory("registers", operands: [.weights], isPerUnit: true, capacity: Bits(16)),
      ])
    device.compute.rowAxes = [axes[0]]
    device.compute.columnAxes = [axes[1]]
    return (work, device)
  }

  @Test(
    "finds the best of all mappings of a small layer: brute force over tiles, units and orders",
    arguments: 0..<100)
  func exact(seed: UInt64) throws {
    let (work, device) = Self.small(seed)
    for objective in MappingObjective.allCases {
      var mapper = Mapper(device: device, objective: objective)
      guard let found = try? mapper.mapping(for: work, score: { Self.score($1) }) else {
        // Nothing fits.
        var isAny = false
        ExhaustiveMapping(work: work, device: device).forEach { _ in isAny = true }
        #expect(!isAny)
        return
      }
      guard found.isExhaustive else { continue }
      var best = MappingScore(energy: .infinity, cycles: .max)
      ExhaustiveMapping(work: work, device: device).forEach { mapping in
        let score = Self.score(mapping.accesses)
        if score.isLower(than: best, objective) { best = score }
      }
      #expect(found.score == best, "\(objective)\n\(found.mapping.text)")
    }
  }

  @Test("tries all mappings of most small layers")
  func exhaustive() {
    let exhaustive = (0..<100 as Range<UInt64>).count { seed in
      let (work, device) = Self.small(seed)
      var mapper = Mapper(device: device)
      return (try? mapper.mapping(for: work) { Self.score($1) })?.isExhaustive ?? true
    }
    #expect(exhaustive > 60)
  }

  @Test("gives the same mapping every time")
  func deterministic() throws {
    for seed in 0..<10 as Range<UInt64> {
      let random = RandomCase(seed: seed)
      var first = Mapper(device: random.device)
      var second = Mapper(device: random.device)
      let one = try first.mapping(for: random.work) { Self.score($1) }
      _ = try second.mapping(for: RandomCase(seed: seed + 1).work) { Self.score($1) }
      let other = try second.mapping(for: random.work) { Self.score($1) }
      #expect(one.mapping == other.mapping)
    }
  }
}
