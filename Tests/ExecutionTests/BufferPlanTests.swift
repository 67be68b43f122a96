import Execution
import TestRandomness
import Testing

@Suite struct BufferPlanTests {
  /// Sizes, births and deaths of the values of a random graph of layers.
  private static func graph(seed: UInt64) -> (sizes: [Int], births: [Int], deaths: [Int]) {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...60, using: &random)
    let reach = Int.random(in: 0...6, using: &random)
    let births = (0..<count).map { $0 - 1 }
    let deaths = births.map { birth in
      // Most values are read by the next layer, some much later, some never.
      let later = 1 + Int.random(in: 0...reach, using: &random)
      return birth + [0, 1, 1, 1, later, 30][Int.random(in: 0..<6, using: &random)]
    }
    let sizes = (0..<count).map { _ in Int.random(in: 0...5_000, using: &random) }
    return (sizes, births, deaths)
  }

  @Test("buffers that live at the same time never overlap", arguments: 0..<200 as Range<UInt64>)
  func overlaps(seed: UInt64) {
    let (sizes, births, deaths) = Self.graph(seed: seed)
    let plan = BufferPlan(sizes: sizes, births: births, deaths: deaths)
    for first in sizes.indices {
      #expect(plan.offsets[first] % 64 == 0)
      #expect(plan.offsets[first] + sizes[first] <= plan.peak)
      for second in sizes.indices.prefix(first)
      where births[second] <= deaths[first] && births[first] <= deaths[second] {
        #expect(
          plan.offsets[first] + sizes[first] <= plan.offsets[second]
            || plan.offsets[second] + sizes[second] <= plan.offsets[first])
      }
    }
  }

  @Test("the peak is near the largest live set")
  func peak() {
    var worst = 1.0
    for seed in 0..<200 as Range<UInt64> {
      let (sizes, births, deaths) = Self.graph(seed: seed)
      let plan = BufferPlan(sizes: sizes, births: births, deaths: deaths)
      let live = (births + deaths).map { step in
        sizes.indices.reduce(0) {
          births[$1] <= step && step <= deaths[$1] ? $0 + (sizes[$1] + 63) / 64 * 64 : $0
        }
      }.max()
      #expect(plan.largestLiveSet == live)
      #expect(plan.peak >= plan.largestLiveSet)
      if plan.largestLiveSet > 0 {
        worst = max(worst, Double(plan.peak) / Double(plan.largestLiveSet))
      }
    }
    #expect(worst < 1.4)
  }

  @Test("a chain takes no more than its largest neighbours", arguments: 0..<50 as Range<UInt64>)
  func chain(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let sizes = (0..<20).map { _ in 64 * Int.random(in: 1...100, using: &random) }
    let plan = BufferPlan(
      sizes: sizes, births: Array(-1..<19), deaths: Array(0..<20))
    #expect(plan.peak == zip(sizes, sizes.dropFirst()).map(+).max())
  }

  @Test("worked example: a residual block")
  func residual() {
    // Input, two layers, and their sum with the input, which lives on meanwhile.
    let plan = BufferPlan(
      sizes: [100, 200, 50, 50], births: [-1, 0, 1, 2], deaths: [2, 1, 2, 3], alignment: 1)
    #expect(plan.peak == 350)
    #expect(plan.largestLiveSet == 350)
  }

  @Test("no buffers take no memory")
  func empty() {
    #expect(BufferPlan(sizes: [], births: [], deaths: []).peak == 0)
  }
}
