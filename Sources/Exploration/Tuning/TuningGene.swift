public import Arithmetic
public import Quantization

/// One thing that a layer may have.
public struct TuningChoice: Hashable, Sendable, CustomStringConvertible {
  /// What the layer has; empty for what the baseline gives it.
  public let change: LayerScheme
  /// The bits of one element in memory.
  public let bits: Int
  /// The spelling that people type: `int4`, `kmeans4/tensor`, `16:saturate`.
  public let description: String

  /// Weights of a format, shared by a tensor, a channel or a group if said.
  public static func weights(_ format: NumberFormat, _ granularity: Granularity? = nil)
    -> TuningChoice
  {
    var change = LayerScheme()
    change.weights = format
    change.granularity = granularity
    return TuningChoice(
      change: change, bits: format.bits,
      description: granularity.map { "\(format)/\($0.rawValue)" } ?? format.description)
  }

  /// Output activations of a format.
  public static func activations(_ format: NumberFormat) -> TuningChoice {
    var change = LayerScheme()
    change.activations = format
    return TuningChoice(change: change, bits: format.bits, description: format.description)
  }

  /// An accumulator.
  public static func accumulator(_ accumulator: Accumulator) -> TuningChoice {
    var change = LayerScheme()
    change.accumulator = accumulator
    return TuningChoice(
      change: change, bits: min(accumulator.bits, SensitivityPoint.unlimitedBits),
      description: accumulator.description)
  }

  /// What the baseline has at a point.
  static func baseline(_ point: SensitivityPoint) -> TuningChoice {
    TuningChoice(
      change: LayerScheme(), bits: point.baselineBits, description: point.baseline)
  }
}

/// One decision of a search: what one layer has of one subject.
public struct TuningGene: Hashable, Sendable {
  /// The layer and what of it is decided.
  public let point: SensitivityPoint
  /// What it may have; the first is what the baseline gives it.
  public let choices: [TuningChoice]

  /// The choice of a description, such as `int4`.
  public func choice(_ description: String) -> Int? {
    choices.firstIndex { $0.description == description }
  }
}
