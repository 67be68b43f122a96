public import Arithmetic

/// What a study of sensitivity tries in each layer.
public struct SensitivityAxes: Hashable, Sendable {
  /// The formats of weights.
  public var weights: [NumberFormat]
  /// The formats of activations.
  public var activations: [NumberFormat]
  /// The accumulators.
  public var accumulators: [Accumulator]
  /// The layers; nil for all.
  public var layers: [String]?

  /// What is tried.
  public init(
    weights: [NumberFormat] = [], activations: [NumberFormat] = [],
    accumulators: [Accumulator] = [], layers: [String]? = nil
  ) {
    self.weights = weights
    self.activations = activations
    self.accumulators = accumulators
    self.layers = layers
  }

  /// The subjects of which something is tried.
  public var subjects: [SensitivitySubject] {
    SensitivitySubject.allCases.filter { !changes(of: $0).isEmpty }
  }

  /// What is tried of a subject.
  public func changes(of subject: SensitivitySubject) -> [FormatChange] {
    switch subject {
    case .weights: weights.map(FormatChange.weights)
    case .activations: activations.map(FormatChange.activations)
    case .accumulator: accumulators.map(FormatChange.accumulator)
    }
  }
}
