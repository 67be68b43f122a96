import Devices

/// Counts accesses in closed form and remembers the profiles that mappings of a layer share.
///
/// A tile is loaded in step x iff every loop that its operand does not depend on, and that lies inside
/// m(x), has index 0, where m(x) is the innermost loop in time that the operand depends on and that has
/// several iterations. So the elements loaded are the sum over positions m of the elements in the tiles
/// whose innermost such loop is m, times the iterations of the other loops outside m; both
/// factors are products over axes.
struct AccessCounter: Sendable {
  private struct WindowKey: Hashable {
    var outputs: LoopAxis
    var outputChain: [ChainLoop]
    var tapChain: [ChainLoop]
  }

  private struct AxisKey: Hashable {
    var axis: LoopAxis
    var chain: [ChainLoop]
  }

  /// How often tiles of one operand are loaded, and how many elements they have.
  private struct Arrivals {
    var union = 0
    var units = 0
    var events = 0
  }

  private var bounds = LoopBounds()
  private var byDepth: [Int: [AxisProfile]] = [:]
  private var windows: [WindowKey: WindowProfile] = [:]
  private var axes: [AxisKey: AxisProfile] = [:]

  /// The accesses of a nest.
  mutating func counts(of nest: LoopNest) -> AccessCounts {
    if bounds != nest.work.bounds {
      bounds = nest.work.bounds
      windows.removeAll(keepingCapacity: true)
      axes.removeAll(keepingCapacity: true)
    }
    byDepth.removeAll(keepingCapacity: true)
    var links: [OperandLink] = []
    for operand in nest.work.operands {
      let holders = nest.holders(of: operand)
      var fresh = nest.work.elements(of: .outputs)
      for (index, parent) in holders.enumerated() {
        let child = index + 1 < holders.count ? holders[index + 1] : nil
        links.append(link(operand, nest, parent, child, fresh: &fresh))
      }
    }
    let steps = profiles(nest, depth: nest.loops.count).reduce(1) { $0 * ($1.steps.last ?? 0) }
    let passes = arrivals(nest.stationary, nest, depth: nest.arrayDepth, isKept: true).events
    return AccessCounts(links: links, steps: steps, passes: passes)
  }

  /// The traffic between two levels; `fresh` counts the outputs that start at the parent, then at the
  /// child, with nothing to read back.
  private mutating func link(
    _ operand: Operand, _ nest: LoopNest, _ parent: Int, _ child: Int?, fresh: inout Int
  ) -> OperandLink {
    let isKept = child != nil || nest.latched.contains(operand)
    let depth = nest.depth(of: operand, at: child)
    let slides =
      nest.slides && operand == .inputs && child.map { nest.levels[$0].isPerUnit } ?? false
    let arrivals = arrivals(operand, nest, depth: depth, isKept: isKept, slides: slides)
    let isShared = !nest.levels[parent].isPerUnit
    let moved = isShared ? arrivals.union : arrivals.units
    var link = OperandLink(operand: operand, parent: parent, child: child)
    if operand != .outputs {
      let copies = operand == .inputs ? nest.work.inputCount : 1
      link.parentReads = moved * copies
      link.childWrites = child == nil ? 0 : arrivals.units * copies
      return link
    }
    link.parentReads = moved - fresh
    link.parentWrites = moved
    let finished = nest.work.elements(of: .outputs)
    link.finishedParentWrites = isShared ? finished : 0
    if let child {
      link.childWrites = link.parentReads
      link.childReads = arrivals.units
      link.finishedChildReads = nest.levels[child].isPerUnit ? 0 : finished
      fresh = arrivals.units - link.parentReads
    }
    return link
  }

  private mutating func arrivals(
    _ operand: Operand, _ nest: LoopNest, depth: Int, isKept: Bool, slides: Bool = false
  ) -> Arrivals {
    let profiles = profiles(nest, depth: depth)
    let rows =
      operand == .inputs
      ? window(nest, .outputRows, .kernelRows, nest.work.bounds.rows, depth) : nil
    let columns =
      operand == .inputs
      ? window(nest, .outputColumns, .kernelColumns, nest.work.bounds.columns, depth) : nil
    let relevant = LoopAxis.allCases.map { operand.depends(on: $0) }
    var labels = [Int](repeating: 0, count: profiles.count)
    var arrivals = Arrivals()
    var before = Arrivals()
    for position in 0...depth {
      if position > 0 {
        let axis = nest.loops[position - 1].axis.index
        labels[axis] += 1
        // Only a loop that the operand depends on adds to the elements inside.
        if isKept && !relevant[axis] { continue }
      }
      if !isKept && position < depth { continue }
      var inside = Arrivals(union: 1, units: 1, events: 1)
      var otherSteps = 1
      var otherUnits = 1
      for axis in profiles.indices {
        let label = labels[axis]
        if !relevant[axis] {
          otherSteps *= profiles[axis].stepsAtZero[label]
          otherUnits *= profiles[axis].unitsAtZero[label]
        } else {
          inside.events *= profiles[axis].steps[label]
          if operand != .inputs || !LoopAxis.allCases[axis].isWindow {
            inside.union *= profiles[axis].extents[label]
          }
        }
      }
      inside.units = inside.union
      if let rows, let columns {
        let (p, r) = (labels[LoopAxis.outputRows.index], labels[LoopAxis.kernelRows.index])
        let (q, s) = (labels[LoopAxis.outputColumns.index], labels[LoopAxis.kernelColumns.index])
        if slides, position > 0, nest.loops[position - 1].axis == .outputColumns {
          // Here m(x) is a loop over columns: only what slides in is loaded.
          let saved = columns.saved(q, s)
          arrivals.union -= inside.union * rows.union(p, r) * saved.union * otherSteps
          arrivals.units -= inside.units * rows.units(p, r) * saved.units * otherUnits
        }
        inside.union *= rows.union(p, r) * columns.union(q, s)
        inside.units *= rows.units(p, r) * columns.units(q, s)
      }
      arrivals.union += (inside.union - before.union) * otherSteps
      arrivals.units += (inside.units - before.units) * otherUnits
      arrivals.events += (inside.events - before.events) * otherSteps
      before = inside
    }
    return arrivals
  }

  /// The profiles of all axes under the outermost `depth` loops of the nest being counted.
  private mutating func profiles(_ nest: LoopNest, depth: Int) -> [AxisProfile] {
    if let known = byDepth[depth] { return known }
    let profiles = LoopAxis.allCases.map { axis in
      let key = AxisKey(axis: axis, chain: nest.chain(axis, depth: depth))
      if let known = axes[key] { return known }
      let profile = AxisProfile(bound: bounds[axis], chain: key.chain)
      axes[key] = profile
      return profile
    }
    byDepth[depth] = profiles
    return profiles
  }

  private mutating func window(
    _ nest: LoopNest, _ outputs: LoopAxis, _ taps: LoopAxis, _ sliding: Sliding, _ depth: Int
  ) -> WindowProfile {
    let key = WindowKey(
      outputs: outputs, outputChain: nest.chain(outputs, depth: depth),
      tapChain: nest.chain(taps, depth: depth))
    if let known = windows[key] { return known }
    let profile = WindowProfile(
      outputs: bounds[outputs], outputChain: key.outputChain, taps: bounds[taps],
      tapChain: key.tapChain, sliding: sliding)
    windows[key] = profile
    return profile
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
