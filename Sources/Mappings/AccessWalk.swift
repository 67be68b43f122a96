import Devices

/// The reference for `LegalMapping.accesses`: walks the nest step by step and moves sets of elements.
///
/// It is slow and says plainly what the closed form means: every tile that an instance of a level holds is
/// a set of elements, every partial sum is known to be present or absent, and every product is counted
/// towards its output. Only for small layers.
public struct AccessWalk: Sendable {
  /// One multiplier, or a block of them while the loops in space lie further inside.
  private struct Unit {
    /// Its place: the index of each loop in space outside, with the position of the loop.
    var place: [(position: Int, index: Int)]
    /// The iterations of each axis that it works on.
    var ranges: [Range<Int>]
  }

  /// What an instance of a level holds, and the place of the parent that feeds it.
  private struct Holding {
    var parent: [Int]
    var elements: Set<Int>
  }

  /// One link and the tiles that the instances of its child hold at the moment.
  private struct State {
    var link: OperandLink
    var depth: Int
    var isKept: Bool
    var keepsHalo: Bool
    /// The indices that tell the present tiles from others; nil before the first.
    var identity: [Int]?
    /// The indices of loops over batch, groups and channels among them.
    var images: [Int] = []
    /// By place of the instance.
    var held: [[Int]: Holding] = [:]
  }

  private let nest: LoopNest
  private var states: [State] = []
  private var counts = AccessCounts(links: [], steps: 0, passes: 0)
  /// The outputs that the instances of each level have a sum for, by place.
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
            isKept: child != nil || nest.latched.contains(operand),
            keepsHalo: operand == .inputs && child.map { nest.levels[$0].keepsHalo } ?? false))
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
        unit.ranges[axis].blocks(of: loop.tile).enumerated().map { index, block in
          var part = unit
          part.place.append((depth, index))
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

  /// The indices of the loops over batch, groups and channels.
  private func images(_ indices: [Int]) -> [Int] {
    let axes: Set<LoopAxis> = [.batch, .groups, .inputChannels]
    return zip(nest.loops, indices).filter { axes.contains($0.0.axis) }.map(\.1)
  }

  /// The place of the instance of a level that serves a unit; each multiplier is one of its own.
  private func place(_ unit: Unit, _ level: Int?, _ operand: Operand) -> [Int] {
    unit.place.filter { step in
      level.map { nest.separates($0, operand, step.position) } ?? true
    }.map(\.index)
  }

  private mutating func visit(_ index: Int, _ units: [Unit], _ indices: [Int]) {
    let operand = states[index].link.operand
    let child = states[index].link.child
    let identity = identity(operand, indices)
    if states[index].isKept, states[index].identity == identity {
      for unit in units {
        let held = states[index].held[place(unit, child, operand)]?.elements ?? []
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
    var tiles: [[Int]: Holding] = [:]
    for unit in units {
      let parent = place(unit, states[index].link.parent, operand)
      tiles[place(unit, child, operand), default: Holding(parent: parent, elements: [])]
        .elements.formUnion(elements(operand, unit))
    }
    // Tiles of other images have nothing in common with the last ones.
    let images = images(indices)
    if !states[index].keepsHalo || images != states[index].images { states[index].held = [:] }
    states[index].images = images
    states[index].link.transfers += 1
    states[index].identity = identity
    if operand == .outputs { bringSums(index, tiles) } else { load(index, tiles) }
    states[index].held.merge(tiles) { _, new in new }
  }

  /// Loads new tiles; what an instance holds already does not move.
  private mutating func load(_ index: Int, _ tiles: [[Int]: Holding]) {
    let link = states[index].link
    let copies = link.operand == .inputs ? nest.work.inputCount : 1
    var read: [[Int]: Set<Int>] = [:]
    for (place, tile) in tiles {
      let new = tile.elements.subtracting(states[index].held[place]?.elements ?? [])
      read[tile.parent, default: []].formUnion(new)
      if link.child != nil { states[index].link.childWrites += new.count * copies }
    }
    for elements in read.values { states[index].link.parentReads += elements.count * copies }
  }

  /// Brings the sums that a parent has to one of its children; the others start from nothing.
  private mutating func bringSums(_ index: Int, _ tiles: [[Int]: Holding]) {
    let link = states[index].link
    var read: [[Int]: Set<Int>] = [:]
    for (place, tile) in tiles {
      let known = tile.elements.intersection(sums[link.parent][tile.parent] ?? [])
      let new = known.subtracting(read[tile.parent] ?? [])
      read[tile.parent, default: []].formUnion(new)
      states[index].link.parentReads += new.count
      guard let child = link.child else { continue }
      states[index].link.childWrites += new.count
      sums[child][place] = new
    }
  }

  /// Writes the outputs that the children hold back to their parents, added up over the children of each.
  private mutating func depart(_ index: Int) {
    let link = states[index].link
    guard link.operand == .outputs else { return }
    let products = LoopAxis.allCases.filter(\.isReduction).reduce(1) { $0 * nest.work.bounds[$1] }
    func finished(_ elements: Set<Int>, at level: Int) -> Int {
      // Sums leave the array before they become outputs.
      nest.levels[level].isPerUnit ? 0 : elements.count { received[$0] == products }
    }
    var written: [[Int]: Set<Int>] = [:]
    for tile in states[index].held.values {
      written[tile.parent, default: []].formUnion(tile.elements)
      guard let child = link.child else { continue }
      states[index].link.childReads += tile.elements.count
      states[index].link.finishedChildReads += finished(tile.elements, at: child)
    }
    for (parent, elements) in written {
      states[index].link.parentWrites += elements.count
      states[index].link.finishedParentWrites += finished(elements, at: link.parent)
      sums[link.parent][parent, default: []].formUnion(elements)
    }
    states[index].held = [:]
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
    var elements = [0]
    for next in coordinates {
      elements = elements.flatMap { prefix in next.map { prefix * 4096 + $0 } }
    }
    return Set(elements)
  }
}
