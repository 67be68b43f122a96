/// One loop of an axis, as the profile of that axis sees it.
struct ChainLoop: Hashable, Sendable {
  var tile: Int
  var isSpatial: Bool
}

/// What the loops of one axis add up to, by how deep the last loop that matters lies.
///
/// All entries are running sums over labels 0...chain.count: label 0 stands for no loop, label i + 1
/// for loop i of the chain. The axis advances in lock step on all units: a step is a choice of indices
/// of the loops in time, and it exists when the fullest unit has work.
struct AxisProfile: Sendable {
  /// The iterations in the tiles of all steps and units, by the innermost loop in time with several
  /// iterations.
  var extents: [Int]
  /// The steps, by the innermost loop in time with several iterations.
  var steps: [Int]
  /// The steps, by the innermost loop in time whose index is not zero.
  var stepsAtZero: [Int]
  /// The active units of all steps, by the innermost loop in time whose index is not zero.
  var unitsAtZero: [Int]

  private typealias UnitClass = (extent: Int, units: Int)

  /// The profile of an axis of `bound` iterations under these loops.
  init(bound: Int, chain: [ChainLoop]) {
    let zeros = [Int](repeating: 0, count: chain.count + 1)
    (extents, steps, stepsAtZero, unitsAtZero) = (zeros, zeros, zeros, zeros)
    guard bound > 0 else { return }
    visit([(bound, 1)], chain[...], label: 0, zero: 0, times: 1)
    for label in chain.indices {
      extents[label + 1] += extents[label]
      steps[label + 1] += steps[label]
      stepsAtZero[label + 1] += stepsAtZero[label]
      unitsAtZero[label + 1] += unitsAtZero[label]
    }
  }

  /// Adds `times` equal steps; the first class of units is the one with the largest extent.
  private mutating func visit(
    _ classes: [UnitClass], _ chain: ArraySlice<ChainLoop>, label: Int, zero: Int, times: Int
  ) {
    guard let loop = chain.first else {
      extents[label] += times * classes.reduce(0) { $0 + $1.extent * $1.units }
      steps[label] += times
      stepsAtZero[zero] += times
      unitsAtZero[zero] += times * classes.reduce(0) { $0 + $1.units }
      return
    }
    let tile = loop.tile
    let rest = chain.dropFirst()
    if loop.isSpatial {
      var parts: [UnitClass] = []
      for (extent, units) in classes {
        if extent >= tile { parts.append((tile, units * (extent / tile))) }
        if extent % tile > 0 { parts.append((extent % tile, units)) }
      }
      visit(parts, rest, label: label, zero: zero, times: times)
      return
    }
    let trips = (classes[0].extent + tile - 1) / tile
    if trips == 1 {
      visit(classes, rest, label: label, zero: zero, times: times)
      return
    }
    let here = chain.startIndex + 1
    // Between two of these indices every iteration looks the same.
    var edges = [0, 1, trips]
    for (extent, _) in classes { edges += [extent / tile, extent / tile + 1] }
    edges.sort()
    for (from, to) in zip(edges, edges.dropFirst()) where from < to && from < trips {
      var parts: [UnitClass] = []
      for (extent, units) in classes where extent > from * tile {
        parts.append((min(tile, extent - from * tile), units))
      }
      visit(parts, rest, label: here, zero: from > 0 ? here : zero, times: times * (to - from))
    }
  }
}
