/// The range that every prefix of a sum of products stays in, and the width that holds it.
///
/// - Source: `numerics.md` sections 3.1 and 3.2.
public struct AccumulatorBound: Hashable, Sendable {
  /// The smallest prefix possible.
  public let lowest: Int
  /// The largest prefix possible.
  public let highest: Int

  /// The bound of a range.
  public init(lowest: Int, highest: Int) {
    self.lowest = lowest
    self.highest = highest
  }

  /// The two's complement bits that hold the range: `1 + max(bitlen(max(h, 0)), bitlen(max(-l-1, 0)))`.
  @inlinable
  public var bits: Int { Self.bits(lowest, highest) }

  /// The two's complement bits that hold every value from `lowest` to `highest`.
  @inlinable
  public static func bits(_ lowest: Int, _ highest: Int) -> Int {
    let pattern = max(highest, 0) | ~min(lowest, -1)
    return 1 + (Int.bitWidth - pattern.leadingZeroBitCount)
  }

  /// The smallest range that contains both.
  public func union(_ other: AccumulatorBound) -> AccumulatorBound {
    AccumulatorBound(lowest: min(lowest, other.lowest), highest: max(highest, other.highest))
  }

  /// The exact bound of a channel whose weights are known, for every order of addition.
  ///
  /// `hi = x_hi S+ - x_lo S-`, `lo = x_lo S+ - x_hi S-` with `S+`, `S-` the sums of the positive and of
  /// the negated negative weights. Both ends are attained, so the width is necessary and sufficient.
  ///
  /// - Precondition: `inputs` contains 0 (padding and skipped taps contribute 0).
  public static func weightBound(
    positive: Int, negative: Int, inputs: ClosedRange<Int>, bias: Int, position: BiasPosition
  ) -> AccumulatorBound {
    precondition(inputs.contains(0), "the range of the inputs contains zero")
    let high = inputs.upperBound * positive - inputs.lowerBound * negative
    let low = inputs.lowerBound * positive - inputs.upperBound * negative
    switch position {
    case .first:
      return AccumulatorBound(lowest: min(bias, bias + low), highest: max(bias, bias + high))
    case .last:
      return AccumulatorBound(lowest: min(low, low + bias), highest: max(high, high + bias))
    }
  }

  /// The bound when only the formats are known: every product at its extreme.
  ///
  /// - Parameters:
  ///   - count: the number of products.
  ///   - weights: the range of the weights.
  ///   - inputs: the range of the inputs after subtracting the zero point.
  public static func dataTypeBound(
    count: Int, weights: ClosedRange<Int>, inputs: ClosedRange<Int>
  ) -> AccumulatorBound {
    let corners = [
      weights.lowerBound * inputs.lowerBound, weights.lowerBound * inputs.upperBound,
      weights.upperBound * inputs.lowerBound, weights.upperBound * inputs.upperBound,
    ]
    let low = corners.reduce(0, min)
    let high = corners.reduce(0, max)
    return AccumulatorBound(lowest: count * low, highest: count * high)
  }

  /// The bound with a bias of any of the given values added first or last.
  public func including(bias: [Int], position: BiasPosition) -> AccumulatorBound {
    let low = bias.min() ?? 0
    let high = bias.max() ?? 0
    switch position {
    case .first:
      return AccumulatorBound(lowest: min(low, low + lowest), highest: max(high, high + highest))
    case .last:
      return AccumulatorBound(
        lowest: min(lowest, lowest + low), highest: max(highest, highest + high))
    }
  }
}
