/// What calibration observes beside the range of each value.
public struct CalibrationDetail: OptionSet, Hashable, Sendable {
  /// The bits of the set.
  public let rawValue: Int

  /// A set of bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The mean of each channel of each value: for bias correction and zero-centred weights.
  public static let channelMeans = CalibrationDetail(rawValue: 1)
  /// The inputs of some windows of each layer of products: for accumulator-aware rounding.
  public static let patches = CalibrationDetail(rawValue: 2)
  /// The histogram of each value: for every calibrator but min-max, and for formats that share more than a range.
  public static let distributions = CalibrationDetail(rawValue: 4)
}
