public import Arithmetic
public import Devices

extension LegalMapping {
  /// The order in which the device adds the products of one output under this mapping; nil for layers
  /// without products.
  ///
  /// Loops over c, r and s in time follow each other from the outside inwards; those on the lanes of a
  /// unit are an adder tree. Loops along rows and columns are a tree or a chain (`Device.reduction`).
  /// A unit that keeps outputs adds the products of its own loops first, in a register that starts from
  /// zero; what units hold then meets across the array. A chain that starts from zero is a
  /// register, too. Between two visits of a tile of outputs to the array its partial sums lie in the level
  /// around, in that level's `partialSums` form.
  ///
  /// - Model: a loop counts with the steps of its full tile; in ragged tiles of outputs, too, partial
  ///   sums leave as often as in full ones. Levels of units hold sums as wide as the accumulator.
  public func reductionOrder(on device: Device) -> ReductionOrder? {
    guard work.kind == .products, work.bounds.iterations > 0 else { return nil }
    let nest = nest
    let unitDepth = unitDepth
    var parts = LoopParts()
    for (position, loop) in mapping.loops.enumerated() where isRepeated(position) {
      guard let axis = loop.axis.reduction else { continue }
      let reduced = ReductionOrder.Loop(axis, tile: loop.tile)
      switch loop.place {
      case .time where position < unitDepth: parts.outer.append(reduced)
      case .time: parts.local.append(reduced)
      case .rows, .columns: parts.across.append(reduced)
      case .lanes: parts.lanes.append(reduced)
      }
    }
    let isCarried = device.compute.dataflow == .rowStationary
    var order = ReductionOrder(
      inputChannels: work.bounds.inputChannels, kernelRows: work.bounds.kernelRows,
      kernelColumns: work.bounds.kernelColumns,
      registers: parts.registers(device.reduction, isCarried: isCarried))
    let timeDepth = parts.across.isEmpty ? parts.outer.count + parts.local.count : parts.outer.count
    for (level, memory) in device.memories.enumerated().reversed() {
      guard let storage = memory.partialSums, nest.levels[level].depths.outputs != nil else {
        continue
      }
      let end = departure(from: level)
      let loops = mapping.loops.indices.prefix(end).count { position in
        isRepeated(position) && mapping.loops[position].place == .time
          && mapping.loops[position].axis.isReduction
      }
      let depth = min(loops, timeDepth)
      if depth > 0 { order.spills.append(.init(depth: depth, storage: storage)) }
    }
    return order
  }

  /// The loops outside those that each unit sums by itself: in a level of its own that holds outputs, or
  /// in the register of a stationary output.
  private var unitDepth: Int {
    let last = mapping.loops.indices.last {
      (mapping.loops[$0].place == .rows || mapping.loops[$0].place == .columns)
        && mapping.loops[$0].axis.isReduction && isRepeated($0)
    }
    let behindUnits = last.map { $0 + 1 } ?? 0
    let own = nest.levels.filter(\.isPerUnit).compactMap(\.depths.outputs)
    if let depth = own.first(where: { $0 >= behindUnits }) { return depth }
    guard nest.latched.contains(.outputs) else { return nest.loops.count }
    return max(behindUnits, afterOutputs(nest.loops.count))
  }

  /// The loops such that each step of one over products among them sends the outputs of the level inside
  /// back to a level.
  private func departure(from level: Int) -> Int {
    let child = nest.holders(of: .outputs).first { $0 > level }
    if child == nil, !nest.latched.contains(.outputs) { return nest.loops.count }
    return max(0, afterOutputs(nest.depth(of: .outputs, at: child)) - 1)
  }

  /// The position behind the last loop in time over outputs among the outermost `depth`.
  private func afterOutputs(_ depth: Int) -> Int {
    let last = mapping.loops.indices.prefix(depth).last {
      mapping.loops[$0].place == .time && !mapping.loops[$0].axis.isReduction && isRepeated($0)
    }
    return last.map { $0 + 1 } ?? 0
  }

  /// Whether a loop has several steps in its full tile.
  private func isRepeated(_ position: Int) -> Bool {
    let loop = nest.loops[position]
    return nest.extent(loop.axis, depth: position) > loop.tile
  }
}

/// The loops over the products of one sum by where they run.
private struct LoopParts {
  /// In time, outside what a unit sums by itself.
  var outer: [ReductionOrder.Loop] = []
  /// Along the rows and columns.
  var across: [ReductionOrder.Loop] = []
  /// In time, in a unit that keeps its outputs.
  var local: [ReductionOrder.Loop] = []
  /// On the lanes of a unit.
  var lanes: [ReductionOrder.Loop] = []

  /// The registers that these loops need.
  func registers(
    _ reduction: SpatialReduction, isCarried: Bool
  ) -> [ReductionOrder.Register] {
    // Without loops across units, a unit goes on with the sum that it had.
    if across.isEmpty { return [.init(loops: outer + local, tree: lanes)] }
    let unit = ReductionOrder.Register(loops: local, tree: lanes)
    switch reduction {
    case .tree:
      return local.isEmpty
        ? [.init(loops: outer, tree: across + lanes)] : [.init(loops: outer, tree: across), unit]
    case .chain where isCarried:
      return local.isEmpty
        ? [.init(loops: outer + across, tree: lanes)] : [.init(loops: outer + across), unit]
    case .chain:
      return local.isEmpty
        ? [.init(loops: outer), .init(loops: across, tree: lanes)]
        : [.init(loops: outer), .init(loops: across), unit]
    }
  }
}

extension LoopAxis {
  /// The direction of products that the loop walks; nil for loops over outputs.
  fileprivate var reduction: ReductionAxis? {
    switch self {
    case .inputChannels: .inputChannels
    case .kernelRows: .kernelRows
    case .kernelColumns: .kernelColumns
    case .outputChannels, .groups, .outputRows, .outputColumns, .batch: nil
    }
  }
}
