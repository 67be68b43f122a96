import Devices

/// Counts accesses in closed form and remembers the profiles that mappings of a layer share.
///
/// A tile is loaded in step x iff every loop that its operand does not depend on, and that lies inside
/// m(x), has index 0, where m(x) is the innermost loop in time that the operand depends on and that has
/// several iterations. So the elements loaded are the sum over positions m of the elements in the tiles
/// whose innermost such loop is m, times the iterations of the other loops outside m; both
/// factors are products over axes. What an instance holds already of its next tile of inputs is, where
/// loop m goes on and those inside it start again, a product over rows and columns too, and nothing where
/// a loop inside m changes the image or the channels.
struct AccessCounter: Sendable {
  private struct WindowKey: Hashable {
    var outputs: Int
    var taps: Int
    var sliding: Sliding
    var outputChain: [ChainLoop]
    var tapChain: [ChainLoop]
    var keepsHalo: Bool

    func hash(into hasher: inout Hasher) {
      hasher.combine(outputs)
      hasher.combine(ChainLoop.digest(outputChain, and: ChainLoop.digest(tapChain, and: taps)))
    }
  }

  private struct AxisKey: Hashable {
    var bound: Int
    var chain: [ChainLoop]

    func hash(into hasher: inout Hasher) { hasher.combine(ChainLoop.digest(chain, and: bound)) }
  }

  /// How often tiles of one operand are loaded, and how many elements they have.
  private struct Arrivals {
    var elements = LinkPair()
    var events = 0
  }

  /// The loops of each axis outside a position of the nest, and what they add up to.
  private struct Outside {
    var kinds: [ChainLoop.Kind]
    var chains: [[ChainLoop]]
    var profiles: [AxisProfile]
  }

  /// One operand between two levels, with the loops outside the tile of the child.
  private struct Link {
    var operand: Operand
    var isKept: Bool
    var keepsHalo: Bool
    var outside: Outside

    var depth: Int { outside.kinds.count }
  }

  private var bounds = LoopBounds()
  private var windows: [WindowKey: WindowProfile] = [:]
  private var profiles: [AxisKey: AxisProfile] = [:]
  /// Those of the nest being counted.
  private var known: [Outside] = []

  private static let axes = LoopAxis.allCases
  /// The most profiles of a kind that are remembered.
  private static let mostProfiles = 2000

  /// The accesses of a nest.
  mutating func counts(of nest: LoopNest) -> AccessCounts {
    bounds = nest.work.bounds
    // Layers of a network share the sizes of their images and kernels.
    if windows.count > Self.mostProfiles { windows = [:] }
    if profiles.count > Self.mostProfiles { profiles = [:] }
    known.removeAll(keepingCapacity: true)
    var links: [OperandLink] = []
    for operand in nest.work.operands {
      let holders = nest.holders(of: operand)
      var fresh = nest.work.elements(of: .outputs)
      for (index, parent) in holders.enumerated() {
        let child = index + 1 < holders.count ? holders[index + 1] : nil
        links.append(link(operand, nest, parent, child, fresh: &fresh))
      }
    }
    let steps = outside(nest, depth: nest.loops.count).profiles
      .reduce(1) { $0 * ($1.steps.last ?? 0) }
    let passes = arrivals(
      Link(
        operand: nest.stationary, isKept: true, keepsHalo: false,
        outside: outside(nest, depth: nest.arrayDepth)), nest)
    return AccessCounts(links: links, steps: steps, passes: passes.events)
  }

  /// The traffic between two levels; `fresh` counts the outputs that start at the parent, then at the
  /// child, with nothing to read back.
  private mutating func link(
    _ operand: Operand, _ nest: LoopNest, _ parent: Int, _ child: Int?, fresh: inout Int
  ) -> OperandLink {
    let arrivals = self.arrivals(
      Link(
        operand: operand, isKept: child != nil || nest.latched.contains(operand),
        keepsHalo: operand == .inputs && child.map { nest.levels[$0].keepsHalo } ?? false,
        outside: outside(nest, nest.kinds(of: operand, parent: parent, child: child))), nest)
    let moved = arrivals.elements
    var link = OperandLink(operand: operand, parent: parent, child: child)
    link.transfers = arrivals.events
    if operand != .outputs {
      let copies = operand == .inputs ? nest.work.inputCount : 1
      link.parentReads = moved.parents * copies
      link.childWrites = child == nil ? 0 : moved.children * copies
      return link
    }
    link.parentReads = moved.parents - fresh
    link.parentWrites = moved.parents
    let finished = nest.work.elements(of: .outputs)
    link.finishedParentWrites = nest.levels[parent].isPerUnit ? 0 : finished
    if let child {
      link.childWrites = link.parentReads
      link.childReads = moved.children
      link.finishedChildReads = nest.levels[child].isPerUnit ? 0 : finished
      fresh = moved.children - link.parentReads
    }
    return link
  }

