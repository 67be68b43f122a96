public import Arithmetic
internal import Quantization

/// What of a layer is varied.
public enum SensitivitySubject: String, Hashable, Sendable, CaseIterable {
  /// The format of the weights.
  case weights
  /// The format of the output activations, or of the network's input.
  case activations
  /// The accumulator.
  case accumulator
}

/// One thing that a layer has instead.
public enum FormatChange: Hashable, Sendable, CustomStringConvertible {
  /// A format of the weights.
  case weights(NumberFormat)
  /// A format of the output activations.
  case activations(NumberFormat)
  /// An accumulator.
  case accumulator(Accumulator)

  /// What is varied.
  public var subject: SensitivitySubject {
    switch self {
    case .weights: .weights
    case .activations: .activations
    case .accumulator: .accumulator
    }
  }

  /// The spelling that people type: `int4`, `16:saturate`.
  public var description: String {
    switch self {
    case .weights(let format), .activations(let format): format.description
    case .accumulator(let accumulator): accumulator.description
    }
  }

  /// The candidate in which one layer alone is changed.
  public func candidate(layer: String) -> Candidate {
    var change = LayerScheme()
    switch self {
    case .weights(let format): change.weights = format
    case .activations(let format): change.activations = format
    case .accumulator(let accumulator): change.accumulator = accumulator
    }
    return Candidate(layers: [layer: change])
  }
}
