import Costs
import Devices
import Mappings
import Quantities
import TestRandomness
import Testing

@Suite("Timelines") struct TimelineTests {
  /// A random device of two or three levels.
  static func device(_ random: inout SeededGenerator) -> Device {
    func bandwidth() -> Double { Double([1, 2, 4, 8, 16, 64].randomElement(using: &random) ?? 8) }
    let flows = Dataflow.allCases
    var memories = [SampleDevices.memory("dram", nil, bandwidth: bandwidth(), price: 10)]
    for level in 0..<Int.random(in: 1...2, using: &random) {
      var memory = SampleDevices.memory(
        "buffer\(level)", Bits(1 << 30), isPerUnit: level == 1 && Bool.random(using: &random),
        isDoubleBuffered: Bool.random(using: &random), bandwidth: bandwidth(), price: 1)
      memory.readBandwidth = BitsPerCycle(bandwidth())
      memories.append(memory)
    }
    return SampleDevices.device(
      flows.randomElement(using: &random) ?? .weightStationary, rows: 2, columns: 2,
      rowAxes: [.inputChannels], columnAxes: [.outputChannels], memories: memories)
  }

  /// A random mapping of a random layer, all blocks full.
  static func mapping(
    _ device: Device, _ random: inout SeededGenerator
  ) throws -> LegalMapping {
    var work = SampleDevices.layer(
      "random", outputs: 1, inputs: 1, size: 1, kernel: 1, pad: 0, image: 1)
    var extents: [LoopAxis: Int] = [:]
    var temporal: [[MappingLoop]] = []
    let axes: [LoopAxis] = [.outputChannels, .inputChannels, .outputRows]
    var factors: [(level: Int, axis: LoopAxis, trips: Int)] = []
    for level in device.memories.indices {
      for axis in axes.shuffled(using: &random) {
        factors.append((level, axis, Int.random(in: 1...4, using: &random)))
      }
    }
    for axis in axes {
      extents[axis] = factors.filter { $0.axis == axis }.reduce(1) { $0 * $1.trips }
    }
    work.bounds.outputChannels = extents[.outputChannels] ?? 1
    work.bounds.inputChannels = extents[.inputChannels] ?? 1
    work.bounds.outputRows = extents[.outputRows] ?? 1
    work.bounds.inputHeight = work.bounds.outputRows
    for level in device.memories.indices {
      var loops: [MappingLoop] = []
      for factor in factors where factor.level == level {
        let tile = (extents[factor.axis] ?? 1) / factor.trips
        extents[factor.axis] = tile
        loops.append(MappingLoop(factor.axis, tile: tile))
      }
      temporal.append(loops)
    }
    return try LegalMapping(Mapping(temporal: temporal, on: device), of: work, on: device)
  }

  @Test("Experiment")
  func experiment() throws {
    var random = SeededGenerator(seed: 7)
    var lines: [String] = []
    for _ in 0..<300 {
      let device = Self.device(&random)
      let mapping = try Self.mapping(device, &random)
      let accesses = mapping.accesses
      let cost = try LayerCost(mapping: mapping, accesses: accesses, device: device)
      let timeline = try LayerTimeline(mapping: mapping, accesses: accesses, device: device)
      lines.append(
        "\(cost.cycles.count) \(timeline.cycles.count) \(cost.computeCycles.count) \(cost.overhead.onload.count) \(cost.overhead.offload.count) \(cost.stallCycles.count) \(device.memories.map { "\($0.isDoubleBuffered ? "D" : "S")\($0.isPerUnit ? "u" : "")\($0.readBandwidth.value)/\($0.writeBandwidth.value)" }) \(mapping.mapping.loops.map { "\($0.axis.letter)\($0.tile)" }.joined(separator: " ")) \(cost.stalls.map { "\($0.level).\($0.port).\($0.operand):\($0.cycles.count)" })  \(timeline.waits.map { "\($0.cause)=\($0.cycles.count)" })"
      )
    }
    print(lines.joined(separator: "\n"))
  }
}
