import Arithmetic
import Devices
import Mappings
import Quantities

/// A random small layer under a random nest: loops in space anywhere, levels shared along any dimensions,
/// a position of its own for each operand and level.
struct GeneralCase {
  var work: LayerWork
  var device: Device
  var mapping: Mapping

  init(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    work = Self.work(&generator)
    device = Self.device(&generator)
    mapping = Self.mapping(work, device, &generator)
  }

  /// The most products of a layer, so that the walk stays short.
  private static let mostIterations = 600

  private static func work(_ generator: inout SeededGenerator) -> LayerWork {
    while true {
      var work = RandomCase.work(&generator)
      // Short windows hide what a tile shares with the one before.
      if Bool.random(using: &generator) {
        work.bounds.batch = 1
        work.bounds.groups = 1
      }
      if work.bounds.iterations <= mostIterations { return work }
    }
  }

  /// Each level is shared along some of the dimensions along which the level around it is.
  private static func device(_ generator: inout SeededGenerator) -> Device {
    var device = TestDevice.device(
      dataflow: .weightStationary, rows: 1 << 16, columns: 1 << 16, memories: [])
    device.compute.lanes = 1 << 16
    device.compute.dataflow = Dataflow.allCases.randomElement(using: &generator) ?? .rowStationary
    var shared = Set(ArrayDimension.allCases)
    for index in 0..<Int.random(in: 1...4, using: &generator) {
      if index > 0, Bool.random(using: &generator) {
        shared = shared.filter { _ in Bool.random(using: &generator) }
      }
      let operands = Operand.allCases.filter { _ in
        index == 0 || Int.random(in: 0...3, using: &generator) > 0
      }
      var level = TestDevice.memory("level\(index)", operands: Set(operands))
      level.sharedAlong = shared
      level.keepsHalo = Bool.random(using: &generator)
      device.memories.append(level)
    }
    return device
  }

  private static func mapping(
    _ work: LayerWork, _ device: Device, _ generator: inout SeededGenerator
  ) -> Mapping {
    var loops: [MappingLoop] = []
    for axis in LoopAxis.allCases {
      var around = work.bounds[axis]
      while around > 1 {
        let tile = Int.random(in: 1..<around, using: &generator)
        loops.append(MappingLoop(axis, tile: tile, place: place(&generator)))
        around = tile
      }
      // A loop of one iteration must not matter.
      if Int.random(in: 0...9, using: &generator) == 0 {
        loops.append(MappingLoop(axis, tile: 1, place: place(&generator)))
      }
    }
    loops.shuffle(using: &generator)
    for axis in LoopAxis.allCases {
      let places = loops.indices.filter { loops[$0].axis == axis }
      let tiles = places.map { loops[$0].tile }.sorted(by: >)
      for (place, tile) in zip(places, tiles) { loops[place].tile = tile }
    }
    var depths: [PerOperand<Int?>] = []
    var outer = PerOperand(repeating: 0)
    for (index, memory) in device.memories.enumerated() {
      var depth = PerOperand<Int?>(repeating: nil)
      for operand in Operand.allCases where memory.operands.contains(operand) {
        // The mapping lets some operands pass by a level that would keep them.
        guard index == 0 || Int.random(in: 0...7, using: &generator) > 0 else { continue }
        let most = index == 0 ? min(2, loops.count) : loops.count
        depth[operand] = Int.random(
          in: outer[operand]...max(most, outer[operand]), using: &generator)
        outer[operand] = depth[operand] ?? 0
      }
      depths.append(depth)
    }
    return Mapping(loops: loops, depths: depths)
  }

  private static func place(_ generator: inout SeededGenerator) -> LoopPlace {
    let places: [LoopPlace] = [.time, .time, .time, .rows, .columns, .lanes]
    return places.randomElement(using: &generator) ?? .time
  }
}
