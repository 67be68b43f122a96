internal import Execution
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
  /// The fused network; of an integer network its outline, without weights.
  public var network: VerifiedNetwork
  /// The integer network with its own scales; nil for a float network, which is quantized.
  public var quantized: QuantizedNetwork?
  /// Whether the samples are the integer network's own input codes.
  public var holdsCodes: Bool
  /// The samples that are simulated; nil for a run that only counts costs.
  public var evaluation: SampleSet?
  /// The right class of each sample.
  public var labels: [Int]?
  /// The samples that choose the scales.
  public var calibration: SampleSet?

  /// A workload of an integer network.
  public init(quantized: QuantizedNetwork, holdsCodes: Bool = false) {
    self.init(network: quantized.outline)
    self.quantized = quantized
    self.holdsCodes = holdsCodes
  }

  /// A workload of a float network.
  public init(
    network: VerifiedNetwork, evaluation: SampleSet? = nil, labels: [Int]? = nil,
    calibration: SampleSet? = nil
  ) {
    self.network = network
    quantized = nil
    holdsCodes = false
    self.evaluation = evaluation
    self.labels = labels
    self.calibration = calibration
  }

  /// The input codes of an evaluated sample.
  ///
  /// - Precondition: there are samples.
  func codes(ofSample sample: Int, _ input: ActivationQuantization) -> [Int32] {
    let values = evaluation?.values(sample) ?? []
    return holdsCodes
      ? values.map { Int32($0) } : values.map { Int32(input.code(Double($0))) }
  }

  /// Writes an evaluated sample to the place where it is run.
  ///
  /// - Precondition: there are samples.
  func write(sample: Int, to input: InputCodes) {
    let values = evaluation?.values(sample) ?? []
    if holdsCodes {
      input.set(codes: values.map { Int32($0) })
    } else {
      input.set(reals: values)
    }
  }

  /// How many of the calibration samples are evaluated too.
  public var sharedSamples: Int {
    guard let evaluation, let calibration, evaluation.source == calibration.source else { return 0 }
    return min(evaluation.count, calibration.count)
  }
}