  private mutating func arrivals(_ link: Link, _ nest: LoopNest) -> Arrivals {
    let operand = link.operand
    let profiles = link.outside.profiles
    let rows = window(link, .outputRows, .kernelRows, nest.work.bounds.rows)
    let columns = window(link, .outputColumns, .kernelColumns, nest.work.bounds.columns)
    let relevant = Self.axes.map { operand.depends(on: $0) }
    var labels = [Int](repeating: 0, count: profiles.count)
    var arrivals = Arrivals()
    var before = Arrivals()
    for position in 0...link.depth {
      let loop = position > 0 ? nest.loops[position - 1] : nil
      if let loop {
        labels[loop.axis.index] += 1
        // Only a loop that the operand depends on adds to the elements inside.
        if link.isKept && !relevant[loop.axis.index] && !link.keepsHalo { continue }
      }
      if !link.isKept && position < link.depth { continue }
      var inside = Arrivals(elements: LinkPair(parents: 1, children: 1), events: 1)
      var others = LinkPair(parents: 1, children: 1)
      var otherSteps = 1
      for axis in profiles.indices {
        let label = labels[axis]
        if !relevant[axis] {
          otherSteps *= profiles[axis].stepsAtZero[label]
          others = others * profiles[axis].instancesAtZero[label]
        } else {
          inside.events *= profiles[axis].steps[label]
          if rows == nil || !Self.axes[axis].isWindow {
            inside.elements = inside.elements * profiles[axis].extents[label]
          }
        }
      }
      if let rows, let columns {
        let place = WindowPlace(labels)
        if link.keepsHalo, let loop {
          var kept = inside.elements * place.kept(rows, columns, at: loop.axis)
          let label = labels[loop.axis.index]
          if !relevant[loop.axis.index] {
            let profile = profiles[loop.axis.index]
            kept = kept * (profile.instancesAtZero[label] - profile.instancesAtZero[label - 1])
          } else {
            kept = kept * others
          }
          arrivals.elements -= kept
        }
        inside.elements = inside.elements * place.touched(rows, columns)
      }
      if let loop, link.isKept, !relevant[loop.axis.index] { continue }
      arrivals.elements += (inside.elements - before.elements) * others
      arrivals.events += (inside.events - before.events) * otherSteps
      before = inside
    }
    return arrivals
  }

  /// The loops outside a position, as the first link there sees them: steps are the same for all.
  private mutating func outside(_ nest: LoopNest, depth: Int) -> Outside {
    known.first { $0.kinds.count == depth }
      ?? outside(nest, nest.loops[..<depth].map { $0.isSpatial ? .multicast : .time })
  }

  private mutating func outside(_ nest: LoopNest, _ kinds: [ChainLoop.Kind]) -> Outside {
    if let same = known.first(where: { $0.kinds == kinds }) { return same }
    var chains = [[ChainLoop]](repeating: [], count: Self.axes.count)
    for (loop, kind) in zip(nest.loops, kinds) {
      chains[loop.axis.index].append(ChainLoop(tile: loop.tile, kind: kind))
    }
    let profiles = chains.enumerated().map { profile($0, $1) }
    let outside = Outside(kinds: kinds, chains: chains, profiles: profiles)
    known.append(outside)
    return outside
  }

  private mutating func profile(_ axis: Int, _ chain: [ChainLoop]) -> AxisProfile {
    let key = AxisKey(bound: bounds[Self.axes[axis]], chain: chain)
    if let known = profiles[key] { return known }
    let profile = AxisProfile(bound: key.bound, chain: chain)
    profiles[key] = profile
    return profile
  }

  /// The profile of a pair of axes; nil for operands other than inputs.
  private mutating func window(
    _ link: Link, _ outputs: LoopAxis, _ taps: LoopAxis, _ sliding: Sliding
  ) -> WindowProfile? {
    guard link.operand == .inputs else { return nil }
    let key = WindowKey(
      outputs: bounds[outputs], taps: bounds[taps], sliding: sliding,
      outputChain: link.outside.chains[outputs.index],
      tapChain: link.outside.chains[taps.index], keepsHalo: link.keepsHalo)
    if let known = windows[key] { return known }
    let profile = WindowProfile(
      outputs: key.outputs, outputChain: key.outputChain, taps: key.taps,
      tapChain: key.tapChain, sliding: sliding, keepsHalo: link.keepsHalo)
    windows[key] = profile
    return profile
  }
}

/// How many loops of each of the four axes of a window lie outside a position of the nest.
private struct WindowPlace {
  private var p: Int
  private var q: Int
  private var r: Int
  private var s: Int

  init(_ labels: [Int]) {
    p = labels[LoopAxis.outputRows.index]
    q = labels[LoopAxis.outputColumns.index]
    r = labels[LoopAxis.kernelRows.index]
    s = labels[LoopAxis.kernelColumns.index]
  }

  /// The positions of all tiles without a loop in time further inside.
  func touched(_ rows: WindowProfile, _ columns: WindowProfile) -> LinkPair {
    rows.touched(p, r) * columns.touched(q, s)
  }

  /// The positions held already where the loop just outside goes on and those further inside start again.
  func kept(_ rows: WindowProfile, _ columns: WindowProfile, at axis: LoopAxis) -> LinkPair {
    switch axis {
    case .outputRows: rows.keptByOutput(p, r) * columns.kept(q, s)
    case .kernelRows: rows.keptByTap(p, r) * columns.kept(q, s)
    case .outputColumns: rows.kept(p, r) * columns.keptByOutput(q, s)
    case .kernelColumns: rows.kept(p, r) * columns.keptByTap(q, s)
    // A tile that has not changed was not loaded either.
    case .outputChannels: rows.kept(p, r) * columns.kept(q, s) - touched(rows, columns)
    // Other channels and other samples share no input.
    case .inputChannels, .groups, .batch: LinkPair()
    }
  }
}

extension LoopAxis {
  /// Whether the loop moves a window over the image: p, q, r and s.
  fileprivate var isWindow: Bool {
    switch self {
    case .outputRows, .outputColumns, .kernelRows, .kernelColumns: true
    case .outputChannels, .inputChannels, .groups, .batch: false
    }
  }
}
