import Costs
import Devices
import Mappings
import Quantities
import Testing

@Suite("Address streams") struct AddressStreamTests {
  /// A random nest of two shared levels around a small array.
  static func mapping(_ seed: Int) throws -> (mapping: LegalMapping, device: Device) {
    var state = UInt64(seed) &* 6_364_136_223_846_793_005 &+ 1
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    let work = SampleDevices.layer(
      groups: 1 + random(2), outputs: 1 + random(5), inputs: 1 + random(5), size: 1 + random(6),
      kernel: 1 + random(3), stride: 1 + random(2), pad: random(2), image: 8, batch: 1 + random(2),
      widths: SampleDevices.widths(weights: 4, inputs: 8, outputs: 8, partialSums: 20))
    let device = SampleDevices.device(
      .weightStationary, rows: 1 << 10, columns: 1, rowAxes: [], columnAxes: [],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: 64, price: 1),
        SampleDevices.memory("buffer", .kibibytes(4096), bandwidth: 64, price: 1),
      ])
    var outer: [MappingLoop] = []
    var inner: [MappingLoop] = []
    for axis in LoopAxis.allCases {
      var around = work.bounds[axis]
      if around > 1, random(2) == 0 {
        around = 1 + random(around)
        outer.insert(MappingLoop(axis, tile: around), at: random(outer.count + 1))
      }
      if around > 1 { inner.insert(MappingLoop(axis, tile: 1), at: random(inner.count + 1)) }
    }
    let mapping = Mapping(temporal: [outer, inner], on: device)
    return (try LegalMapping(mapping, of: work, on: device), device)
  }

  @Test("The runs of 500 random mappings move exactly the counted bits")
  func bits() throws {
    for seed in 0..<500 {
      let (mapping, device) = try Self.mapping(seed)
      let cost = try LayerCost(mapping: mapping, accesses: mapping.accesses, device: device)
      let stream = try #require(AddressStream(mapping))
      var moved: [Operand: (reads: Int, writes: Int)] = [:]
      stream.forEachRun { run in
        if run.isWrite {
          moved[run.operand, default: (0, 0)].writes += run.bits
        } else {
          moved[run.operand, default: (0, 0)].reads += run.bits
        }
      }
      for operand in Operand.allCases {
        let access = try #require(
          cost.accesses.first { $0.level == "dram" && $0.operand == operand })
        #expect(
          moved[operand, default: (0, 0)].reads == access.readBits.count, "\(seed) \(operand)")
        #expect(
          moved[operand, default: (0, 0)].writes == access.writeBits.count, "\(seed) \(operand)")
      }
    }
  }

  @Test("A layer that is moved once is three runs and its biases")
  func once() throws {
    let work = SampleDevices.layer(outputs: 4, inputs: 3, size: 8, kernel: 3, pad: 1, image: 8)
    let device = SampleDevices.device(
      .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: 64, price: 1),
        SampleDevices.memory("buffer", .kibibytes(64), bandwidth: 64, price: 1),
      ])
    let loops = LoopAxis.allCases.map { MappingLoop($0, tile: 1) }
    let mapping = try LegalMapping(
      Mapping(temporal: [[], loops], on: device), of: work, on: device)
    var runs: [AddressRun] = []
    try #require(AddressStream(mapping)).forEachRun { runs.append($0) }
    #expect(runs.map(\.bits) == [4 * 32, 4 * 27 * 8, 8 * 8 * 3 * 8, 8 * 8 * 4 * 8])
    #expect(runs.map(\.isWrite) == [false, false, false, true])
  }

  @Test("A layer without products streams its tensors once")
  func addition() throws {
    var work = SampleDevices.layer(
      groups: 16, outputs: 1, inputs: 1, size: 8, kernel: 1, pad: 0, image: 8)
    work.kind = .elementwise(inputCount: 2)
    let device = SampleDevices.device(
      .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [SampleDevices.memory("dram", nil, bandwidth: 64, price: 1)])
    let loops = LoopAxis.allCases.map { MappingLoop($0, tile: 1) }
    let mapping = try LegalMapping(
      Mapping(temporal: [loops], on: device), of: work, on: device)
    var runs: [AddressRun] = []
    try #require(AddressStream(mapping)).forEachRun { runs.append($0) }
    #expect(runs.map(\.bits) == [2 * 16 * 64 * 8, 16 * 64 * 8])
  }

  @Test("A device with a memory by its standard is priced by rows and bursts")
  func priced() throws {
    let work = SampleDevices.layer(outputs: 4, inputs: 3, size: 8, kernel: 3, pad: 1, image: 8)
    var device = SampleDevices.device(
      .outputStationary, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [
        SampleDevices.memory("dram", nil, bandwidth: 64, price: 1),
        SampleDevices.memory("buffer", .kibibytes(64), bandwidth: 64, price: 1),
      ])
    device.memories[0].dram = .ddr3
    let loops = LoopAxis.allCases.map { MappingLoop($0, tile: 1) }
    let mapping = try LegalMapping(
      Mapping(temporal: [[], loops], on: device), of: work, on: device)
    let cost = try LayerCost(mapping: mapping, accesses: mapping.accesses, device: device)
    let use = try #require(cost.dram)
    // Biases 16 B, weights 108 B right before them, inputs 192 B, outputs 256 B; bursts of 64 B; three
    // tensors in three rows of 16 KiB banks, biases in that of the weights.
    #expect(use.activity.activates == 3)
    #expect(use.activity.writes == 4)
    #expect(use.activity.reads == 1 + 2 + 3)
    #expect(cost.energy[1].energy == use.energy)
    let lines = LayerExplanation(cost, on: device).energy.filter { $0.component == "dram" }
    let sum = lines.reduce(0) { $0 + $1.energy.value }
    #expect((sum - use.energy.value).magnitude < 1e-6 * sum)
  }
}
