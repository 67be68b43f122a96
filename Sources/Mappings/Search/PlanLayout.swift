import Devices

/// The tiles and trips of one plan, laid out level by level.
struct PlanLayout {
  /// The tile at each level, cut to the one around it.
  private(set) var tiles: [Extents]
  /// The iterations of the loops of each level.
  private(set) var trips: [Extents]
  private(set) var orders: [LoopOrder]
  /// The tile that the array works on at a time.
  private(set) var arrayTile = Extents.single
  /// The units that each axis takes, by dimension of the array: rows, columns, lanes.
  private var units = [Extents](repeating: .single, count: ArrayDimension.allCases.count)
  /// The iterations of the loops that leave an operand in place, by level and operand.
  private(set) var stays: [Double]
  /// Whether a level has loops that an operand depends on.
  private(set) var changes: [Bool]
  /// Whether the loops of a level that leave an operand in place enclose loops that do not.
  private(set) var pays: [Bool]

  init(space: MappingSpace) {
    let levels = space.levels
    tiles = [Extents](repeating: .single, count: levels)
    trips = tiles
    orders = [LoopOrder](repeating: LoopOrder.all[0], count: levels)
    stays = [Double](repeating: 1, count: 3 * levels)
    changes = [Bool](repeating: false, count: 3 * levels)
    pays = changes
  }

  /// Lays a plan out.
  mutating func lay(_ plan: MappingPlan, _ space: MappingSpace) {
    let unit = space.firstPerUnit
    var around = space.whole
    let arrayTile = space.arrayTile(plan)
    for level in 0..<unit {
      tiles[level] = around
      let next = (level + 1 < unit ? plan.tiles[level + 1] : arrayTile).cut(to: around)
      enter(level, plan.orders[level], around.trips(of: next))
      around = next
    }
    self.arrayTile = around
    let unitTile = space.unitTile(plan).cut(to: around)
    // An axis lies along one dimension.
    let all = around.trips(of: unitTile)
    units[0] = .single
    units[1] = .single
    for unrolling in plan.rows { units[0][unrolling.axis] = all[unrolling.axis] }
    for unrolling in plan.columns { units[1][unrolling.axis] = all[unrolling.axis] }
    around = unitTile
    for level in unit..<max(space.levels, unit) {
      tiles[level] = around
      let next = level + 1 < space.levels ? plan.tiles[level + 1].cut(to: around) : .single
      enter(level, plan.orders[level], around.trips(of: next))
      around = next
    }
  }

  private mutating func enter(_ level: Int, _ order: LoopOrder, _ trip: Extents) {
    trips[level] = trip
    orders[level] = order
    let place = level * 3
    stays[place] = Double(trip[.batch] * trip[.outputRows] * trip[.outputColumns])
    stays[place + 1] = Double(trip[.outputChannels])
    stays[place + 2] = Double(trip[.inputChannels] * trip[.kernelRows] * trip[.kernelColumns])
    let hasGroups = trip[.groups] > 1
    let isLong = (stays[place] > 1, stays[place + 1] > 1, stays[place + 2] > 1)
    changes[place] = hasGroups || isLong.1 || isLong.2
    changes[place + 1] = hasGroups || isLong.0 || isLong.2
    changes[place + 2] = hasGroups || isLong.0 || isLong.1
    let (inner, next, last) = (order.stays.index, order.next.index, order.last.index)
    pays[place + inner] = false
    pays[place + next] = stays[place + inner] > 1
    pays[place + last] = stays[place + inner] > 1 || stays[place + next] > 1
  }

  /// How often an operand passes into a tile inside the first `end` levels.
  func reloads(_ operand: Operand, before end: Int) -> Double {
    var reloads = 1.0
    var isSeen = false
    var place = end * 3 + operand.index
    while place >= 3 {
      place -= 3
      if isSeen {
        reloads *= stays[place]
      } else if changes[place] {
        isSeen = true
        if pays[place] { reloads *= stays[place] }
      }
    }
    return reloads
  }

  /// How often an operand passes that nothing keeps.
  func allReloads(_ operand: Operand) -> Double {
    var reloads = 1.0
    for level in tiles.indices { reloads *= stays[level * 3 + operand.index] }
    return reloads
  }

  /// The units that each axis takes along some dimensions.
  func units(along dimensions: DimensionMask) -> Extents {
    var product = Extents.single
    for dimension in units.indices where dimensions.contains(dimension) {
      product = product &* units[dimension]
    }
    return product
  }

