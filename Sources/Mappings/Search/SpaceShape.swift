import Devices

/// What estimating a plan needs of its layer and its device: few references, nothing worked out twice.
struct SpaceShape {
  /// The extents of the layer.
  let whole: Extents
  let wholeTile: TileExtents
  /// The number of memory levels.
  let levels: Int
  /// The first level that each unit has for itself; the number of levels without one.
  let firstPerUnit: Int
  /// What each level can hold, and what each operand can have of it.
  let capacities: [LevelCapacity]
  let shares: [LevelCapacity.Share]
  /// The levels with a limit.
  let limited: [Int]
  let rows: LargestWindow
  let columns: LargestWindow
  let widths: OperandWidths
  /// The bits of one position of all inputs.
  let inputBits: Int
  /// Whether the layer has products.
  let isProduct: Bool
  /// The operand that stays in the units.
  let stationary: Operand
  /// Whether a unit keeps its outputs while they do not change.
  let latchesOutputs: Bool

  init(work: LayerWork, device: Device) {
    whole = work.wholeExtents
    wholeTile = TileExtents(whole)
    levels = device.memories.count
    firstPerUnit = device.memories.firstIndex(where: \.isPerUnit) ?? device.memories.count
    let (capacities, shares) = LevelCapacity.levels(of: device, for: work)
    (self.capacities, self.shares) = (capacities, shares)
    limited = capacities.indices.filter { !capacities[$0].shares.isEmpty }
    widths = work.widths
    inputBits = work.inputCount * work.widths.inputs
    isProduct = work.kind == .products
    stationary = isProduct ? device.compute.dataflow.stationary : .outputs
    latchesOutputs = !isProduct || device.compute.dataflow.latched.contains(.outputs)
    rows = LargestWindow(work.bounds.rows)
    columns = LargestWindow(work.bounds.columns)
  }

  /// The tile of one unit.
  func unitTile(_ plan: MappingPlan) -> Extents {
    firstPerUnit < plan.tiles.count ? plan.tiles[firstPerUnit] : .single
  }

  /// The tile that the array works on at a time.
  func arrayTile(_ plan: MappingPlan) -> Extents {
    (unitTile(plan) &* plan.units).cut(to: whole)
  }
}
