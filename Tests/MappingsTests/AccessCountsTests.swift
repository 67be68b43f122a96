import Devices
import Mappings
import Testing

@Suite("Access counts") struct AccessCountsTests {
  @Test("The closed form equals the walk of the nest", arguments: 0..<16)
  func closedFormEqualsWalk(block: Int) throws {
    for index in 0..<25 {
      let seed = UInt64(block * 25 + index)
      let random = RandomCase(seed: seed)
      let mapping = try LegalMapping(random.mapping, of: random.work, on: random.device)
      #expect(
        mapping.accesses == AccessWalk.counts(of: mapping), "seed \(seed)\n\(mapping.text)")
    }
  }

  @Test("A layer without iterations moves nothing")
  func emptyLayer() throws {
    var random = RandomCase(seed: 1)
    random.work.bounds.outputRows = 0
    let device = TestDevice.device(
      dataflow: .outputStationary, rows: 1, columns: 1,
      memories: [TestDevice.memory("dram", operands: Set(Operand.allCases))])
    let loops = LoopAxis.allCases.map { MappingLoop($0, tile: 1) }
    let mapping = try LegalMapping(
      Mapping(temporal: [loops], on: device), of: random.work, on: device)
    #expect(mapping.accesses == AccessWalk.counts(of: mapping))
    #expect(mapping.accesses.steps == 0)
    #expect(mapping.accesses.links.allSatisfy { $0.parentReads == 0 && $0.parentWrites == 0 })
  }

  @Test(
    "A row-stationary unit loads only the columns that slide in",
    arguments: [(Dataflow.rowStationary, 6), (.weightStationary, 12)])
  func sliding(dataflow: Dataflow, loaded: Int) throws {
    // Four outputs of three taps over a row of six inputs.
    var work = RandomCase(seed: 1).work
    work.kind = .products
    work.bounds = LoopBounds()
    work.bounds.outputColumns = 4
    work.bounds.kernelColumns = 3
    work.bounds.inputWidth = 6
    let device = TestDevice.device(
      dataflow: dataflow, rows: 1, columns: 1,
      memories: [
        TestDevice.memory("dram", operands: Set(Operand.allCases)),
        TestDevice.memory("pads", operands: Set(Operand.allCases), isPerUnit: true),
      ])
    let mapping = try LegalMapping(
      Mapping(
        temporal: [
          [MappingLoop(.outputColumns, tile: 1)], [MappingLoop(.kernelColumns, tile: 1)],
        ], on: device), of: work, on: device)
    let inputs = try #require(mapping.accesses.links.first { $0.operand == .inputs })
    #expect(inputs.parentReads == loaded)
    #expect(inputs.childWrites == loaded)
  }
}
