public import Statistics

/// The smallest and largest number that each value of a network took over the calibration samples.
public struct ValueRange: Hashable, Sendable {
  /// The smallest number; infinity before any.
  public private(set) var low: Float = .infinity
  /// The largest number; minus infinity before any.
  public private(set) var high: Float = -.infinity

  /// Nothing seen yet.
  public init() {}

  /// Takes numbers in; those that are not numbers are passed over.
  public mutating func add(_ numbers: [Float]) {
    var lows = SIMD16<Float>(repeating: low)
    var highs = SIMD16<Float>(repeating: high)
    numbers.withUnsafeBufferPointer { numbers in
      let whole = numbers.count / 16 * 16
      for start in stride(from: 0, to: whole, by: 16) {
        let part = UnsafeRawPointer(numbers.baseAddress.unsafelyUnwrapped + start)
          .loadUnaligned(as: SIMD16<Float>.self)
        lows.replace(with: part, where: part .< lows)
        highs.replace(with: part, where: part .> highs)
      }
      for number in numbers[whole...] {
        if number < lows[0] { lows[0] = number }
        if number > highs[0] { highs[0] = number }
      }
    }
    let largest = Float.greatestFiniteMagnitude
    low = max(lows.min(), -largest)
    high = min(highs.max(), largest)
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
