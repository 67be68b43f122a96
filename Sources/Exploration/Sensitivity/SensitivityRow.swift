internal import Arithmetic
internal import Quantities
internal import Simulation
internal import Statistics

/// One layer with one thing changed.
public struct SensitivityRow: Hashable, Sendable {
  /// The layer and what is varied of it.
  public let point: SensitivityPoint
  /// What it has instead.
  public let change: FormatChange
  /// The figures of the whole network.
  public let evaluation: Evaluation
  /// What happened in the accumulators of this layer; nil for layers without products, and where only
  /// costs were counted.
  public let layerOverflow: OverflowCount?
  /// The bits that the change saves: stored parameters for weights, else elements times the difference of
  /// widths (values of the layer, or sums); below 0 where it takes more.
  public let savedBits: Int
  /// The accuracy lost against the baseline, as a share of the samples; below 0 where it gains.
  public let drop: Double?
  /// The ends of the drop: the baseline's accuracy less the ends of the 95 % interval of this row's.
  public let dropInterval: ClosedRange<Double>?
  /// The power of the output error over that of the float outputs, less the baseline's.
  public let noiseGain: Double?

  init(
    point: SensitivityPoint, change: FormatChange, evaluation: Evaluation,
    layerOverflow: OverflowCount?, baseline: Evaluation
  ) {
    self.point = point
    self.change = change
    self.evaluation = evaluation
    self.layerOverflow = layerOverflow
    switch change {
    case .weights:
      savedBits = baseline.storage.total.count - evaluation.storage.total.count
    case .activations(let format):
      savedBits = point.elements * (point.baselineBits - format.bits)
    case .accumulator(let accumulator):
      let bits = min(accumulator.bits, SensitivityPoint.unlimitedBits)
      savedBits = point.elements * (point.baselineBits - bits)
    }
    drop = evaluation.drop(from: baseline)
    if let reference = baseline.top1, let interval = evaluation.accuracy?.interval {
      dropInterval = reference - interval.high...reference - interval.low
    } else {
      dropInterval = nil
    }
    if let own = evaluation.noise, let theirs = baseline.noise {
      noiseGain = own - theirs
    } else {
      noiseGain = nil
    }
  }

  /// What is varied.
  public var subject: SensitivitySubject { point.subject }

  /// `max(0, drop) / saved bits`: the accuracy lost for each bit saved, as a share of the samples; nil where
  /// nothing is saved or there are no labels.
  public var lossPerSavedBit: Double? { Self.perBit(drop, savedBits) }

  /// `max(0, noise gained) / saved bits`, as a share of the signal's power; nil where nothing is saved or
  /// there is no float reference.
  public var noisePerSavedBit: Double? { Self.perBit(noiseGain, savedBits) }

  private static func perBit(_ loss: Double?, _ bits: Int) -> Double? {
    guard let loss, bits > 0 else { return nil }
    return max(0, loss) / Double(bits)
  }
}
