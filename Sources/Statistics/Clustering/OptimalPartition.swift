/// The cheapest cut of a sorted list into runs, by dynamic programming.
///
/// `D[c][j] = min_i D[c-1][i] + spread(i, j)`. The best `i` does not fall as `j` grows, so the middle
/// `j` halves the search of both sides: O(k n log n) instead of O(k n²).
///
/// - Source: H. Wang and M. Song, Ckmeans.1d.dp, The R Journal 3/2, 2011; A. Grønlund et al., Fast exact
///   k-means, k-medians and Bregman divergence clustering in 1D, arXiv 1701.07204, section 2.
struct OptimalPartition {
  private let prefixes: MomentPrefixes
  private var previous: [Double]
  private var current: [Double]
  private var starts: [Int32]

  /// The first index of each of `count` runs.
  ///
  /// - Precondition: `1 <= count <= prefixes.count < 2^31`.
  static func runStarts(_ prefixes: MomentPrefixes, count: Int) -> [Int] {
    var partition = OptimalPartition(prefixes)
    let length = prefixes.count
    var cuts: [[Int32]] = []
    for run in 1..<max(count, 1) {
      partition.solve(low: run + 1, high: length, first: run, last: length - 1)
      cuts.append(partition.starts)
      swap(&partition.previous, &partition.current)
    }
    var result: [Int] = []
    var end = length
    for cut in cuts.reversed() {
      end = Int(cut[end])
      result.append(end)
    }
    return [0] + result.reversed()
  }

  private init(_ prefixes: MomentPrefixes) {
    self.prefixes = prefixes
    let length = prefixes.count
    previous = [0] + (0..<length).map { prefixes.spread(0, $0 + 1) }
    current = previous
    starts = [Int32](repeating: 0, count: length + 1)
  }

  /// Fills `current` from `low` to `high`, whose last runs start from `first` to `last`.
  private mutating func solve(low: Int, high: Int, first: Int, last: Int) {
    guard low <= high else { return }
    let end = (low + high) / 2
    var best = (cost: Double.infinity, start: first)
    for start in first...max(first, min(last, end - 1)) {
      let cost = previous[start] + prefixes.spread(start, end)
      if cost < best.cost { best = (cost, start) }
    }
    current[end] = best.cost
    starts[end] = Int32(best.start)
    solve(low: low, high: end - 1, first: first, last: best.start)
    solve(low: end + 1, high: high, first: best.start, last: last)
  }
}
