public import Devices

/// A mapping laid out as one nest of loops, with what the counting of accesses needs of the device.
struct LoopNest: Hashable, Sendable {
  /// One loop, in time or in space.
  struct Loop: Hashable, Sendable {
    var axis: LoopAxis
    var tile: Int
    /// The largest extent that it walks.
    var around: Int
    /// The dimension of the array along which it runs; nil in time.
    var dimension: ArrayDimension?

    var isSpatial: Bool { dimension != nil }
  }

  /// A memory level as the nest sees it.
  struct Level: Hashable, Sendable {
    /// The loops outside the tile that the level holds of an operand; nil for one that passes by.
    var depths: PerOperand<Int?>
    /// The dimensions along which units have instances of their own; none for a level that all share.
    var split: DimensionMask
    /// Whether an instance loads of its next tile of inputs only what its last one did not hold.
    var keepsHalo: Bool

    /// Whether there are several instances.
    var isPerUnit: Bool { split != .none }
  }

  /// The layer.
  var work: LayerWork
  /// The loops, outermost first.
  var loops: [Loop]
  /// The memory levels, outermost first.
  var levels: [Level]
  /// The loops outside the units of the array.
  var arrayDepth: Int
  /// The operand that stays in the units: its changes are the passes over the array.
  var stationary: Operand
  /// The operands that a unit keeps in a register of its own while they do not change.
  var latched: OperandMask

  /// The nest of a mapping; nothing is verified.
  init(_ mapping: Mapping, work: LayerWork, on device: DeviceOutline) {
    let isProduct = work.kind == .products
    self.work = work
    var extents = work.bounds.extents
    loops = mapping.loops.map { loop in
      let around = extents[loop.axis]
      extents[loop.axis] = min(around, loop.tile)
      return Loop(
        axis: loop.axis, tile: loop.tile, around: around, dimension: loop.place.dimension)
    }
    let slides = isProduct && device.dataflow == .rowStationary
    let moves = PerOperand(
      weights: isProduct, inputs: work.kind != .none, outputs: work.kind != .none)
    levels = zip(device.levels, mapping.depths).map { memory, depths in
      var held = PerOperand<Int?>(repeating: nil)
      // Layers without products pass by the registers of the array.
      if isProduct || !memory.isPerUnit {
        if moves.weights, memory.holds.contains(.weights) { held.weights = depths.weights }
        if moves.inputs, memory.holds.contains(.inputs) { held.inputs = depths.inputs }
        if moves.outputs, memory.holds.contains(.outputs) { held.outputs = depths.outputs }
      }
      return Level(
        depths: held, split: memory.split,
        keepsHalo: memory.keepsHalo || slides && memory.isPerUnit)
    }
    var unitDepth: Int?
    if let unit = device.firstPerUnit, unit < mapping.depths.count {
      let depths = mapping.depths[unit]
      for depth in [depths.weights, depths.inputs, depths.outputs] {
        if let depth { unitDepth = min(unitDepth ?? depth, depth) }
      }
    }
    let innermost = mapping.loops.lastIndex { $0.place == .rows || $0.place == .columns }
    arrayDepth = innermost.map { $0 + 1 } ?? unitDepth ?? loops.count
    self.stationary = isProduct ? device.dataflow.stationary : .outputs
    self.latched = isProduct ? device.latched : OperandMask([.outputs])
  }

  /// The levels that hold an operand, outermost first.
  func holders(of operand: Operand) -> [Int] {
    levels.indices.filter { levels[$0].depths[operand] != nil }
  }

  /// The loops outside the tile of an operand that a level holds, or outside the products for nil.
  func depth(of operand: Operand, at level: Int?) -> Int {
    level.flatMap { levels[$0].depths[operand] } ?? loops.count
  }

  /// What the loops outside the tile of an operand at a level, or outside the products for nil, are to the
  /// link between that level and its parent.
  func kinds(of operand: Operand, parent: Int, child: Int?) -> [ChainLoop.Kind] {
    (0..<depth(of: operand, at: child)).map { position in
      if !loops[position].isSpatial { return .time }
      if separates(parent, operand, position) { return .apart }
      return child.map { separates($0, operand, position) } ?? true ? .multicast : .together
    }
  }

  /// Whether the iterations of a loop have instances of a level of their own.
  func separates(_ level: Int, _ operand: Operand, _ position: Int) -> Bool {
    guard let dimension = loops[position].dimension else { return false }
    return position < depth(of: operand, at: level)
      && levels[level].split.contains(dimension)
  }

  /// The largest extent of an axis inside the outermost `depth` loops.
  func extent(_ axis: LoopAxis, depth: Int) -> Int {
    var extent = work.bounds[axis]
    for loop in loops[..<depth] where loop.axis == axis { extent = min(extent, loop.tile) }
    return extent
  }

  /// The largest extents of all axes inside the outermost `depth` loops.
  func extents(depth: Int) -> Extents {
    var extents = work.bounds.extents
    for position in 0..<depth {
      let loop = loops[position]
      extents[loop.axis] = min(extents[loop.axis], loop.tile)
    }
    return extents
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
