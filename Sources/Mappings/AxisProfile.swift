/// One loop of an axis, as the profile of that axis sees it.
struct ChainLoop: Hashable, Sendable {
  /// What the iterations of a loop have of their own, as one link between two levels sees it.
  enum Kind: UInt8, Hashable, Sendable {
    /// They run one after the other.
    case time
    /// Side by side in one instance of the child.
    case together
    /// Side by side in several instances of the child, which one instance of the parent feeds.
    case multicast
    /// Side by side in several instances of child and parent.
    case apart
  }

  var tile: Int
  var kind: Kind

  /// One number for a chain, to look it up by: cheaper than to hash every field.
  static func digest(_ chain: [ChainLoop], and seed: Int) -> Int {
    var digest = seed
    for loop in chain {
      digest = (digest &* 31 &+ loop.tile) &* 31 &+ Int(loop.kind.rawValue)
    }
    return digest
  }
}

/// A number for the parents and the children of a link.
struct LinkPair: Hashable, Sendable {
  /// In instances of the parent, where what several children need counts once.
  var parents = 0
  /// In instances of the child, each for itself.
  var children = 0

  static func += (left: inout LinkPair, right: LinkPair) {
    left.parents += right.parents
    left.children += right.children
  }

  static func -= (left: inout LinkPair, right: LinkPair) {
    left.parents -= right.parents
    left.children -= right.children
  }

  static func - (left: LinkPair, right: LinkPair) -> LinkPair {
    LinkPair(parents: left.parents - right.parents, children: left.children - right.children)
  }

  static func * (left: LinkPair, right: LinkPair) -> LinkPair {
    LinkPair(parents: left.parents * right.parents, children: left.children * right.children)
  }

  static func * (left: LinkPair, right: Int) -> LinkPair {
    LinkPair(parents: left.parents * right, children: left.children * right)
  }
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
  /// The active instances of all steps, by the innermost loop in time whose index is not zero.
  var instancesAtZero: [LinkPair]

  /// Units with the same work; of the units of one instance only the first, which has the most, stands
  /// for the instance.
  private struct UnitClass {
    var extent: Int
    var units: Int
    var instances: LinkPair
  }

  /// The profile of an axis of `bound` iterations under these loops.
  init(bound: Int, chain: [ChainLoop]) {
    let zeros = [Int](repeating: 0, count: chain.count + 1)
    (extents, steps, stepsAtZero) = (zeros, zeros, zeros)
    instancesAtZero = [LinkPair](repeating: LinkPair(), count: chain.count + 1)
    guard bound > 0 else { return }
    let whole = UnitClass(
      extent: bound, units: 1, instances: LinkPair(parents: 1, children: 1))
    visit([whole], chain[...], label: 0, zero: 0, times: 1)
    for label in chain.indices {
      extents[label + 1] += extents[label]
      steps[label + 1] += steps[label]
      stepsAtZero[label + 1] += stepsAtZero[label]
      instancesAtZero[label + 1] += instancesAtZero[label]
    }
  }

  /// Adds `times` equal steps; the first class of units is the one with the largest extent.
  private mutating func visit(
    _ classes: [UnitClass], _ chain: ArraySlice<ChainLoop>, label: Int, zero: Int, times: Int
  ) {
    guard let loop = chain.first else {
      steps[label] += times
      stepsAtZero[zero] += times
      for part in classes {
        extents[label] += times * part.extent * part.units
        instancesAtZero[zero] += part.instances * times
      }
      return
    }
    let rest = chain.dropFirst()
    if loop.kind != .time {
      visit(
        classes.flatMap { Self.parts(of: $0, loop) }, rest, label: label, zero: zero, times: times)
      return
    }
    let tile = loop.tile
    let trips = (classes[0].extent + tile - 1) / tile
    if trips == 1 {
      visit(classes, rest, label: label, zero: zero, times: times)
      return
    }
    let here = chain.startIndex + 1
    // Between two of these indices every iteration looks the same.
    var edges = [0, 1, trips]
    for part in classes { edges += [part.extent / tile, part.extent / tile + 1] }
    edges.sort()
    for (from, to) in zip(edges, edges.dropFirst()) where from < to && from < trips {
      var parts: [UnitClass] = []
      for var part in classes where part.extent > from * tile {
        part.extent = min(tile, part.extent - from * tile)
        parts.append(part)
      }
      visit(parts, rest, label: here, zero: from > 0 ? here : zero, times: times * (to - from))
    }
  }

  /// The units of a class shared out along a loop in space.
  private static func parts(of whole: UnitClass, _ loop: ChainLoop) -> [UnitClass] {
    let full = whole.extent / loop.tile
    let rest = whole.extent % loop.tile
    var parts: [UnitClass] = []
    for (extent, blocks, isFirst) in [(loop.tile, full, true), (rest, 1, full == 0)]
    where extent > 0 && blocks > 0 {
      var part = UnitClass(extent: extent, units: whole.units * blocks, instances: LinkPair())
      let first = isFirst ? 1 : 0
      switch loop.kind {
      case .time, .together: part.instances = whole.instances * first
      case .multicast:
        part.instances.parents = whole.instances.parents * first
        part.instances.children = whole.instances.children * blocks
      case .apart: part.instances = whole.instances * blocks
      }
      parts.append(part)
    }
    return parts
  }
}
