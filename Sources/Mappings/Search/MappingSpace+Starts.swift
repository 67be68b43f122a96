import Devices

extension MappingSpace {
  /// The plan with its longest unrolling halved until its tiles fit, at last with one unit.
  func shrunk(_ plan: MappingPlan, _ estimator: inout PlanEstimator) -> MappingPlan {
    var plan = plan
    while estimator.score(plan) == nil {
      let most = (plan.rows + plan.columns).map(\.count).max() ?? 1
      guard most > 1 else { return plan.smallest() }
      if let row = plan.rows.firstIndex(where: { $0.count == most }) {
        plan.rows[row].count = (most + 1) / 2
      } else if let column = plan.columns.firstIndex(where: { $0.count == most }) {
        plan.columns[column].count = (most + 1) / 2
      }
      let tile = shape.arrayTile(plan)
      for level in plan.tiles.indices where level > 0 && level < firstPerUnit {
        plan.tiles[level] = tile
      }
    }
    return plan
  }

  /// Further plans to start from, with units that hold as much work as they can.
  ///
  /// A search that begins with single iterations in the units chooses the tiles of the shared levels for
  /// them, and then the units cannot grow. Where the columns take several axes, one of the plans leaves
  /// half of them to the second.
  func fullUnits(_ estimator: inout PlanEstimator) -> [MappingPlan] {
    guard work.kind == .products else { return [] }
    let parts = device.compute.columnAxes.count > 1 ? [1, 2] : [1]
    var plans: [MappingPlan] = []
    for part in parts {
      if let plan = filled(start(parts: part), &estimator) { plans.append(plan) }
    }
    return plans
  }

  /// The plan with the most products in the tile of a unit that fits it; nil where units hold none.
  private func filled(_ start: MappingPlan, _ estimator: inout PlanEstimator) -> MappingPlan? {
    let unit = firstPerUnit
    guard unit > 0, unit < levels else { return nil }
    var open = start
    for level in open.tiles.indices where level < unit { open.tiles[level] = whole }
    let (around, inner) = neighbours(open, at: unit)
    let tiles = largestTiles(at: unit, around: around, inner: inner)
    let fullest = tiles.enumerated().sorted { left, right in
      let (a, b) = (left.element.wrappedProduct, right.element.wrappedProduct)
      return a == b ? left.offset < right.offset : a > b
    }
    for (_, tile) in fullest {
      var plan = start.tiled(tile, at: unit)
      let around = shape.arrayTile(plan)
      for level in plan.tiles.indices where level > 0 && level < unit {
        plan.tiles[level] = around
      }
      if estimator.score(plan) != nil { return plan }
    }
    return nil
  }
}
