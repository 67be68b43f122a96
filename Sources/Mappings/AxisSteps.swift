/// The steps of one axis of a window under its loops, one by one, with the iterations that each instance
/// works on.
struct AxisSteps {
  /// An instance of the child.
  struct Child {
    /// Its place among all children.
    var place: Int
    /// The iterations of its units.
    var now: [Range<Int>]
    /// The iterations of its units in the last step before in which it had work.
    var before: [Range<Int>] = []
  }

  /// The instances that have work, by instance of the parent.
  typealias Tile = [[Child]]

  /// One step.
  struct Step {
    /// The index of each loop of the chain, 0 for loops in space; empty where nobody asks.
    var indices: [Int]
    /// The innermost loop in time with several iterations, as a label.
    var label: Int
    var tile: Tile
  }

  /// The steps in order.
  var steps: [Step]
  /// The iterations of one unit on the way inwards.
  private struct Part {
    var parent: Int
    var child: Int
    var range: Range<Int>
  }

  /// The steps of an axis of `bound` iterations under these loops.
  init(bound: Int, chain: [ChainLoop], keepsIndices: Bool) {
    steps = []
    guard bound > 0 else { return }
    Self.visit(
      [Part(parent: 0, child: 0, range: 0..<bound)], chain[...], bound: bound, indices: [],
      label: 0,
      &steps)
  }

  private static func visit(
    _ parts: [Part], _ chain: ArraySlice<ChainLoop>, bound: Int, indices: [Int]?, label: Int,
    _ steps: inout [Step]
  ) {
    guard let loop = chain.first else {
      steps.append(Step(indices: indices ?? [], label: label, tile: tile(parts)))
      return
    }
    let rest = chain.dropFirst()
    if loop.kind != .time {
      let shared = parts.flatMap { part in
        part.range.blocks(of: loop.tile).enumerated().map { block, range in
          Part(
            parent: part.parent * (bound + 1) + (loop.kind == .apart ? block : 0),
            child: part.child * (bound + 1) + (loop.kind == .together ? 0 : block), range: range)
        }
      }
      visit(shared, rest, bound: bound, indices: indices.map { $0 + [0] }, label: label, &steps)
      return
    }
    let longest = parts.reduce(0) { max($0, $1.range.count) }
    let trips = (longest + loop.tile - 1) / loop.tile
    let here = trips > 1 ? chain.startIndex + 1 : label
    for trip in 0..<trips {
      let active = parts.compactMap { part in
        part.range.block(trip, of: loop.tile).map {
          Part(parent: part.parent, child: part.child, range: $0)
        }
      }
      visit(active, rest, bound: bound, indices: indices.map { $0 + [trip] }, label: here, &steps)
    }
  }

  /// Units by instance.
  private static func tile(_ parts: [Part]) -> Tile {
    guard parts.count > 1 else {
      return parts.map { [Child(place: $0.child, now: [$0.range])] }
    }
    let sorted = parts.sorted { ($0.parent, $0.child) < ($1.parent, $1.child) }
    var tile: Tile = []
    var last: Part?
    for part in sorted {
      if part.parent != last?.parent {
        tile.append([Child(place: part.child, now: [part.range])])
      } else if part.child != last?.child {
        tile[tile.count - 1].append(Child(place: part.child, now: [part.range]))
      } else {
        let inner = tile[tile.count - 1].count - 1
        tile[tile.count - 1][inner].now.append(part.range)
      }
      last = part
    }
    return tile
  }
}

extension AxisSteps {
  /// The last tile of each instance before the loops inside the outermost `depth` start again, and the
  /// first one after: one entry for each choice of the outer indices.
  func resets(inside depth: Int) -> [Tile] {
    runs(depth).map { Self.transition(to: steps[$0.lowerBound], from: steps[$0]) }
  }

  /// The tiles around each increment of loop `index` of the chain.
  func moves(of index: Int) -> [Tile] {
    let runs = runs(index + 1)
    return zip(runs, runs.dropFirst()).compactMap { before, after in
      let next = steps[after.lowerBound]
      guard steps[before.lowerBound].indices[..<index] == next.indices[..<index] else { return nil }
      return Self.transition(to: next, from: steps[before])
    }
  }

  /// The steps with the same indices of the outermost `depth` loops.
  private func runs(_ depth: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    var start = 0
    for index in steps.indices.dropFirst()
    where steps[index].indices[..<depth] != steps[start].indices[..<depth] {
      runs.append(start..<index)
      start = index
    }
    return steps.isEmpty ? [] : runs + [start..<steps.count]
  }

  /// A step with what each instance had in the last of earlier steps in which it had work.
  private static func transition(to next: Step, from steps: ArraySlice<Step>) -> Tile {
    next.tile.map { children in
      children.map { child in
        var child = child
        for step in steps.reversed() {
          let last = step.tile.lazy.joined().first { $0.place == child.place }
          if let last {
            child.before = last.now
            break
          }
        }
        return child
      }
    }
  }
}

extension Range<Int> {
  /// Block `index` of the range cut into blocks of `size`, or nil beyond its end.
  func block(_ index: Int, of size: Int) -> Range<Int>? {
    let start = lowerBound + index * size
    return start < upperBound ? start..<Swift.min(start + size, upperBound) : nil
  }

  /// The range cut into blocks of `size`, the last one perhaps smaller.
  func blocks(of size: Int) -> [Range<Int>] {
    (0..<(count + size - 1) / size).compactMap { block($0, of: size) }
  }
}
