public import Networks

/// Samples that are read one at a time, so that large sets need little memory.
public struct SampleSet: Sendable {
  /// The number of samples.
  public let count: Int
  /// Where they come from, for messages: a file name.
  public let source: String
  /// The numbers of a sample in the network's axis order, preprocessed.
  public let values: @Sendable (Int) -> [Float]

  /// A set of samples.
  public init(count: Int, source: String, values: @escaping @Sendable (Int) -> [Float]) {
    self.count = count
    self.source = source
    self.values = values
  }

  /// The first samples of the set.
  public func prefix(_ limit: Int) -> SampleSet {
    SampleSet(count: min(limit, count), source: source, values: values)
  }
}

/// A network and the data that drives it.
public struct Workload: Sendable {
  /// The fused network.
  public var network: VerifiedNetwork
  /// The samples that are simulated; nil for a run that only counts costs.
  public var evaluation: SampleSet?
  /// The right class of each sample.
  public var labels: [Int]?
  /// The samples that choose the scales.
  public var calibration: SampleSet?

  /// A workload.
  public init(
    network: VerifiedNetwork, evaluation: SampleSet? = nil, labels: [Int]? = nil,
    calibration: SampleSet? = nil
  ) {
    self.network = network
    self.evaluation = evaluation
    self.labels = labels
    self.calibration = calibration
  }

  /// How many of the calibration samples are evaluated too.
  public var sharedSamples: Int {
    guard let evaluation, let calibration, evaluation.source == calibration.source else { return 0 }
    return min(evaluation.count, calibration.count)
  }
}
