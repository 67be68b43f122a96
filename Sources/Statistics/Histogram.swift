/// Counts of numbers in bins of equal width over a fixed range.
public struct Histogram: Hashable, Sendable {
  /// The lower edge of the first bin.
  public let low: Double
  /// The upper edge of the last bin.
  public let high: Double
  /// The count of each bin.
  public private(set) var counts: [Int]

  /// An empty histogram.
  ///
  /// - Precondition: `low < high` and there is a bin.
  public init(low: Double, high: Double, bins: Int) {
    precondition(low < high && bins > 0, "a histogram has bins over a range")
    self.low = low
    self.high = high
    counts = [Int](repeating: 0, count: bins)
  }

  /// The width of a bin.
  public var width: Double { (high - low) / Double(counts.count) }

  /// The middle of a bin.
  public func center(_ bin: Int) -> Double { low + (Double(bin) + 0.5) * width }

  /// Counts numbers; those outside the range fall in the first or last bin.
  ///
  /// - Exactness: bins are found in single precision.
  public mutating func add(_ numbers: [Float]) {
    let scale = Float(Double(counts.count) / (high - low))
    let low = Float(low)
    let last = Float(counts.count - 1)
    counts.withUnsafeMutableBufferPointer { counts in
      for number in numbers {
        let bin = (number - low) * scale
        guard number.isFinite else { continue }
        counts[Int(bin <= 0 ? 0 : (bin >= last ? last : bin))] += 1
      }
    }
  }

  /// Adds the counts of a histogram of the same range.
  public mutating func merge(_ other: Histogram) {
    precondition(other.counts.count == counts.count, "histograms of the same bins are merged")
    for bin in counts.indices { counts[bin] += other.counts[bin] }
  }

  /// The numbers counted.
  public var total: Int { counts.reduce(0, +) }

  /// The edge below which a share of the numbers lies, linear inside a bin.
  public func quantile(_ share: Double) -> Double {
    let target = share * Double(total)
    var below = 0.0
    for (bin, count) in counts.enumerated() where count > 0 {
      if below + Double(count) >= target {
        return low + (Double(bin) + (target - below) / Double(count)) * width
      }
      below += Double(count)
    }
    return high
  }
}
