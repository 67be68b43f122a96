import Devices

/// A mapping in the making: a tile for each level, an order for the loops of each level, and how many
/// units each axis takes.
struct MappingPlan: Hashable {
  /// The units that one axis takes along one dimension of the array.
  struct Unrolling: Hashable {
    var axis: LoopAxis
    var count: Int
  }

  /// The extents of the tile at each level.
  var tiles: [Extents]
  /// The order of the loops at each level.
  var orders: [LoopOrder]
  var rows: [Unrolling] = [] { didSet { countUnits() } }
  var columns: [Unrolling] = [] { didSet { countUnits() } }
  /// The units that each axis takes.
  private(set) var units = Extents.single

  init(tiles: [Extents], orders: [LoopOrder]) {
    self.tiles = tiles
    self.orders = orders
  }

  /// The plan with another order at a level.
  func ordered(_ order: LoopOrder, at level: Int) -> MappingPlan {
    var plan = self
    plan.orders[level] = order
    return plan
  }

  /// The plan with another tile at a level.
  func tiled(_ tile: Extents, at level: Int) -> MappingPlan {
    var plan = self
    plan.tiles[level] = tile
    return plan
  }

  /// The plan with single iterations in all tiles but the outermost.
  func smallest() -> MappingPlan {
    var plan = self
    for level in plan.tiles.indices.dropFirst() { plan.tiles[level] = .single }
    plan.rows = []
    plan.columns = []
    return plan
  }

  private mutating func countUnits() {
    units = .single
    for unrolling in rows { units[unrolling.axis] *= unrolling.count }
    for unrolling in columns { units[unrolling.axis] *= unrolling.count }
  }
}
