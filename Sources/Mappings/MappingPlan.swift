import Devices

/// A mapping in the making: a tile for each level, an order for the loops of each level, and how many
/// units each axis takes.
struct MappingPlan {
  /// The units that one axis takes along one dimension of the array.
  struct Unrolling {
    var axis: LoopAxis
    var count: Int
  }

  var work: LayerWork
  var device: Device
  /// The extents of the tile at each level, by axis.
  var tiles: [[Int]]
  /// The order of the loops at each level, outermost first.
  var orders: [[LoopAxis]]
  var rows: [Unrolling] = []
  var columns: [Unrolling] = []

  /// The plan with the smallest tiles that still fill the array.
  ///
  /// - Parameter parts: the share of the columns that their first axis takes is one over this.
  init(work: LayerWork, device: Device, parts: Int = 1) {
    self.work = work
    self.device = device
    let whole = LoopAxis.allCases.map { max(work.bounds[$0], 1) }
    let single = whole.map { _ in 1 }
    let compute = device.compute
    tiles = [[Int]](repeating: single, count: device.memories.count)
    orders = [[LoopAxis]](
      repeating: LoopOrder.orders(of: compute.dataflow.stationary)[0], count: tiles.count)
    if work.kind == .products {
      var left = whole
      rows = Self.unroll(compute.rowAxes, onto: compute.rows, parts: 1, &left)
      columns = Self.unroll(compute.columnAxes, onto: compute.columns, parts: parts, &left)
    }
    for level in tiles.indices where level < firstPerUnit {
      tiles[level] = level == 0 ? whole : arrayTile
    }
  }

  /// Fills one dimension of the array with axes in order of preference, in equal passes.
  private static func unroll(
    _ axes: [LoopAxis], onto units: Int, parts: Int, _ left: inout [Int]
  ) -> [Unrolling] {
    var free = units
    var unrollings: [Unrolling] = []
    for axis in axes {
      let extent = left[axis.index]
      let most = min(extent, unrollings.isEmpty ? free / parts : free)
      guard most > 1 else { continue }
      let passes = (extent + most - 1) / most
      let count = (extent + passes - 1) / passes
      unrollings.append(Unrolling(axis: axis, count: count))
      left[axis.index] = passes
      free /= count
    }
    return unrollings
  }

  /// The first level that each unit has for itself; the number of levels without one.
  var firstPerUnit: Int { device.memories.firstIndex(where: \.isPerUnit) ?? device.memories.count }

  /// The levels whose tiles are searched.
  var searchedLevels: Range<Int> {
    let last = work.kind == .products ? device.memories.count : firstPerUnit
    return 1..<max(last, 1)
  }

  /// The tile of one unit.
  private var unitTile: [Int] {
    firstPerUnit < tiles.count ? tiles[firstPerUnit] : LoopAxis.allCases.map { _ in 1 }
  }

  /// The tile that the array works on at a time.
  var arrayTile: [Int] {
    var tile = unitTile
    for unrolling in rows + columns { tile[unrolling.axis.index] *= unrolling.count }
    return zip(tile, LoopAxis.allCases).map { min($0, max(work.bounds[$1], 1)) }
  }

  /// Whether a level hands its tiles to the units.
  func isFeeding(_ level: Int) -> Bool { level >= firstPerUnit - 1 }

  /// The orders to try at a level.
  func orders(at level: Int) -> [[LoopAxis]] {
    isFeeding(level) && work.kind == .products
      ? LoopOrder.orders(of: device.compute.dataflow.stationary)
      : Operand.allCases.flatMap(LoopOrder.orders)
  }

  /// The plan with another order at a level.
  func ordered(_ order: [LoopAxis], at level: Int) -> MappingPlan {
    var plan = self
    plan.orders[level] = order
    return plan
  }

  /// The plan with another tile at a level.
  func tiled(_ tile: [Int], at level: Int) -> MappingPlan {
    var plan = self
    plan.tiles[level] = tile
    return plan
  }

  /// The plan with single iterations in all tiles but the outermost.
  func smallest() -> MappingPlan {
    var plan = self
    let single = LoopAxis.allCases.map { _ in 1 }
    for level in plan.tiles.indices.dropFirst() { plan.tiles[level] = single }
    plan.rows = []
    plan.columns = []
    return plan
  }

  /// Whether its tiles fit the device.
  var fits: Bool { LoopNest(mapping, work: work, device: device).overflow(of: device) == nil }

  /// The mapping of the plan; tiles that would grow inwards are cut to the tile around them.
  var mapping: Mapping {
    var temporal = [[MappingLoop]](repeating: [], count: tiles.count)
    var around = LoopAxis.allCases.map { max(work.bounds[$0], 1) }
    var rowLoops: [MappingLoop] = []
    var columnLoops: [MappingLoop] = []
    let unit = firstPerUnit
    func walk(_ level: Int, to next: [Int]) {
      for axis in orders[level] {
        let tile = min(next[axis.index], around[axis.index])
        guard tile < around[axis.index] else { continue }
        temporal[level].append(MappingLoop(axis, tile: tile))
        around[axis.index] = tile
      }
    }
    func unroll(_ unrollings: [Unrolling], inner: [Unrolling]) -> [MappingLoop] {
      unrollings.compactMap { unrolling in
        let axis = unrolling.axis.index
        let others = inner.filter { $0.axis == unrolling.axis }.reduce(1) { $0 * $1.count }
        let tile = min(unitTile[axis] * others, around[axis])
        guard tile < around[axis] else { return nil }
        around[axis] = tile
        return MappingLoop(unrolling.axis, tile: tile)
      }
    }
    for level in 0..<unit {
      walk(level, to: level + 1 < unit ? tiles[level + 1] : arrayTile)
    }
    rowLoops = unroll(rows, inner: columns)
    columnLoops = unroll(columns, inner: [])
    for level in unit..<max(tiles.count, unit) {
      let single = LoopAxis.allCases.map { _ in 1 }
      walk(level, to: level + 1 < tiles.count ? tiles[level + 1] : single)
    }
    return Mapping(temporal: temporal, rows: rowLoops, columns: columnLoops, on: device)
  }
}

/// The loop orders that the mapper tries: which operand's loops lie outside.
enum LoopOrder {
  /// The orders in which an operand stays longest, outermost loop first.
  static func orders(of stationary: Operand) -> [[LoopAxis]] {
    let (n, g) = (LoopAxis.batch, LoopAxis.groups)
    let (k, c) = (LoopAxis.outputChannels, LoopAxis.inputChannels)
    let (p, q) = (LoopAxis.outputRows, LoopAxis.outputColumns)
    let (r, s) = (LoopAxis.kernelRows, LoopAxis.kernelColumns)
    return switch stationary {
    case .weights: [[g, k, c, r, s, n, p, q], [g, c, r, s, k, n, p, q]]
    case .inputs: [[n, g, p, q, c, r, s, k], [n, g, c, p, q, r, s, k]]
    case .outputs: [[n, g, k, p, q, c, r, s], [n, g, p, q, k, c, r, s]]
    }
  }
}
