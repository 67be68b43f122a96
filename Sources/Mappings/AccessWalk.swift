import Devices

/// The reference for `LegalMapping.accesses`: walks the nest step by step and moves sets of elements.
///
/// It is slow and says plainly what the closed form means: every tile that a level holds is a set of
/// elements with the indices that identify it, every partial sum is known to be present or absent, and
/// every product is counted towards its output. Only for small layers.
public struct AccessWalk: Sendable {
  /// One unit of the array, or the whole array while the loops in space lie further inside.
  private struct Unit {
    /// Its place: the indices of the loops in space.
    var place: [Int]
    /// The iterations of each axis that it works on.
    var ranges: [Range<Int>]
  }

  /// One link and the tile that its child holds at the moment.
  private struct State {
    var link: OperandLink
    var depth: Int
    var isKept: Bool
    var identity: [Int]?
    var held: [(place: [Int], elements: Set<Int>)] = []
  }

  private let nest: LoopNest
  private var states: [State] = []
  private var counts = AccessCounts(links: [], steps: 0, passes: 0)
  /// The outputs that each level has a sum for, by place.
  private var sums: [[[Int]: Set<Int>]]
  /// The products that each output has received.
  private var received: [Int: Int] = [:]
  private var passIdentity: [Int]?

  /// The accesses of a mapping, counted one by one.
  public static func counts(of mapping: LegalMapping) -> AccessCounts {
    var walk = AccessWalk(mapping.nest)
    let bounds = mapping.work.bounds
    let ranges = LoopAxis.allCases.map { 0..<bounds[$0] }
    if !ranges.contains(where: \.isEmpty) {
      walk.enter(0, [Unit(place: [], ranges: ranges)], indices: [])
      for index in walk.states.indices.reversed() { walk.depart(index) }
    }
    walk.counts.links = walk.states.map(\.link)
    return walk.counts
  }

  private init(_ nest: LoopNest) {
    self.nest = nest
    sums = [[[Int]: Set<Int>]](repeating: [:], count: nest.levels.count)
    for operand in nest.work.operands {
      let holders = nest.holders(of: operand)
      for (index, parent) in holders.enumerated() {
        let child = index + 1 < holders.count ? holders[index + 1] : nil
        states.append(
          State(
            link: OperandLink(operand: operand, parent: parent, child: child),
            depth: nest.depth(of: operand, at: child),
            isKept: child != nil || nest.latched.contains(operand)))
      }
    }
  }

  /// Walks the loops from `depth` inwards; `indices` are those of the loops outside.
  private mutating func enter(_ depth: Int, _ units: [Unit], indices: [Int]) {
    if depth == nest.arrayDepth {
      let identity = identity(nest.stationary, indices)
      if identity != passIdentity { counts.passes += 1 }
      passIdentity = identity
    }
    for index in states.indices where states[index].depth == depth {
      visit(index, units, indices)
    }
    guard depth < nest.loops.count else {
      multiply(units)
      return
    }
    let loop = nest.loops[depth]
    let axis = loop.axis.index
    if loop.isSpatial {
      let parts = units.flatMap { unit in
        unit.ranges[axis].blocks(of: loop.tile).enumerated().map { place, block in
          var part = unit
          part.place.append(place)
          part.ranges[axis] = block
          return part
        }
      }
      enter(depth + 1, parts, indices: indices + [0])
      return
    }
    let longest = units.map { $0.ranges[axis].count }.max() ?? 0
    for trip in 0..<(longest + loop.tile - 1) / loop.tile {
      let active = units.compactMap { unit -> Unit? in
        guard let block = unit.ranges[axis].block(trip, of: loop.tile) else { return nil }
        var part = unit
        part.ranges[axis] = block
        return part
      }
      enter(depth + 1, active, indices: indices + [trip])
    }
  }

  /// The indices that tell one tile of an operand from another.
  private func identity(_ operand: Operand, _ indices: [Int]) -> [Int] {
    zip(nest.loops, indices).filter { operand.depends(on: $0.0.axis) }.map(\.1)
  }

  private mutating func visit(_ index: Int, _ units: [Unit], _ indices: [Int]) {
    let operand = states[index].link.operand
    let identity = identity(operand, indices)
    if states[index].isKept, states[index].identity == identity {
      for unit in units {
        let held = states[index].held.first { $0.place == unit.place }?.elements ?? []
        precondition(
          elements(operand, unit).isSubset(of: held), "a unit uses only what it has loaded")
      }
      return
    }
    if operand == .outputs {
      // The sums of the levels inside leave first.
      for inner in states.indices.reversed() where inner >= index {
        if states[inner].link.operand == .outputs { depart(inner) }
      }
    }
    let known = slides(index, to: identity) ? states[index].held : []
    states[index].identity = identity
    states[index].held = units.map { ($0.place, elements(operand, $0)) }
    arrive(index, known: known)
  }

