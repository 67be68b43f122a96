import Devices
import Mappings

/// The loops in time of a mapping as transfers see them: how often tiles change, how long they serve.
///
/// - Model: ragged loops count as if every block were full.
struct LoopWalk {
  /// One loop: its axis and its iterations in time, 1 for a loop in space.
  private struct Loop {
    var axis: LoopAxis
    var trips: Int
  }

  private var loops: [Loop] = []

  init(_ mapping: LegalMapping) {
    let all = mapping.mapping.loops
    loops.reserveCapacity(all.count)
    for (position, loop) in all.enumerated() {
      var around = max(mapping.work.bounds[loop.axis], 1)
      for outer in all[..<position] where outer.axis == loop.axis { around = outer.tile }
      let trips = loop.place.isSpatial ? 1 : (around + loop.tile - 1) / loop.tile
      loops.append(Loop(axis: loop.axis, trips: trips))
    }
  }

  /// The tiles that a level gets of an operand, one after the other, and by how much each is reused there.
  ///
  /// `periods` are the changes of the indices that the operand depends on. `reuse` is the product of the
  /// loops around the elements of a tile that use all of them again before the next tile is needed.
  ///
  /// - Parameters:
  ///   - depth: The loops outside the tile.
  ///   - inner: The loops outside the tile of the next level inwards, nil for the multipliers.
  func tiles(of operand: Operand, depth: Int, inner: Int?) -> (periods: Int, reuse: Int) {
    var last = depth - 1
    while last >= 0, loops[last].trips == 1 || !operand.depends(on: loops[last].axis) { last -= 1 }
    var periods = 1
    if last >= 0 { for loop in loops[...last] { periods *= loop.trips } }
    var reuse = 1
    for position in (last + 1)..<max(inner ?? loops.count, last + 1) {
      if loops[position].trips == 1 { continue }
      if operand.depends(on: loops[position].axis) { return (periods, reuse) }
      reuse *= loops[position].trips
    }
    // Nothing but reuse down to the next level: it holds the same tile, and this one is free.
    return (periods, inner == nil ? reuse : 1)
  }

  /// Whether a tile of outputs is started rather than continued: no loop over products has turned yet.
  ///
  /// - Parameters:
  ///   - tile: The index among the periods of the tile.
  ///   - depth: The loops outside the tile.
  func startsSums(tile: Int, depth: Int) -> Bool {
    var last = depth - 1
    while last >= 0, loops[last].trips == 1 || loops[last].axis.isReduction { last -= 1 }
    var rest = tile
    while last >= 0 {
      let index = rest % loops[last].trips
      if loops[last].axis.isReduction, index > 0 { return false }
      rest /= loops[last].trips
      last -= 1
    }
    return true
  }
}
