/// Distinct numbers in rising order, each with its weight: how often it occurs, unless said otherwise.
public struct WeightedValues: Hashable, Sendable {
  /// The numbers, each once, rising.
  public let values: [Double]
  /// The weight of each number, above zero.
  public let weights: [Double]

  /// Counts numbers; equal ones are joined, those that are not finite passed over.
  ///
  /// - Complexity: O(n log n).
  public init(_ numbers: some Sequence<Float>) {
    let sorted = numbers.filter(\.isFinite).sorted()
    var values: [Double] = []
    var weights: [Double] = []
    for number in sorted {
      if let last = values.last, last == Double(number) {
        weights[weights.count - 1] += 1
      } else {
        values.append(Double(number))
        weights.append(1)
      }
    }
    self.values = values
    self.weights = weights
  }

  /// Joins numbers with weights; those that are not finite or weigh nothing are passed over.
  public init(_ pairs: [(value: Double, weight: Double)]) {
    let sorted = pairs.filter { $0.value.isFinite && $0.weight > 0 }.sorted { $0.value < $1.value }
    var values: [Double] = []
    var weights: [Double] = []
    for pair in sorted {
      if let last = values.last, last == pair.value {
        weights[weights.count - 1] += pair.weight
      } else {
        values.append(pair.value)
        weights.append(pair.weight)
      }
    }
    self.values = values
    self.weights = weights
  }

  /// The bins of a histogram that hold something, each at its middle.
  public init(_ histogram: Histogram) {
    let bins = histogram.counts.indices.filter { histogram.counts[$0] > 0 }
    values = bins.map(histogram.center)
    weights = bins.map { Double(histogram.counts[$0]) }
  }

  /// How many distinct numbers there are.
  public var count: Int { values.count }

  /// Whether there is none.
  public var isEmpty: Bool { values.isEmpty }

  /// The sum of the weights.
  public var total: Double { weights.reduce(0, +) }

  /// The weighted mean; 0 of no numbers.
  public var mean: Double {
    let total = total
    return total > 0 ? zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / total : 0
  }

  /// The weighted standard deviation of the population; 0 of no numbers.
  public var deviation: Double {
    let total = total
    guard total > 0 else { return 0 }
    let mean = mean
    let squares = zip(values, weights).reduce(0) { $0 + $1.1 * ($1.0 - mean) * ($1.0 - mean) }
    return (squares / total).squareRoot()
  }

  /// The smallest number that at least a share of the weight does not exceed; 0 of no numbers.
  public func quantile(_ share: Double) -> Double {
    let target = share * total
    var below = 0.0
    for (value, weight) in zip(values, weights) {
      below += weight
      if below >= target { return value }
    }
    return values.last ?? 0
  }

  /// At most `limit` numbers: equal bins over the range, each replaced by the mean of what it holds.
  ///
  /// - Exactness: the sum of the weights and the mean stay; the same value if it is few enough already.
  /// - Precondition: there is a bin.
  public func merged(to limit: Int) -> WeightedValues {
    precondition(limit > 0, "numbers are merged into at least one")
    guard count > limit, let low = values.first, let high = values.last else { return self }
    let scale = Double(limit) / (high - low)
    var sums = [(value: Double, weight: Double)](repeating: (0, 0), count: limit)
    for (value, weight) in zip(values, weights) {
      let bin = min(limit - 1, Int((value - low) * scale))
      sums[bin].value += (value - low) * weight
      sums[bin].weight += weight
    }
    return WeightedValues(
      sums.filter { $0.weight > 0 }.map { (low + $0.value / $0.weight, $0.weight) })
  }

  /// The index of the first number above a bound; `count` if none is.
  ///
  /// - Complexity: O(log n).
  public func firstIndex(above bound: Double) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if values[middle] > bound { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
