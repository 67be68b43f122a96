/// What an output axis and its kernel axis touch of the input together, by the innermost loops in time
/// with several iterations.
///
/// Both tables are running sums over all steps with labels at most i (outputs) and j (taps) of the
/// positions inside the image. Labels are those of `AxisProfile`.
///
/// - Complexity: outputs times taps; independent of both where there is one tap and no padding.
struct WindowProfile: Sendable {
  private var unionSums: [Int]
  private var unitSums: [Int]
  private var savedUnionSums: [Int]
  private var savedUnitSums: [Int]
  /// The labels of the taps: the length of a row of the tables.
  private let width: Int

  /// Positions that some unit needs: what a multicast reads.
  func union(_ output: Int, _ tap: Int) -> Int { unionSums[output * width + tap] }

  /// Positions that each unit needs, added up: what the units receive.
  func units(_ output: Int, _ tap: Int) -> Int { unitSums[output * width + tap] }

  /// The indices that the units work on in one step of an axis.
  private struct Step {
    var label: Int
    /// Whether the loop of the label is at its first iteration.
    var isFirst: Bool
    var parts: [Part]
  }

  /// The indices of one unit.
  private struct Part {
    var place: Int
    var range: Range<Int>
  }

  /// Positions that the steps with exactly this label of the outputs share with the step before: what a
  /// sliding window does not load again; none where the loop of the label starts.
  func saved(_ output: Int, _ tap: Int) -> (union: Int, units: Int) {
    let index = output * width + tap
    return (savedUnionSums[index], savedUnitSums[index])
  }

  /// The profile of a pair of axes.
  init(
    outputs: Int, outputChain: [ChainLoop], taps: Int, tapChain: [ChainLoop], sliding: Sliding
  ) {
    width = tapChain.count + 1
    unionSums = [Int](repeating: 0, count: (outputChain.count + 1) * width)
    (unitSums, savedUnionSums, savedUnitSums) = (unionSums, unionSums, unionSums)
    if taps == 1, sliding.pad == 0, (outputs - 1) * sliding.stride < sliding.extent {
      // Every output has one position of its own.
      let profile = AxisProfile(bound: outputs, chain: outputChain)
      for index in unionSums.indices { unionSums[index] = profile.extents[index / width] }
      unitSums = unionSums
      return
    }
    var marks = Marks(extent: sliding.extent)
    let tapSteps = Self.steps(taps, tapChain)
    var before: Step?
    for output in Self.steps(outputs, outputChain) {
      for tap in tapSteps {
        let index = output.label * width + tap.label
        let all = marks.count(output.parts, tap.parts, sliding, without: [])
        unionSums[index] += all.union
        unitSums[index] += all.units
        let known = output.isFirst ? [] : before?.parts ?? []
        let new =
          known.isEmpty ? all : marks.count(output.parts, tap.parts, sliding, without: known)
        savedUnionSums[index] += all.union - new.union
        savedUnitSums[index] += all.units - new.units
      }
      before = output
    }
    addUp(&unionSums)
    addUp(&unitSums)
    addUpTaps(&savedUnionSums)
    addUpTaps(&savedUnitSums)
  }

  /// Marks on the positions of an image: a position seen by a unit carries a mark above earlier ones.
  private struct Marks {
    private var seen: [Int]
    private var known: [Int]
    private var mark = 0
    private var extent: Int

    init(extent: Int) {
      self.extent = extent
      seen = [Int](repeating: 0, count: max(extent, 0))
      known = seen
    }

    /// The positions that all units touch together, and each on its own, without those that the
    /// outputs of `earlier` touch in the same place.
    mutating func count(
      _ outputs: [Part], _ taps: [Part], _ sliding: Sliding, without earlier: [Part]
    ) -> (union: Int, units: Int) {
      mark += 1
      let start = mark
      var counts = (union: 0, units: 0)
      for output in outputs {
        let past = earlier.first { $0.place == output.place }
        for tap in taps {
          mark += 1
          for r in tap.range {
            let offset = r * sliding.dilation - sliding.pad
            for p in past?.range ?? 0..<0 {
              let position = p * sliding.stride + offset
              if position >= 0, position < extent { known[position] = mark }
            }
          }
          for r in tap.range {
            let offset = r * sliding.dilation - sliding.pad
            for p in output.range {
              let position = p * sliding.stride + offset
              guard position >= 0, position < extent, known[position] < mark else { continue }
              if seen[position] < start { counts.union += 1 }
              if seen[position] < mark { counts.units += 1 }
              seen[position] = mark
            }
          }
        }
      }
      return counts
    }
  }

  private static func steps(_ bound: Int, _ chain: [ChainLoop]) -> [Step] {
    guard bound > 0 else { return [] }
    var steps = [Step(label: 0, isFirst: true, parts: [Part(place: 0, range: 0..<bound)])]
    for (index, loop) in chain.enumerated() {
      steps = steps.flatMap { step in
        loop.isSpatial
          ? [inSpace(step, tile: loop.tile, bound)] : inTime(step, tile: loop.tile, index + 1)
      }
    }
    return steps
  }

  private static func inSpace(_ step: Step, tile: Int, _ bound: Int) -> Step {
    var parts: [Part] = []
    for part in step.parts {
      for (block, range) in part.range.blocks(of: tile).enumerated() {
        parts.append(Part(place: part.place * bound + block, range: range))
      }
    }
    return Step(label: step.label, isFirst: step.isFirst, parts: parts)
  }

  private static func inTime(_ step: Step, tile: Int, _ label: Int) -> [Step] {
    let trips = ((step.parts.first?.range.count ?? 0) + tile - 1) / tile
    if trips == 1 { return [step] }
    return (0..<trips).map { trip in
      let parts = step.parts.compactMap { part in
        part.range.block(trip, of: tile).map { Part(place: part.place, range: $0) }
      }
      return Step(label: label, isFirst: trip == 0, parts: parts)
    }
  }

  /// Turns entries into running sums along both directions.
  private func addUp(_ table: inout [Int]) {
    addUpTaps(&table)
    for index in table.indices where index >= width { table[index] += table[index - width] }
  }

  /// Turns entries into running sums along the taps.
  private func addUpTaps(_ table: inout [Int]) {
    for index in table.indices where index % width > 0 { table[index] += table[index - 1] }
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
