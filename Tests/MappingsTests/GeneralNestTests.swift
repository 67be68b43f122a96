import Devices
import Mappings
import Quantities
import Testing

@Suite("Access counts of general nests") struct GeneralNestTests {
  /// 10,000 cases in all; a tenth without optimization, where the walk is slow.
  static let blocks = 50
  static let casesOfBlock: Int = {
    #if DEBUG
      20
    #else
      200
    #endif
  }()

  @Test("The closed form equals the walk of the nest", arguments: 0..<blocks)
  func closedFormEqualsWalk(block: Int) throws {
    for index in 0..<Self.casesOfBlock {
      let seed = UInt64(block * Self.casesOfBlock + index)
      let random = GeneralCase(seed: seed)
      let mapping = try LegalMapping(random.mapping, of: random.work, on: random.device)
      #expect(
        mapping.accesses == AccessWalk.counts(of: mapping), "seed \(seed)\n\(random.mapping.loops)")
    }
  }

  /// A layer of these bounds, on a memory that holds everything and a level inside it.
  private static func counts(
    _ bounds: LoopBounds, _ loops: [MappingLoop], inner: MemoryLevel, depth: PerOperand<Int?>
  ) throws -> AccessCounts {
    let device = device(inner)
    let mapping = Mapping(loops: loops, depths: [PerOperand(repeating: 0), depth])
    return try LegalMapping(mapping, of: work(bounds), on: device).accesses
  }

  private static func device(_ inner: MemoryLevel) -> Device {
    var device = TestDevice.device(
      dataflow: .weightStationary, rows: 4, columns: 4,
      memories: [TestDevice.memory("dram", operands: Set(Operand.allCases)), inner])
    device.compute.lanes = 4
    return device
  }

  private static func work(_ bounds: LoopBounds) -> LayerWork {
    var work = LegalMappingTests.work
    work.bounds = bounds
    return work
  }

  /// Three outputs of eight products, four of them side by side.
  private static let tree = (
    bounds: {
      var bounds = LoopBounds()
      (bounds.outputRows, bounds.inputHeight, bounds.inputChannels) = (3, 3, 8)
      return bounds
    }(),
    loops: [
      MappingLoop(.outputRows, tile: 1), MappingLoop(.inputChannels, tile: 4),
      MappingLoop(.inputChannels, tile: 1, place: .lanes),
    ]
  )

  @Test("Lanes that share a register of sums add up before they write it: an adder tree")
  func adderTree() throws {
    var register = TestDevice.memory("sums", operands: [.outputs], isPerUnit: true)
    let depth = PerOperand<Int?>(weights: nil, inputs: nil, outputs: 3)
    let apart = try Self.counts(Self.tree.bounds, Self.tree.loops, inner: register, depth: depth)
    register.sharedAlong = [.lanes]
    let together = try Self.counts(
      Self.tree.bounds, Self.tree.loops, inner: register, depth: depth)
    for counts in [apart, together] {
      #expect(counts.links[2].transfers == 3)
      #expect(counts.links[2].parentWrites == 3)
      #expect(counts.links[2].finishedParentWrites == 3)
      #expect(counts.links[2].parentReads == 0)
    }
    // Six steps of four products: every lane its own sum, or one sum of the tree.
    #expect(apart.links[3].parentWrites == 24)
    #expect(apart.links[3].parentReads == 12)
    #expect(apart.links[2].childReads == 12)
    #expect(together.links[3].parentWrites == 6)
    #expect(together.links[3].parentReads == 3)
    #expect(together.links[2].childReads == 3)
  }

  @Test("A buffer for each row feeds the columns of its row with one read")
  func bufferPerRow() throws {
    var bounds = LoopBounds()
    (bounds.outputChannels, bounds.outputColumns, bounds.inputWidth) = (2, 3, 3)
    bounds.inputChannels = 5
    var buffer = TestDevice.memory("buffer", operands: [.weights], isPerUnit: true)
    buffer.sharedAlong = [.columns, .lanes]
    let counts = try Self.counts(
      bounds,
      [
        MappingLoop(.outputChannels, tile: 1, place: .rows),
        MappingLoop(.outputColumns, tile: 1, place: .columns), MappingLoop(.inputChannels, tile: 1),
      ], inner: buffer, depth: PerOperand(weights: 2, inputs: nil, outputs: nil))
    #expect(counts.links[0].parentReads == 10)
    #expect(counts.links[0].childWrites == 10)
    #expect(counts.links[1].parentReads == 10)
    // Both rows need the same inputs; without their own buffer one read serves them.
    #expect(counts.links[2].parentReads == 15)
  }

  @Test(
    "A level that keeps its halo loads what its last tile did not hold",
    arguments: [
      // 9 at first, 3 below; from the bottom left to the top right 9 - 2 * 2, and 3 below again.
      (false, 4 * 9), (true, 9 + 3 + 5 + 3),
    ])
  func halo(keepsHalo: Bool, loaded: Int) throws {
    // Outputs 2 x 2 of a 3 x 3 kernel on a 4 x 4 image, down first, then across.
    var bounds = LoopBounds()
    (bounds.outputRows, bounds.outputColumns) = (2, 2)
    (bounds.kernelRows, bounds.kernelColumns) = (3, 3)
    (bounds.inputHeight, bounds.inputWidth) = (4, 4)
    var window = TestDevice.memory("window", operands: [.inputs])
    window.keepsHalo = keepsHalo
    let counts = try Self.counts(
      bounds,
      [
        MappingLoop(.outputColumns, tile: 1), MappingLoop(.outputRows, tile: 1),
        MappingLoop(.kernelRows, tile: 1), MappingLoop(.kernelColumns, tile: 1),
      ], inner: window, depth: PerOperand(weights: nil, inputs: 2, outputs: nil))
    let inputs = try #require(counts.links.first { $0.operand == .inputs && $0.child == 1 })
    #expect(inputs.parentReads == loaded)
    #expect(inputs.childWrites == inputs.parentReads)
  }

  @Test("A tile has to fit each instance, and levels that fewer units share lie inside")
  func legality() throws {
    var register = TestDevice.memory(
      "sums", operands: [.outputs], isPerUnit: true, capacity: Bits(32))
    register.sharedAlong = [.lanes]
    let depths = [
      PerOperand<Int?>(repeating: 0), PerOperand<Int?>(weights: nil, inputs: nil, outputs: 1),
    ]
    // Three outputs in lanes that share a register of one partial sum.
    let bounds = {
      var bounds = LoopBounds()
      (bounds.outputRows, bounds.inputHeight) = (3, 3)
      return bounds
    }()
    func text(_ place: LoopPlace, _ device: Device, _ depths: [PerOperand<Int?>]) -> String {
      do {
        let mapping = Mapping(
          loops: [MappingLoop(.outputRows, tile: 1, place: place)], depths: depths)
        let legal = try LegalMapping(mapping, of: Self.work(bounds), on: device)
        return "\(legal.activeInstances(ofLevel: 1, for: .outputs)) instances"
      } catch { return error.description }
    }
    #expect(text(.columns, Self.device(register), depths) == "3 instances")
    #expect(text(.time, Self.device(register), depths) == "1 instances")
    #expect(
      text(.lanes, Self.device(register), depths)
        == "layer fc: sums: outputs need 96 bits at least but it holds 32; "
        + "give sums more capacity or narrow the operands")
    var device = Self.device(register)
    device.memories.append(register)
    device.memories[2].name = "inner"
    device.memories[1].sharedAlong = [.rows]
    #expect(
      text(.columns, device, depths + [depths[1]])
        == "layer fc: inner: outputs come from sums, which fewer units share; "
        + "list levels that more units share first, or let the mapping bypass one")
  }
}
