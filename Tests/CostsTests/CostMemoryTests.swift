import Costs
import Devices
import Mappings
import Testing

@Suite("Costs that are remembered") struct CostMemoryTests {
  /// One layer with many output channels.
  private static func layer(_ outputs: Int, bits: Int = 8) -> LayerWork {
    var work = SampleDevices.layer(
      "layer", outputs: outputs, inputs: 16, size: 7, kernel: 1, pad: 0, image: 7)
    work.widths.weights = bits
    return work
  }

  @Test("A layer that is asked for again is not searched again, whatever its name")
  func again() throws {
    var model = CostModel(device: SampleDevices.npu())
    var work = Self.layer(64)
    let first = try model.cost(of: work)
    let effort = model.effort
    #expect(effort.estimated > 0 && effort.estimated <= effort.tried && effort.counted > 0)
    work.name = "another"
    var second = try model.cost(of: work)
    #expect(second.name == "another")
    second.name = first.name
    #expect(second == first)
    #expect(model.effort == effort)
    _ = try model.cost(of: Self.layer(64, bits: 4))
    #expect(model.effort.estimated > effort.estimated)
  }

  @Test("The memory stays below its limit, and what is forgotten costs the same again")
  func limit() throws {
    let limit = 64 << 10
    var small = CostModel(device: SampleDevices.npu(), memoryLimit: limit)
    var large = CostModel(device: SampleDevices.npu())
    let layers = (1...60).map { Self.layer(8 * $0) }
    for work in layers + layers {
      #expect(try small.cost(of: work) == large.cost(of: work))
      #expect(small.memoryUse <= limit)
    }
    #expect(small.memoryUse > 0)
    #expect(large.memoryUse > limit)
    // The large one searched each layer once.
    #expect(small.effort.tried > large.effort.tried)
    var nothing = CostModel(device: SampleDevices.npu(), memoryLimit: 0)
    #expect(try nothing.cost(of: layers[0]) == large.cost(of: layers[0]))
    #expect(nothing.memoryUse == 0)
  }

  @Test("What was asked for last is still known when the memory is full")
  func lastIsKnown() throws {
    var model = CostModel(device: SampleDevices.npu(), memoryLimit: 64 << 10)
    let favourite = Self.layer(24)
    _ = try model.cost(of: favourite)
    for outputs in 1...40 {
      _ = try model.cost(of: Self.layer(8 * outputs + 4))
      let before = model.effort
      _ = try model.cost(of: favourite)
      #expect(model.effort == before)
    }
  }

  @Test("Several threads find the same costs with the same effort")
  func threads() throws {
    for device in CostModelTests.devices {
      var one = CostModel(device: device)
      var four = CostModel(device: device)
      try one.prepare(for: CostModelTests.layers)
      try four.prepare(for: CostModelTests.layers, threads: 4)
      for work in CostModelTests.layers {
        #expect(try one.cost(of: work) == four.cost(of: work))
      }
      #expect(one.effort == four.effort)
    }
  }

  @Test("A cache of many devices keeps those used last")
  func devices() throws {
    var cache = CostCache(memoryLimit: 64 << 10)
    let work = Self.layer(64)
    for kibibytes in 16...80 {
      let device = SampleDevices.npu(kibibytes: kibibytes)
      var model = cache.take(device, objective: .product)
      let cost = try model.cost(of: work)
      cache.keep(model)
      #expect(cache.memoryUse <= 64 << 10)
      let effort = cache.model(of: device, objective: .product).effort
      #expect(effort.estimated > 0)
      var fresh = CostModel(device: device)
      #expect(try fresh.cost(of: work) == cost)
    }
    let first = SampleDevices.npu(kibibytes: 16)
    #expect(cache.model(of: first, objective: .product).effort == SearchEffort())
  }
}
