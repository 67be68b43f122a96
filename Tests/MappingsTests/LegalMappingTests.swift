import Devices
import Mappings
import Quantities
import Testing

@Suite("Legal mappings") struct LegalMappingTests {
  /// Four output channels of six products each.
  static let work: LayerWork = {
    var bounds = LoopBounds()
    bounds.outputChannels = 4
    bounds.inputChannels = 6
    return LayerWork(
      name: "fc", kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0))
  }()

  static func device(_ memories: [MemoryLevel]? = nil) -> Device {
    TestDevice.device(
      dataflow: .weightStationary, rows: 2, columns: 2,
      memories: memories ?? [
        TestDevice.memory("dram", operands: Set(Operand.allCases)),
        TestDevice.memory(
          "buffer", operands: Set(Operand.allCases), capacity: Bits(400), isDoubleBuffered: true),
      ])
  }

  static let good = mapping()

  static func mapping(
    outer: [MappingLoop] = [MappingLoop(.outputChannels, tile: 2)],
    inner: [MappingLoop] = [MappingLoop(.inputChannels, tile: 4)],
    rows: [MappingLoop] = [MappingLoop(.inputChannels, tile: 2)],
    columns: [MappingLoop] = [MappingLoop(.outputChannels, tile: 1)]
  ) -> Mapping {
    Mapping(temporal: [outer, inner], rows: rows, columns: columns, on: device())
  }

  /// A legal mapping, but for what is given.
  static func legal(outer: [MappingLoop] = [MappingLoop(.outputChannels, tile: 2)]) -> Mapping {
    mapping(
      outer: outer,
      inner: [MappingLoop(.inputChannels, tile: 4), MappingLoop(.inputChannels, tile: 2)],
      rows: [MappingLoop(.inputChannels, tile: 1)])
  }

  @Test("A mapping is one line a level")
  func text() throws {
    let mapping = try LegalMapping(Self.legal(), of: Self.work, on: Self.device())
    #expect(
      mapping.text == """
        dram    k 2x2
        buffer  c 2x4~, c 2x2
        array   rows c 2x1; columns k 2x1
        """)
    #expect(mapping.activeUnits == 4)
  }

  @Test("Every broken rule is one clear line")
  func errors() {
    func expect(_ mapping: Mapping, on device: Device, _ text: String) {
      let error = #expect(throws: MappingError.self) {
        try LegalMapping(mapping, of: Self.work, on: device)
      }
      #expect(error?.description == "layer fc: " + text)
    }
    let device = Self.device()
    expect(
      Self.good, on: device, "loop c: the innermost tile is larger than 1; add a loop of tile 1")
    expect(
      Mapping(temporal: [[]], on: device), on: device,
      "the mapping has loops for 1 levels but the device has 2; give one place a level")
    expect(
      Self.legal(outer: [MappingLoop(.outputChannels, tile: 5)]), on: device,
      "loop k: a tile of 5 does not divide the tile around it; "
        + "tiles are at least 1 and never grow inwards")
    expect(
      Self.legal(outer: [MappingLoop(.outputChannels, tile: 0)]), on: device,
      "loop k: a tile of 0 does not divide the tile around it; "
        + "tiles are at least 1 and never grow inwards")
    expect(
      Self.legal(outer: []), on: device,
      "the loops along the columns need 4 units but the array has 2; unroll less")
    var small = device
    // Weights 2 x 6 x 8 twice, inputs 6 x 8 once (they never change), partial sums 2 x 32 twice.
    small.memories[1].capacity = Bits(367)
    expect(
      Self.legal(), on: small,
      "buffer: weights and inputs and outputs need 368 bits at least but it holds 367; "
        + "give buffer more capacity or narrow the operands")
    let homeless = Self.device([
      TestDevice.memory("dram", operands: [.weights, .inputs]),
      TestDevice.memory("register", operands: [.outputs], isPerUnit: true),
    ])
    expect(
      Mapping(temporal: [[], []], on: homeless), on: homeless,
      "memories: no shared level holds outputs; add outputs to the operands of the outermost level")
    var bypassed = Self.legal()
    bypassed.depths[1].weights = 9
    expect(
      bypassed, on: device,
      "buffer: weights cannot be held at position 9 of the nest; levels are listed outermost first, "
        + "inside the loops around them")
    var outputsOnly = device
    outputsOnly.memories[1].operands = [.outputs]
    expect(
      Self.legal(), on: outputsOnly,
      "buffer: the level does not keep weights; "
        + "add it to the operands of the device's level, or let the mapping bypass it")
    let inverted = Self.device([
      TestDevice.memory("register", operands: [.outputs], isPerUnit: true),
      TestDevice.memory("dram", operands: Set(Operand.allCases)),
    ])
    expect(
      Mapping(temporal: [[], []], on: inverted), on: inverted,
      "dram: a shared level lies inside a per-unit level; list the shared levels first")
  }

  @Test("Multicast, spatial reduction and first-read elision by hand")
  func spatial() throws {
    // Rows: 2 input channels, reduced; columns: 2 output channels.
    let device = Self.device([TestDevice.memory("dram", operands: Set(Operand.allCases))])
    let mapping = try LegalMapping(
      Mapping(
        temporal: [[MappingLoop(.outputChannels, tile: 2), MappingLoop(.inputChannels, tile: 2)]],
        rows: [MappingLoop(.inputChannels, tile: 1)],
        columns: [MappingLoop(.outputChannels, tile: 1)], on: device), of: Self.work, on: device)
    let counts = mapping.accesses
    #expect(counts.steps == 6)
    #expect(counts.passes == 6)
    let weights = counts.links[0]
    let inputs = counts.links[1]
    let outputs = counts.links[2]
    #expect(weights.parentReads == 24)
    // 12 products a column read an input each, but one read serves both columns.
    #expect(inputs.parentReads == 12)
    // Each step writes one reduced sum a column; the first of three reads nothing.
    #expect(outputs.parentWrites == 12)
    #expect(outputs.parentReads == 8)
    #expect(outputs.finishedParentWrites == 4)
  }
}