  /// How often an operand is held by the units along some dimensions.
  func copies(_ operand: Operand, along dimensions: DimensionMask) -> Double {
    let units = units(along: dimensions)
    return switch operand {
    case .weights: Double(units[.batch] * units[.outputRows] * units[.outputColumns])
    case .inputs: Double(units[.outputChannels])
    case .outputs: Double(units[.inputChannels] * units[.kernelRows] * units[.kernelColumns])
    }
  }

  /// The units that work along some dimensions.
  func active(along dimensions: DimensionMask) -> Int { units(along: dimensions).wrappedProduct }

  /// The axis of the innermost loop over inputs, and the extent that it slides over; nil for one that
  /// leads to other inputs altogether.
  func sliding(before end: Int) -> (axis: LoopAxis, around: Int)? {
    for level in (0..<end).reversed() where changes[level * 3 + Operand.inputs.index] {
      let order = orders[level]
      for operand in [order.stays, order.next, order.last]
      where operand != .inputs && stays[level * 3 + operand.index] > 1 {
        let axes: (outer: LoopAxis, inner: LoopAxis) =
          operand == .weights
          ? (.outputRows, .outputColumns) : (.kernelRows, .kernelColumns)
        if trips[level][axes.inner] > 1 { return (axes.inner, tiles[level][axes.inner]) }
        if trips[level][axes.outer] > 1 { return (axes.outer, tiles[level][axes.outer]) }
        return nil
      }
      return nil
    }
    return nil
  }

  /// The changes of the stationary operand of the array.
  func passes(_ space: MappingSpace) -> Double {
    let operand = space.stationary
    var passes = reloads(operand, before: space.firstPerUnit)
    for level in 0..<space.firstPerUnit {
      passes *= Double(trips[level][.groups])
      for other in Operand.allCases where other != operand {
        passes *= stays[level * 3 + other.index]
      }
    }
    return passes
  }

  /// The steps of the array.
  func steps(_ space: MappingSpace) -> Int {
    var steps = 1
    for axis in 0..<8 where space.whole[axis] > 1 {
      steps *= self.steps(axis, space.whole[axis], level: 0, space)
    }
    return steps
  }

  /// The steps that an extent along an axis takes from a level inwards, with a smaller last block.
  private func steps(_ axis: Int, _ extent: Int, level: Int, _ space: MappingSpace) -> Int {
    if level >= tiles.count { return 1 }
    // The first unit has the most work.
    let extent = level == space.firstPerUnit ? min(extent, tiles[level][axis]) : extent
    let inner = level + 1
    let next =
      inner == space.firstPerUnit ? arrayTile[axis] : inner < tiles.count ? tiles[inner][axis] : 1
    let (whole, rest) = extent.quotientAndRemainder(dividingBy: next)
    var steps = whole > 0 ? whole * self.steps(axis, next, level: level + 1, space) : 0
    if rest > 0 { steps += self.steps(axis, rest, level: level + 1, space) }
    return steps
  }

  /// Whether the outputs return to a shared level before they are finished; `end` is the level that
  /// holds them next.
  func returnsPartialSums(before end: Int) -> Bool {
    for level in 0..<end where stays[level * 3 + 2] > 1 {
      // The loops inside the first one over products.
      for operand in [orders[level].stays, orders[level].next] {
        if operand == .outputs { break }
        if stays[level * 3 + operand.index] > 1 { return true }
      }
      return (level + 1..<max(end, level + 1)).contains { changes[$0 * 3 + 2] }
    }
    return false
  }

  /// Whether there is a loop over products outside a level.
  func hasReduction(before end: Int) -> Bool {
    (0..<end).contains { stays[$0 * 3 + 2] > 1 }
  }

  /// Whether an operand changes outside a level.
  func isChanging(_ operand: Operand, before end: Int) -> Bool {
    (0..<end).contains { changes[$0 * 3 + operand.index] }
  }
}

extension SIMD8 where Scalar == Int {
  /// The product of all extents.
  var wrappedProduct: Int {
    var product = 1
    for axis in 0..<8 { product *= self[axis] }
    return product
  }
}

/// Dimensions of the array in a few bits.
struct DimensionMask {
  private var bits = 0

  /// The dimensions along which the instances of a level are shared.
  init(sharedBy memory: MemoryLevel) {
    for (index, dimension) in ArrayDimension.allCases.enumerated()
    where memory.sharedAlong.contains(dimension) {
      bits |= 1 << index
    }
  }

  private init(bits: Int) { self.bits = bits }

  /// No dimension.
  static let none = DimensionMask(bits: 0)

  /// The other dimensions.
  var others: DimensionMask { DimensionMask(bits: ~bits) }

  /// Whether a dimension is among them.
  func contains(_ index: Int) -> Bool { bits & 1 << index != 0 }
}
