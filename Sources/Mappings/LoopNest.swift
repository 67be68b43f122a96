public import Devices

/// A mapping laid out as one nest of loops, with what the counting of accesses needs of the device.
struct LoopNest: Hashable, Sendable {
  /// One loop, in time or in space.
  struct Loop: Hashable, Sendable {
    var axis: LoopAxis
    var tile: Int
    var isSpatial: Bool
  }

  /// A memory level as the nest sees it.
  struct Level: Hashable, Sendable {
    /// The loops outside the tile that the level holds of an operand; nil for one that passes by.
    var depths: PerOperand<Int?>
    /// Whether each unit has one.
    var isPerUnit: Bool
  }

  /// The layer.
  var work: LayerWork
  /// The loops, outermost first.
  var loops: [Loop]
  /// The memory levels, outermost first.
  var levels: [Level]
  /// The loops outside the units of the array.
  var arrayDepth: Int
  /// Whether a unit keeps the columns of a tile of inputs that the next tile to the right needs too.
  var slides: Bool
  /// The operand that stays in the units: its changes are the passes over the array.
  var stationary: Operand
  /// The operands that a unit keeps in a register of its own while they do not change.
  var latched: Set<Operand>

  /// The nest of a mapping; nothing is verified.
  init(_ mapping: Mapping, work: LayerWork, device: Device) {
    let isProduct = work.kind == .products
    self.work = work
    loops = mapping.loops.map {
      Loop(axis: $0.axis, tile: $0.tile, isSpatial: $0.place.isSpatial)
    }
    levels = zip(device.memories, mapping.depths).map { memory, depths in
      var held = PerOperand<Int?>(repeating: nil)
      // Layers without products pass by the registers of the array.
      if isProduct || !memory.isPerUnit {
        for operand in work.operands where memory.operands.contains(operand) {
          held[operand] = depths[operand]
        }
      }
      return Level(depths: held, isPerUnit: memory.isPerUnit)
    }
    let unit = device.memories.firstIndex(where: \.isPerUnit)
    let unitDepth = unit.flatMap { unit in
      mapping.depths.indices.contains(unit)
        ? Operand.allCases.compactMap { mapping.depths[unit][$0] }.min() : nil
    }
    arrayDepth = loops.lastIndex(where: \.isSpatial).map { $0 + 1 } ?? unitDepth ?? loops.count
    self.slides = isProduct && device.compute.dataflow == .rowStationary
    self.stationary = isProduct ? device.compute.dataflow.stationary : .outputs
    self.latched = isProduct ? device.compute.dataflow.latched : [.outputs]
  }

  /// The levels that hold an operand, outermost first.
  func holders(of operand: Operand) -> [Int] {
    levels.indices.filter { levels[$0].depths[operand] != nil }
  }

  /// The loops outside the tile of an operand that a level holds, or outside the products for nil.
  func depth(of operand: Operand, at level: Int?) -> Int {
    level.flatMap { levels[$0].depths[operand] } ?? loops.count
  }

  /// The loops of one axis among the outermost `depth` loops.
  func chain(_ axis: LoopAxis, depth: Int) -> [ChainLoop] {
    var chain: [ChainLoop] = []
    for loop in loops[..<depth] where loop.axis == axis {
      chain.append(ChainLoop(tile: loop.tile, isSpatial: loop.isSpatial))
    }
    return chain
  }

  /// The largest extent of an axis inside the outermost `depth` loops.
  func extent(_ axis: LoopAxis, depth: Int) -> Int {
    var extent = work.bounds[axis]
    for loop in loops[..<depth] where loop.axis == axis { extent = min(extent, loop.tile) }
    return extent
  }
}

extension Dataflow {
  /// The operand whose change starts a new pass over the array.
  public var stationary: Operand {
    switch self {
    case .weightStationary, .rowStationary: .weights
    case .outputStationary, .registerTile: .outputs
    case .inputStationary: .inputs
    }
  }

  /// The operands that the multiplier keeps between two products instead of reading them again.
  ///
  /// - Model: a row-stationary unit reads weight, input and partial sum for every product from its
  ///   scratch pads (Eyeriss, JSSC 2017); the others keep their stationary operand.
  public var latched: Set<Operand> {
    switch self {
    case .weightStationary: [.weights]
    case .outputStationary, .registerTile: [.outputs]
    case .inputStationary: [.inputs]
    case .rowStationary: []
    }
  }
}
