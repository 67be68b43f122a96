import Devices

/// What plans of one layer on one device have in common.
struct MappingSpace {
  let work: LayerWork
  let device: Device
  /// What the hot paths need of both.
  let shape: SpaceShape

  init(work: LayerWork, device: Device) {
    self.work = work
    self.device = device
    shape = SpaceShape(work: work, device: device)
  }

  /// The extents of the layer.
  var whole: Extents { shape.whole }

  /// The first level that each unit has for itself; the number of levels without one.
  var firstPerUnit: Int { shape.firstPerUnit }

  /// The number of memory levels.
  var levels: Int { shape.levels }

  /// The operand that stays in the units.
  var stationary: Operand { shape.stationary }

  /// The levels whose tiles are searched.
  var searchedLevels: Range<Int> {
    guard !work.operands.isEmpty else { return 0..<0 }
    return 1..<max(work.kind == .products ? levels : firstPerUnit, 1)
  }

  /// Whether a level hands its tiles to the units.
  func isFeeding(_ level: Int) -> Bool { level >= firstPerUnit - 1 && shape.isProduct }

  /// The orders to try at a level; a level that hands its tiles to the units keeps the stationary
  /// operand.
  func orders(at level: Int) -> [LoopOrder] {
    isFeeding(level) ? LoopOrder.orders(of: stationary) : LoopOrder.all
  }

  /// The plan with the smallest tiles that still fill the array.
  ///
  /// - Parameter parts: the share of the columns that their first axis takes is one over this.
  func start(parts: Int = 1) -> MappingPlan {
    let compute = device.compute
    var plan = MappingPlan(
      tiles: [Extents](repeating: .single, count: levels),
      orders: [LoopOrder](repeating: orders(at: levels).last ?? LoopOrder.all[0], count: levels))
    if work.kind == .products {
      var left = whole
      plan.rows = Self.unroll(compute.rowAxes, onto: compute.rows, parts: 1, &left)
      plan.columns = Self.unroll(compute.columnAxes, onto: compute.columns, parts: parts, &left)
    }
    let tile = shape.arrayTile(plan)
    for level in plan.tiles.indices where level < firstPerUnit {
      plan.tiles[level] = level == 0 ? whole : tile
    }
    return plan
  }

  /// Fills one dimension of the array with axes in order of preference, in equal passes.
  private static func unroll(
    _ axes: [LoopAxis], onto units: Int, parts: Int, _ left: inout Extents
  ) -> [MappingPlan.Unrolling] {
    var free = units
    var unrollings: [MappingPlan.Unrolling] = []
    for axis in axes {
      let extent = left[axis]
      let most = min(extent, unrollings.isEmpty ? free / parts : free)
      guard most > 1 else { continue }
      let passes = (extent + most - 1) / most
      let count = (extent + passes - 1) / passes
      unrollings.append(MappingPlan.Unrolling(axis: axis, count: count))
      left[axis] = passes
      free /= count
    }
    return unrollings
  }

  /// The mapping of a plan; tiles that would grow inwards are cut to the tile around them.
  func mapping(_ plan: MappingPlan) -> Mapping {
    var temporal = [[MappingLoop]](repeating: [], count: levels)
    var around = whole
    func walk(_ level: Int, to next: Extents) {
      for axis in plan.orders[level].axes {
        let tile = min(next[axis], around[axis])
        guard tile < around[axis] else { continue }
        temporal[level].append(MappingLoop(axis, tile: tile))
        around[axis] = tile
      }
    }
    let unitTile = shape.unitTile(plan)
    func unroll(
      _ unrollings: [MappingPlan.Unrolling], inner: [MappingPlan.Unrolling]
    ) -> [MappingLoop] {
      unrollings.compactMap { unrolling in
        let axis = unrolling.axis
        let others = inner.filter { $0.axis == axis }.reduce(1) { $0 * $1.count }
        let tile = min(unitTile[axis] * others, around[axis])
        guard tile < around[axis] else { return nil }
        around[axis] = tile
        return MappingLoop(axis, tile: tile)
      }
    }
    for level in 0..<firstPerUnit {
      walk(level, to: level + 1 < firstPerUnit ? plan.tiles[level + 1] : shape.arrayTile(plan))
    }
    let rows = unroll(plan.rows, inner: plan.columns)
    let columns = unroll(plan.columns, inner: [])
    for level in firstPerUnit..<max(levels, firstPerUnit) {
      walk(level, to: level + 1 < levels ? plan.tiles[level + 1] : .single)
    }
    return Mapping(temporal: temporal, rows: rows, columns: columns, on: device)
  }
}
