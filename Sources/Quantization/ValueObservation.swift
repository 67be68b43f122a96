public import Statistics

/// The smallest and largest number that each value of a network took over the calibration samples.
public struct ValueRange: Hashable, Sendable {
  /// The smallest number; infinity before any.
  public private(set) var low: Float = .infinity
  /// The largest number; minus infinity before any.
  public private(set) var high: Float = -.infinity

  /// Nothing seen yet.
  public init() {}

  /// Takes numbers in.
  public mutating func add(_ numbers: [Float]) {
    for number in numbers where number.isFinite {
      low = min(low, number)
      high = max(high, number)
    }
  }

  /// Takes in what another saw.
  public mutating func merge(_ other: ValueRange) {
    low = min(low, other.low)
    high = max(high, other.high)
  }

  /// The range with zero inside, as quantizers need it.
  public var withZero: ClosedRange<Double> {
    low > high ? 0...0 : min(0, Double(low))...max(0, Double(high))
  }

  /// An empty histogram over the range with zero inside.
  public func histogram(bins: Int) -> Histogram {
    let range = withZero
    let isEmpty = range.lowerBound == range.upperBound
    return Histogram(
      low: range.lowerBound, high: isEmpty ? range.lowerBound + 1 : range.upperBound, bins: bins)
  }
}
