/// Numbers gathered around a few centroids: the codebook of k-means.
public struct ScalarClustering: Hashable, Sendable {
  /// The centroids, rising; a number belongs to the nearest, halfway to the lower.
  public let centroids: [Double]
  /// The squared distances of the numbers to their centroids, weighted and summed.
  public let squaredError: Double
  /// Whether no other centroids have a smaller error.
  public let isOptimal: Bool

  init(centroids: [Double], numbers: WeightedValues, isOptimal: Bool) {
    self.centroids = centroids
    self.isOptimal = isOptimal
    squaredError = Self.squaredError(of: numbers, centroids: centroids)
  }

  /// The index of the centroid nearest to a number; halfway to the lower.
  public func index(of number: Double) -> Int {
    Self.index(of: number, centroids: centroids)
  }

  /// The index of the centroid nearest to a number, of centroids that rise; halfway to the lower.
  ///
  /// - Precondition: there is a centroid.
  public static func index(of number: Double, centroids: [Double]) -> Int {
    var low = 0
    var high = centroids.count - 1
    while low < high {
      let middle = (low + high) / 2
      if number <= boundary(centroids, middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The error of any centroids that rise, for example after rounding them to fixed point.
  public static func squaredError(of numbers: WeightedValues, centroids: [Double]) -> Double {
    let starts = runStarts(of: numbers, centroids: centroids)
    var sum = 0.0
    for (index, centroid) in centroids.enumerated() {
      for place in starts[index]..<starts[index + 1] {
        let distance = numbers.values[place] - centroid
        sum += numbers.weights[place] * distance * distance
      }
    }
    return sum
  }

  /// Where the numbers of each centroid start, and the count of numbers at the end.
  static func runStarts(of numbers: WeightedValues, centroids: [Double]) -> [Int] {
    guard !centroids.isEmpty else { return [numbers.count] }
    return [0]
      + (0..<centroids.count - 1).map { numbers.firstIndex(above: boundary(centroids, $0)) }
      + [numbers.count]
  }

  private static func boundary(_ centroids: [Double], _ index: Int) -> Double {
    centroids[index] + (centroids[index + 1] - centroids[index]) / 2
  }
}
