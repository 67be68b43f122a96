import Devices

extension MappingPlan {
  /// The plan with its longest unrolling halved until its tiles fit, at last with one unit.
  func shrunk() -> MappingPlan {
    var plan = self
    while !plan.fits {
      let most = (plan.rows + plan.columns).map(\.count).max() ?? 1
      guard most > 1 else { return smallest() }
      if let row = plan.rows.firstIndex(where: { $0.count == most }) {
        plan.rows[row].count = (most + 1) / 2
      } else if let column = plan.columns.firstIndex(where: { $0.count == most }) {
        plan.columns[column].count = (most + 1) / 2
      }
      for level in plan.tiles.indices where level > 0 && level < firstPerUnit {
        plan.tiles[level] = plan.arrayTile
      }
    }
    return plan
  }

  /// Further plans to start from, with units that hold as much work as they can.
  ///
  /// A search that begins with single iterations in the units chooses the tiles of the shared levels for
  /// them, and then the units cannot grow. Where the columns take several axes, one of the plans leaves
  /// half of them to the second.
  static func fullUnits(work: LayerWork, device: Device) -> [MappingPlan] {
    guard work.kind == .products else { return [] }
    let parts = device.compute.columnAxes.count > 1 ? [1, 2] : [1]
    return parts.compactMap { MappingPlan(work: work, device: device, parts: $0).withFullUnits }
  }

  /// The plan with the most products in the tile of a unit that fits it; nil where units hold none.
  private var withFullUnits: MappingPlan? {
    let unit = firstPerUnit
    guard unit > 0, unit < tiles.count else { return nil }
    var open = self
    for level in open.tiles.indices where level < unit { open.tiles[level] = tiles[0] }
    let fullest = open.largestTiles(at: unit)
      .map { (tile: $0, products: $0.reduce(1, *)) }
      .sorted { $0.products > $1.products }
    for candidate in fullest {
      var plan = tiled(candidate.tile, at: unit)
      for level in plan.tiles.indices where level > 0 && level < unit {
        plan.tiles[level] = plan.arrayTile
      }
      if plan.fits { return plan }
    }
    return nil
  }
}
