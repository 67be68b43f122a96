import Arithmetic
import Devices
import Mappings
import Quantities
import TestRandomness

/// SplitMix64: a small generator with a seed, so that a failing case can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A random small layer, a random device without capacities and a random mapping of one on the other.
struct RandomCase {
  var work: LayerWork
  var device: Device
  var mapping: Mapping

  init(work: LayerWork, device: Device, mapping: Mapping) {
    self.work = work
    self.device = device
    self.mapping = mapping
  }

  init(seed: UInt64) {
    var generator = SeededGenerator(state: seed)
    work = Self.work(&generator)
    device = Self.device(&generator)
    mapping = Self.mapping(work, device, &generator)
  }

  static func work(_ generator: inout SeededGenerator) -> LayerWork {
    var bounds = LoopBounds()
    let kinds: [LayerWork.Kind] = [
      .products, .products, .products, .products, .pool, .elementwise(inputCount: 2), .movement,
    ]
    let kind = kinds[Int.random(in: 0..<kinds.count, using: &generator)]
    bounds.batch = Int.random(in: 1...2, using: &generator)
    bounds.groups = Bool.random(using: &generator) ? 1 : Int.random(in: 1...3, using: &generator)
    if kind == .products {
      bounds.outputChannels = Int.random(in: 1...5, using: &generator)
      bounds.inputChannels = Int.random(in: 1...5, using: &generator)
    }
    bounds.outputRows = Int.random(in: 1...4, using: &generator)
    bounds.outputColumns = Int.random(in: 1...5, using: &generator)
    bounds.inputHeight = bounds.outputRows
    bounds.inputWidth = bounds.outputColumns
    if kind == .products || kind == .pool {
      bounds.kernelRows = Int.random(in: 1...3, using: &generator)
      bounds.kernelColumns = Int.random(in: 1...3, using: &generator)
      bounds.strideY = Int.random(in: 1...3, using: &generator)
      bounds.strideX = Int.random(in: 1...3, using: &generator)
      bounds.dilationY = Int.random(in: 1...2, using: &generator)
      bounds.dilationX = Int.random(in: 1...2, using: &generator)
      bounds.padTop = Int.random(in: 0...2, using: &generator)
      bounds.padLeft = Int.random(in: 0...2, using: &generator)
      let reachY =
        (bounds.outputRows - 1) * bounds.strideY + (bounds.kernelRows - 1) * bounds.dilationY + 1
      let reachX =
        (bounds.outputColumns - 1) * bounds.strideX
        + (bounds.kernelColumns - 1) * bounds.dilationX + 1
      bounds.inputHeight = max(1, reachY - bounds.padTop - Int.random(in: 0...1, using: &generator))
      bounds.inputWidth = max(1, reachX - bounds.padLeft - Int.random(in: 0...1, using: &generator))
    }
    return LayerWork(
      name: "random", kind: kind, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 20, bias: 32))
  }

  static func device(_ generator: inout SeededGenerator) -> Device {
    let shared = Int.random(in: 1...3, using: &generator)
    let perUnit = Int.random(in: 0...2, using: &generator)
    let memories = (0..<shared + perUnit).map { index in
      var operands = Set(Operand.allCases)
      if index > 0 {
        operands = operands.filter { _ in Int.random(in: 0...2, using: &generator) > 0 }
      }
      return TestDevice.memory("level\(index)", operands: operands, isPerUnit: index >= shared)
    }
    let flows = Dataflow.allCases
    return TestDevice.device(
      dataflow: flows[Int.random(in: 0..<flows.count, using: &generator)], rows: 1 << 20,
      columns: 1 << 20, memories: memories)
  }

  /// Splits every axis by a random descending chain of tiles and deals the loops to random places.
  static func mapping(
    _ work: LayerWork, _ device: Device, _ generator: inout SeededGenerator
  ) -> Mapping {
    let unit = device.memories.firstIndex(where: \.isPerUnit) ?? device.memories.count
    // Places outermost first: shared levels, rows, columns, per-unit levels.
    let places = device.memories.count + 2
    var loops = [[MappingLoop]](repeating: [], count: places)
    for axis in LoopAxis.allCases {
      var around = work.bounds[axis]
      for place in 0..<places {
        let isSpace = place == unit || place == unit + 1
        guard around > 1, Int.random(in: 0...(isSpace ? 2 : 1), using: &generator) == 0 else {
          continue
        }
        let tile = Int.random(in: 1...around, using: &generator)
        loops[place].append(MappingLoop(axis, tile: tile))
        around = tile
      }
      if around > 1 {
        // What is left goes to the last place in time.
        let last = unit == device.memories.count ? unit - 1 : places - 1
        if last < unit {
          // Loops in space follow, so the tiles there must be single iterations already.
          loops[unit].removeAll { $0.axis == axis }
          loops[unit + 1].removeAll { $0.axis == axis }
        }
        loops[last].append(MappingLoop(axis, tile: 1))
      }
    }
    for place in loops.indices { loops[place].shuffle(using: &generator) }
    // An axis may have two loops at one place; the larger tile must stay outside.
    for place in loops.indices { loops[place] = ordered(loops[place]) }
    let temporal = Array(loops[..<unit]) + Array(loops[(unit + 2)...])
    return Mapping(temporal: temporal, rows: loops[unit], columns: loops[unit + 1], on: device)
  }

  private static func ordered(_ loops: [MappingLoop]) -> [MappingLoop] {
    var result = loops
    for axis in LoopAxis.allCases {
      let places = loops.indices.filter { loops[$0].axis == axis }
      let tiles = places.map { loops[$0].tile }.sorted(by: >)
      for (place, tile) in zip(places, tiles) { result[place].tile = tile }
    }
    return result
  }
}