  /// Whether the next tile of inputs lies just to the right of the one that the units hold: its indices
  /// differ in one loop over output columns only, by one.
  private func slides(_ index: Int, to identity: [Int]) -> Bool {
    let state = states[index]
    guard nest.slides, state.link.operand == .inputs, let child = state.link.child,
      nest.levels[child].isPerUnit, let before = state.identity
    else { return false }
    let loops = nest.loops[..<state.depth].filter { Operand.inputs.depends(on: $0.axis) }
    let changed = identity.indices.filter { identity[$0] != before[$0] }
    return changed.count == 1
      && changed.allSatisfy {
        loops[$0].axis == .outputColumns && identity[$0] == before[$0] + 1
      }
  }

  /// Brings the new tile of a link in; what a unit knows already does not move.
  private mutating func arrive(_ index: Int, known: [(place: [Int], elements: Set<Int>)]) {
    let state = states[index]
    let isShared = !nest.levels[state.link.parent].isPerUnit
    var seen: Set<Int> = []
    for (place, elements) in state.held {
      let child = state.link.child
      if state.link.operand == .outputs {
        if let child { sums[child][place] = [] }
        let known = sums[state.link.parent][isShared ? [] : place] ?? []
        for element in elements where known.contains(element) {
          if isShared, !seen.insert(element).inserted { continue }
          states[index].link.parentReads += 1
          guard let child else { continue }
          states[index].link.childWrites += 1
          sums[child][place]?.insert(element)
        }
        continue
      }
      let copies = state.link.operand == .inputs ? nest.work.inputCount : 1
      let elements = elements.subtracting(known.first { $0.place == place }?.elements ?? [])
      let new = isShared ? elements.subtracting(seen) : elements
      seen.formUnion(elements)
      states[index].link.parentReads += new.count * copies
      if child != nil { states[index].link.childWrites += elements.count * copies }
    }
  }

  /// Writes the outputs that a child holds back to the parent.
  private mutating func depart(_ index: Int) {
    let state = states[index]
    guard state.link.operand == .outputs else { return }
    let products = LoopAxis.allCases.filter(\.isReduction).reduce(1) { $0 * nest.work.bounds[$1] }
    let isShared = !nest.levels[state.link.parent].isPerUnit
    let isChildShared = state.link.child.map { !nest.levels[$0].isPerUnit } ?? false
    var seen: Set<Int> = []
    for (place, elements) in state.held {
      for element in elements {
        let isFinished = received[element] == products
        if state.link.child != nil {
          states[index].link.childReads += 1
          if isChildShared, isFinished { states[index].link.finishedChildReads += 1 }
        }
        if isShared, !seen.insert(element).inserted { continue }
        states[index].link.parentWrites += 1
        if isShared, isFinished { states[index].link.finishedParentWrites += 1 }
        sums[state.link.parent][isShared ? [] : place, default: []].insert(element)
      }
    }
    states[index].held = []
    states[index].identity = nil
  }

  private mutating func multiply(_ units: [Unit]) {
    counts.steps += 1
    for unit in units {
      for element in elements(.outputs, unit) { received[element, default: 0] += 1 }
    }
  }

  /// The elements of an operand that the ranges of a unit need, each as one number.
  private func elements(_ operand: Operand, _ unit: Unit) -> Set<Int> {
    let bounds = nest.work.bounds
    func range(_ axis: LoopAxis) -> Range<Int> { unit.ranges[axis.index] }
    func positions(_ outputs: LoopAxis, _ taps: LoopAxis, _ sliding: Sliding) -> [Int] {
      range(outputs).flatMap { p in
        range(taps).map { p * sliding.stride + $0 * sliding.dilation - sliding.pad }
      }.filter { (0..<sliding.extent).contains($0) }
    }
    let coordinates: [[Int]] =
      switch operand {
      case .weights:
        [.groups, .outputChannels, .inputChannels, .kernelRows, .kernelColumns].map {
          Array(range($0))
        }
      case .inputs:
        [LoopAxis.batch, .groups, .inputChannels].map { Array(range($0)) } + [
          positions(.outputRows, .kernelRows, bounds.rows),
          positions(.outputColumns, .kernelColumns, bounds.columns),
        ]
      case .outputs:
        [.batch, .groups, .outputChannels, .outputRows, .outputColumns].map { Array(range($0)) }
      }
    return coordinates.reduce(Set([0])) { prefixes, next in
      Set(prefixes.flatMap { prefix in next.map { prefix * 4096 + $0 } })
    }
  }
}
