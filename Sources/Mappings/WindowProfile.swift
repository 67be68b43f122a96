/// What an output axis and its kernel axis touch of the input together, by the innermost loops in time
/// with several iterations.
///
/// Both tables are running sums over all steps with labels at most i (outputs) and j (taps) of the
/// positions inside the image. Labels are those of `AxisProfile`.
///
/// - Complexity: outputs times taps.
struct WindowProfile: Sendable {
  private var unionSums: [Int]
  private var unitSums: [Int]
  /// The labels of the taps: the length of a row of the tables.
  private let width: Int

  /// Positions that some unit needs: what a multicast reads.
  func union(_ output: Int, _ tap: Int) -> Int { unionSums[output * width + tap] }

  /// Positions that each unit needs, added up: what the units receive.
  func units(_ output: Int, _ tap: Int) -> Int { unitSums[output * width + tap] }

  /// The indices that the units work on in one step of an axis.
  private struct Step {
    var label: Int
    var parts: [Range<Int>]
  }

  /// The profile of a pair of axes.
  init(
    outputs: Int, outputChain: [ChainLoop], taps: Int, tapChain: [ChainLoop], sliding: Sliding
  ) {
    width = tapChain.count + 1
    unionSums = [Int](repeating: 0, count: (outputChain.count + 1) * width)
    unitSums = unionSums
    var marks = [Int](repeating: 0, count: max(sliding.extent, 0))
    var mark = 0
    let tapSteps = Self.steps(taps, tapChain)
    for output in Self.steps(outputs, outputChain) {
      for tap in tapSteps {
        mark += 1
        let all = mark
        var shared = 0
        var own = 0
        for outputPart in output.parts {
          for tapPart in tap.parts {
            // A position seen by this pair of parts carries a mark above all earlier ones.
            mark += 1
            for p in outputPart {
              for r in tapPart {
                let position = p * sliding.stride + r * sliding.dilation - sliding.pad
                guard position >= 0, position < sliding.extent else { continue }
                if marks[position] < all { shared += 1 }
                if marks[position] < mark { own += 1 }
                marks[position] = mark
              }
            }
          }
        }
        unionSums[output.label * width + tap.label] += shared
        unitSums[output.label * width + tap.label] += own
      }
    }
    addUp(&unionSums)
    addUp(&unitSums)
  }

  private static func steps(_ bound: Int, _ chain: [ChainLoop]) -> [Step] {
    guard bound > 0 else { return [] }
    var steps = [Step(label: 0, parts: [0..<bound])]
    for (index, loop) in chain.enumerated() {
      steps = steps.flatMap { step in
        loop.isSpatial
          ? [Step(label: step.label, parts: step.parts.flatMap { $0.blocks(of: loop.tile) })]
          : inTime(step, tile: loop.tile, label: index + 1)
      }
    }
    return steps
  }

  private static func inTime(_ step: Step, tile: Int, label: Int) -> [Step] {
    let trips = ((step.parts.first?.count ?? 0) + tile - 1) / tile
    if trips == 1 { return [step] }
    return (0..<trips).map { trip in
      Step(label: label, parts: step.parts.compactMap { $0.block(trip, of: tile) })
    }
  }

  /// Turns entries into running sums along both directions.
  private func addUp(_ table: inout [Int]) {
    for index in table.indices where index % width > 0 { table[index] += table[index - 1] }
    for index in table.indices where index >= width { table[index] += table[index - width] }
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
