public import Arithmetic
public import Quantization

/// What a search may give each layer, beside what the baseline gives it.
public struct TuningAxes: Hashable, Sendable {
  /// The formats of weights.
  public var weights: [NumberFormat]
  /// Which weights share a scale, a codebook or an exponent; empty for the baseline's choice alone.
  public var granularities: [Granularity]
  /// The formats of activations.
  public var activations: [NumberFormat]
  /// The accumulators.
  public var accumulators: [Accumulator]

  /// What may be chosen.
  public init(
    weights: [NumberFormat] = [], granularities: [Granularity] = [],
    activations: [NumberFormat] = [], accumulators: [Accumulator] = []
  ) {
    self.weights = weights
    self.granularities = granularities
    self.activations = activations
    self.accumulators = accumulators
  }

  /// The subjects of which something may be chosen.
  public var subjects: [SensitivitySubject] {
    SensitivitySubject.allCases.filter { !choices(of: $0).isEmpty }
  }

  /// What may be chosen of a subject.
  public func choices(of subject: SensitivitySubject) -> [TuningChoice] {
    switch subject {
    case .weights:
      granularities.isEmpty
        ? weights.map { TuningChoice.weights($0) }
        : weights.flatMap { format in
          granularities.filter { format.takes($0) }.map { TuningChoice.weights(format, $0) }
        }
    case .activations: activations.map(TuningChoice.activations)
    case .accumulator: accumulators.map(TuningChoice.accumulator)
    }
  }
}

extension NumberFormat {
  /// Whether weights of the format can be shared so.
  fileprivate func takes(_ granularity: Granularity) -> Bool {
    if case .group = granularity { return hasGroups }
    return true
  }
}
