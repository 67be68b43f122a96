import Devices

/// The tiles and trips of one plan, laid out level by level.
///
/// What the plan before had too is not worked out again: a search changes one level at a time.
struct PlanLayout {
  /// What the loops of one memory level add up to.
  struct Level {
    var order = LoopOrder.all[0]
    /// The iterations of the loops that leave weights, inputs and outputs in place, then those over groups.
    var stays = SIMD4<Double>(repeating: 1)
    /// Which operands have loops that they depend on.
    var changes = OperandMask()
    /// For which operands the loops that leave them in place enclose loops that do not.
    var pays = OperandMask()
  }

  /// What the loops of the outermost levels add up to, by operand.
  struct Outside {
    /// How often an operand passes into a tile inside these levels.
    var reloads = SIMD4<Double>(repeating: 1)
    /// How often such a tile is replaced by another.
    var periods = SIMD4<Double>(repeating: 1)
    /// The iterations of the loops that leave an operand in place.
    var stays = SIMD4<Double>(repeating: 1)
    /// The iterations of all loops.
    var steps = 1.0
    /// Which operands change.
    var changes = OperandMask()
    /// Whether there is a loop over products.
    var hasReduction: Bool { stays[2] > 1 }
  }

  /// The units along some dimensions of the array.
  struct UnitGroup {
    /// The units that each axis takes.
    var extents = Extents.single
    /// How often each operand is held by them.
    var copies = SIMD4<Double>(repeating: 1)
    /// The share of one of them in what all of them do.
    var share = 1.0
  }

  private(set) var levels: [Level]
  /// The tile at each level, cut to the one around it.
  private(set) var tiles: [Extents]
  /// The tile that the loops of each level lead to.
  private var inner: [Extents]
  /// The iterations of the loops of each level.
  private(set) var trips: [Extents]
  /// By how many levels lie outside: none, one, and so on.
  private(set) var outside: [Outside]
  /// By the mask of the dimensions.
  private(set) var groups: [UnitGroup]
  /// The tile that the array works on at a time.
  private(set) var arrayTile = Extents.single
  /// The tile of one unit.
  private var unitTile = Extents.single
  /// The units that each axis takes, by dimension of the array; plans leave the lanes alone.
  private var units = (rows: Extents.single, columns: Extents.single)
  /// The steps that each axis takes.
  private var stepsByAxis = Extents.single

  init(space: SpaceShape) {
    levels = [Level](repeating: Level(), count: space.levels)
    tiles = [Extents](repeating: .single, count: space.levels)
    (inner, trips) = (tiles, tiles)
    outside = [Outside](repeating: Outside(), count: space.levels + 1)
    groups = [UnitGroup](repeating: UnitGroup(), count: DimensionMask.count)
  }

  /// Lays a plan out.
  mutating func lay(_ plan: MappingPlan, _ space: SpaceShape) {
    let unit = space.firstPerUnit
    var around = space.whole
    var stale = SIMDMask<SIMD8<Int>>(repeating: false)
    var isSame = true
    func place(
      _ level: Int, _ tile: Extents, _ layout: inout PlanLayout
    ) {
      let next = tile.cut(to: around)
      let differs = (layout.inner[level] .!= next) .| (layout.tiles[level] .!= around)
      stale = stale .| differs
      if any(differs) || layout.levels[level].order != plan.orders[level] {
        layout.enter(level, plan.orders[level], from: around, to: next)
        isSame = false
      }
      if !isSame { layout.add(level) }
      around = next
    }
    let arrayTile = space.arrayTile(plan)
    for level in 0..<unit {
      place(level, level + 1 < unit ? plan.tiles[level + 1] : arrayTile, &self)
    }
    self.arrayTile = around
    let unitTile = space.unitTile(plan).cut(to: around)
    stale = stale .| (self.unitTile .!= unitTile)
    self.unitTile = unitTile
    // An axis lies along one dimension.
    share(plan, among: around.trips(of: unitTile))
    around = unitTile
    for level in unit..<max(space.levels, unit) {
      place(level, level + 1 < space.levels ? plan.tiles[level + 1] : .single, &self)
    }
    guard any(stale) else { return }
    for axis in 0..<8 where stale[axis] {
      stepsByAxis[axis] = steps(axis, space.whole[axis], level: 0, unit)
    }
  }

  private mutating func enter(
    _ level: Int, _ order: LoopOrder, from around: Extents, to next: Extents
  ) {
    let trip = around.trips(of: next)
    let stays = SIMD4(
      Double(trip[.batch] * trip[.outputRows] * trip[.outputColumns]),
      Double(trip[.outputChannels]),
      Double(trip[.inputChannels] * trip[.kernelRows] * trip[.kernelColumns]),
      Double(trip[.groups]))
    let hasGroups = stays[3] > 1
    let isLong = PerOperand(weights: stays[0] > 1, inputs: stays[1] > 1, outputs: stays[2] > 1)
    var pays = OperandMask()
    if isLong[order.stays] { pays.insert(order.next) }
    if isLong[order.stays] || isLong[order.next] { pays.insert(order.last) }
    (tiles[level], inner[level], trips[level]) = (around, next, trip)
    levels[level] = Level(
      order: order, stays: stays,
      changes: OperandMask(
        weights: hasGroups || isLong.inputs || isLong.outputs,
        inputs: hasGroups || isLong.weights || isLong.outputs,
        outputs: hasGroups || isLong.weights || isLong.inputs),
      pays: pays)
  }

