import Statistics
import Testing

@Suite struct ScalarClusteringTests {
  /// The least error of all cuts of sorted numbers into runs, by trying them all.
  static func bruteForce(_ numbers: WeightedValues, from start: Int = 0, runs: Int) -> Double {
    func spread(_ range: Range<Int>) -> Double {
      let weight = range.reduce(0) { $0 + numbers.weights[$1] }
      let mean = range.reduce(0) { $0 + numbers.weights[$1] * numbers.values[$1] } / weight
      return range.reduce(0) {
        $0 + numbers.weights[$1] * (numbers.values[$1] - mean) * (numbers.values[$1] - mean)
      }
    }
    if runs == 1 { return spread(start..<numbers.count) }
    return (start + 1...numbers.count - runs + 1).reduce(Double.infinity) {
      min($0, spread(start..<$1) + bruteForce(numbers, from: $1, runs: runs - 1))
    }
  }

  @Test("dynamic programming finds what trying every cut finds")
  func optimum() {
    var random = RandomSource(seed: 1)
    for trial in 0..<200 {
      let count = 2 + trial % 10
      let pairs = (0..<count).map { _ in
        (value: (random.uniform() - 0.3) * 8, weight: Double(1 + random.index(below: 4)))
      }
      let numbers = WeightedValues(pairs)
      for clusters in 1..<numbers.count {
        let found = ScalarClustering.optimal(of: numbers, count: clusters)
        let best = Self.bruteForce(numbers, runs: clusters)
        #expect(abs(found.squaredError - best) <= 1e-9 * (1 + best))
        #expect(found.isOptimal && found.centroids.count == clusters)
        #expect(found.centroids == found.centroids.sorted())
      }
    }
  }

  @Test("a worked example, and numbers far from zero")
  func example() {
    for offset in [0.0, 1e6] {
      let numbers = WeightedValues([1, 2, 2, 9, 10, 30].map { (offset + $0, 1) })
      let found = ScalarClustering.optimal(of: numbers, count: 3)
      #expect(
        found.centroids.map { $0 - offset }.elementsEqual([5.0 / 3, 9.5, 30]) {
          abs($0 - $1) < 1e-6
        })
      #expect(abs(found.squaredError - (2.0 / 3 + 0.5)) < 1e-6)
      #expect([0, 5, 6, 100].map { found.index(of: offset + $0) } == [0, 0, 1, 2])
    }
  }

  @Test("as many centroids as distinct numbers have no error; no numbers have no centroids")
  func few() {
    let numbers = WeightedValues([3, 1, 3, 2] as [Float])
    let found = ScalarClustering.optimal(of: numbers, count: 16)
    #expect(found.centroids == [1, 2, 3] && found.squaredError == 0)
    #expect(ScalarClustering.optimal(of: WeightedValues([] as [Float]), count: 4).centroids == [])
  }

  @Test("halfway belongs to the lower centroid, by index and by error alike")
  func ties() {
    #expect(ScalarClustering.index(of: 1, centroids: [0, 2, 4]) == 0)
    #expect(ScalarClustering.index(of: 3, centroids: [0, 2, 4]) == 1)
    #expect(ScalarClustering.index(of: -9, centroids: [0, 2, 4]) == 0)
    #expect(
      ScalarClustering.squaredError(
        of: WeightedValues([1, 3.5, 9] as [Float]), centroids: [0, 2, 4])
        == 1 + 0.25 + 25)
  }

  @Test("merged numbers come within a thousandth of the optimum, and say that they are merged")
  func merged() {
    let numbers = WeightedValues(GaussianSource.numbers(count: 3000, deviation: 1, seed: 2))
    for count in [4, 16] {
      let exact = ScalarClustering.optimal(of: numbers, count: count)
      let merged = ScalarClustering.optimal(of: numbers, count: count, exactLimit: 256)
      #expect(exact.isOptimal && !merged.isOptimal)
      #expect(merged.squaredError >= exact.squaredError * (1 - 1e-12))
      #expect(merged.squaredError <= exact.squaredError * 1.001)
    }
  }

  @Test("Lloyd's iterations never raise the error and end above the optimum")
  func lloyd() {
    let numbers = WeightedValues(GaussianSource.numbers(count: 2000, deviation: 1, seed: 3))
    let best = ScalarClustering.optimal(of: numbers, count: 8).squaredError
    for seeding in ScalarClustering.Seeding.allCases {
      let first = seeding.centroids(for: numbers, count: 8)
      #expect(first.count == 8)
      var previous = ScalarClustering.squaredError(of: numbers, centroids: first)
      for iterations in [1, 2, 4, 8, 1000] {
        let (clustering, made) = ScalarClustering.lloyd(
          of: numbers, seeding: first, iterations: iterations)
        #expect(made <= iterations)
        #expect(clustering.squaredError <= previous * (1 + 1e-12))
        previous = clustering.squaredError
      }
      #expect(previous >= best * (1 - 1e-12) && previous < best * 1.2)
    }
  }

  @Test("a centroid without numbers stays where it is")
  func emptyCluster() {
    let found = ScalarClustering.lloyd(
      of: WeightedValues([1, 2] as [Float]), seeding: [100, 0, 1.4]
    ).clustering
    #expect(found.centroids == [0, 1.5, 100])
  }
}
