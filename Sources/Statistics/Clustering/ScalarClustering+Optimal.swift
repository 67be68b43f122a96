extension ScalarClustering {
  /// More distinct numbers than these are merged into bins before the search.
  public static let exactLimit = 4096

  /// The centroids of least squared error.
  ///
  /// Up to `exactLimit` distinct numbers the result is the global optimum. More are merged into as many
  /// equal bins over their range, each at the mean of what it holds; the optimum of the bins then seeds
  /// Lloyd's iterations over all numbers, which never raise the error. That is a local optimum, and
  /// `isOptimal` is false; `squaredError` counts all numbers in both cases.
  ///
  /// - Returns: fewer centroids than asked for if there are fewer distinct numbers.
  /// - Complexity: O(k n log n) with n at most `exactLimit`.
  /// - Precondition: at least one centroid is asked for.
  public static func optimal(
    of numbers: WeightedValues, count: Int, exactLimit: Int = exactLimit
  ) -> ScalarClustering {
    precondition(count > 0, "numbers are gathered around at least one centroid")
    guard numbers.count > count else {
      return ScalarClustering(centroids: numbers.values, numbers: numbers, isOptimal: true)
    }
    let isExact = numbers.count <= exactLimit
    let merged = isExact ? numbers : numbers.merged(to: max(exactLimit, count))
    let prefixes = MomentPrefixes(merged)
    let starts = OptimalPartition.runStarts(prefixes, count: min(count, merged.count))
    let ends = starts.dropFirst() + [merged.count]
    let centroids = zip(starts, ends).map { prefixes.mean($0, $1) }
    guard !isExact else {
      return ScalarClustering(centroids: centroids, numbers: numbers, isOptimal: true)
    }
    return lloyd(of: numbers, seeding: centroids).clustering
  }
}