  /// Adds a level to what lies outside the next one.
  private mutating func add(_ place: Int) {
    let level = levels[place]
    var sums = outside[place]
    let stays = level.stays
    let all = stays[0] * stays[1] * stays[2] * stays[3]
    for operand in 0..<3 where level.changes.contains(operand) {
      if level.pays.contains(operand) {
        sums.reloads[operand] = stays[operand] * sums.stays[operand]
        sums.periods[operand] = all * sums.steps
      } else {
        sums.reloads[operand] = sums.stays[operand]
        sums.periods[operand] = all / stays[operand] * sums.steps
      }
    }
    sums.stays *= stays
    sums.steps *= all
    sums.changes.formUnion(level.changes)
    outside[place + 1] = sums
  }

  /// Shares the units of the array out to the axes of a plan.
  private mutating func share(_ plan: MappingPlan, among all: Extents) {
    var (rows, columns) = (Extents.single, Extents.single)
    for unrolling in plan.rows { rows[unrolling.axis] = all[unrolling.axis] }
    for unrolling in plan.columns { columns[unrolling.axis] = all[unrolling.axis] }
    if rows == units.rows, columns == units.columns { return }
    units = (rows, columns)
    for mask in groups.indices {
      var extents = mask & 1 != 0 ? rows : .single
      if mask & 2 != 0 { extents = extents &* columns }
      groups[mask] = UnitGroup(
        extents: extents,
        copies: SIMD4(
          Double(extents[.batch] * extents[.outputRows] * extents[.outputColumns]),
          Double(extents[.outputChannels]),
          Double(extents[.inputChannels] * extents[.kernelRows] * extents[.kernelColumns]), 1),
        share: 1 / Double(extents.wrappedProduct))
    }
  }

  /// The steps of the array.
  var steps: Int { stepsByAxis.wrappedProduct }

  /// The steps that an extent along an axis takes from a level inwards, with a smaller last block.
  private func steps(_ axis: Int, _ extent: Int, level: Int, _ firstPerUnit: Int) -> Int {
    if level >= levels.count { return 1 }
    // The first unit has the most work.
    let extent = level == firstPerUnit ? min(extent, tiles[level][axis]) : extent
    let next = inner[level][axis]
    if extent <= next { return steps(axis, extent, level: level + 1, firstPerUnit) }
    let (whole, rest) = extent.quotientAndRemainder(dividingBy: next)
    var steps = whole * self.steps(axis, next, level: level + 1, firstPerUnit)
    if rest > 0 { steps += self.steps(axis, rest, level: level + 1, firstPerUnit) }
    return steps
  }
}

extension PlanLayout {
  /// How often an operand passes that nothing keeps.
  func allReloads(_ operand: Operand) -> Double { outside[levels.count].stays[operand.index] }

  /// The changes of the stationary operand of the array.
  func passes(_ space: SpaceShape) -> Double {
    let around = outside[space.firstPerUnit]
    let operand = space.stationary.index
    return around.reloads[operand] * (around.steps / around.stays[operand])
  }

  /// The axis of the innermost loop over inputs, and the extent that it slides over; nil for one that
  /// leads to other inputs altogether.
  func sliding(before end: Int) -> (axis: LoopAxis, around: Int)? {
    for index in (0..<end).reversed() {
      let level = levels[index]
      guard level.changes.contains(.inputs) else { continue }
      for operand in [level.order.stays, level.order.next, level.order.last]
      where operand != .inputs && level.stays[operand.index] > 1 {
        let axes: (outer: LoopAxis, inner: LoopAxis) =
          operand == .weights
          ? (.outputRows, .outputColumns) : (.kernelRows, .kernelColumns)
        let (trips, tile) = (trips[index], tiles[index])
        if trips[axes.inner] > 1 { return (axes.inner, tile[axes.inner]) }
        if trips[axes.outer] > 1 { return (axes.outer, tile[axes.outer]) }
        return nil
      }
      return nil
    }
    return nil
  }

  /// Whether the outputs return to a shared level before they are finished; `end` is the level that
  /// holds them next.
  func returnsPartialSums(before end: Int) -> Bool {
    guard outside[end].hasReduction else { return false }
    for index in 0..<end {
      let level = levels[index]
      guard level.stays[2] > 1 else { continue }
      // The loops inside the first one over products.
      if level.order.stays != .outputs {
        if level.stays[level.order.stays.index] > 1 { return true }
        if level.order.next != .outputs, level.stays[level.order.next.index] > 1 { return true }
      }
      for inner in index + 1..<max(end, index + 1) where levels[inner].changes.contains(.outputs) {
        return true
      }
      return false
    }
    return false
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
