/// What calibration observes beside the range and the histogram of each value.
public struct CalibrationDetail: OptionSet, Hashable, Sendable {
  /// The bits of the set.
  public let rawValue: Int

  /// A set of bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The mean of each channel of each value: for bias correction and zero-centred weights.
  public static let channelMeans = CalibrationDetail(rawValue: 1)
  /// The inputs of some windows of each layer of products: for accumulator-aware rounding.
  public static let patches = CalibrationDetail(rawValue: 2)
}
