/// When operands of some widths are held to fit an accumulator.
public enum AccumulatorRule: Hashable, Sendable {
  /// The weights prove that no prefix of any sum can leave the range, whatever the input.
  case proven
  /// No prefix of the samples left the range in the baseline, rescaled to the widths.
  case calibrated
  /// At most this share of the outputs of each layer left the range in the baseline, rescaled to the widths.
  case rate(Double)

  /// The word for it: `proven`, `calibrated` or `rate 0.001`.
  public var description: String {
    switch self {
    case .proven: "proven"
    case .calibrated: "calibrated"
    case .rate(let share): "rate \(share)"
    }
  }

  /// What a candidate that was run has to keep.
  public var constraint: Constraint {
    switch self {
    case .proven: .provenOverflowAbsence
    case .calibrated: .overflowRate(atMost: 0)
    case .rate(let share): .overflowRate(atMost: share)
    }
  }
}
