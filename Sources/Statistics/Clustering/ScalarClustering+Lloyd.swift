extension ScalarClustering {
  /// Where Lloyd's iterations start.
  public enum Seeding: String, Hashable, Sendable, CaseIterable {
    /// Evenly over the range: the middles of equal cells (Deep Compression's best).
    case linear
    /// The quantiles `(i + 1/2) / k` of the numbers.
    case quantiles
    /// The equal-probability levels of a Gaussian with the mean and deviation of the numbers (QUENN's).
    case gaussian

    /// The centroids to start from, rising.
    ///
    /// - Source: S. Han et al., Deep Compression, ICLR 2016, section 3.2.
    public func centroids(for numbers: WeightedValues, count: Int) -> [Double] {
      precondition(count > 0, "numbers are gathered around at least one centroid")
      guard let low = numbers.values.first, let high = numbers.values.last else { return [] }
      let shares = (0..<count).map { (Double($0) + 0.5) / Double(count) }
      switch self {
      case .linear: return shares.map { low + $0 * (high - low) }
      case .quantiles: return shares.map(numbers.quantile)
      case .gaussian:
        return GaussianQuantizer.equalProbability(levels: count)
          .levels(mean: numbers.mean, deviation: numbers.deviation)
      }
    }
  }

  /// Lloyd's iterations: each number to its nearest centroid, each centroid to the mean of its numbers.
  ///
  /// The error never rises. A centroid without numbers stays where it is. The iterations end when no
  /// number changes its centroid.
  ///
  /// - Parameters:
  ///   - seeding: the first centroids, in any order; equal ones are joined.
  ///   - iterations: how many are made at most.
  /// - Returns: the clustering, and how many iterations were made.
  /// - Complexity: O(n) once and O(k log n) an iteration.
  /// - Source: S. P. Lloyd, Least squares quantization in PCM, IEEE Trans. Information Theory 28, 1982.
  public static func lloyd(
    of numbers: WeightedValues, seeding: [Double], iterations limit: Int = 1000
  ) -> (clustering: ScalarClustering, iterations: Int) {
    let prefixes = MomentPrefixes(numbers)
    var centroids = Array(Set(seeding)).sorted()
    var starts: [Int] = []
    var made = 0
    while made < limit {
      let next = runStarts(of: numbers, centroids: centroids)
      guard next != starts else { break }
      starts = next
      for index in centroids.indices where starts[index] < starts[index + 1] {
        centroids[index] = prefixes.mean(starts[index], starts[index + 1])
      }
      made += 1
    }
    return (ScalarClustering(centroids: centroids, numbers: numbers, isOptimal: false), made)
  }
}
