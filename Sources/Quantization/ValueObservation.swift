public import Statistics

/// The smallest and largest number that each value of a network took over the calibration samples.
public struct ValueRange: Hashable, Sendable {
  /// The smallest number; infinity before any.
  public private(set) var low: Float = .infinity
  /// The largest number; minus infinity before any.
  public private(set) var high: Float = -.infinity

  /// Nothing seen yet.
  public init() {}

  /// Takes numbers in; those that are not finite are passed over.
  public mutating func add(_ numbers: [Float]) {
    var lows = SIMD16<Float>(repeating: low)
    var highs = SIMD16<Float>(repeating: high)
    let infinity = SIMD16<Float>(repeating: .infinity)
    numbers.withUnsafeBufferPointer { numbers in
      let whole = numbers.count / 16 * 16
      for start in stride(from: 0, to: whole, by: 16) {
        var part = SIMD16<Float>()
        for lane in 0..<16 { part[lane] = numbers[start + lane] }
        lows.replace(with: part, where: (part .< lows) .& (part .> -infinity))
        highs.replace(with: part, where: (part .> highs) .& (part .< infinity))
      }
      for number in numbers[whole...] where number.isFinite {
        lows[0] = min(lows[0], number)
        highs[0] = max(highs[0], number)
      }
    }
    low = lows.min()
    high = highs.max()
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
