internal import Quantities
internal import Simulation

/// A figure that a search makes small.
public enum ObjectiveFigure: String, Hashable, Sendable, CaseIterable {
  /// The energy of an inference.
  case energy
  /// The latency of an inference.
  case latency
  /// Energy times latency.
  case edp
  /// The storage of all parameters.
  case size
  /// The bits moved at all memory levels.
  case accesses
  /// What is lost: the share of wrong answers, or the output error without labels.
  case loss

  /// Whether it is known without execution.
  var isCost: Bool { self != .loss }

  /// The figure of a candidate.
  ///
  /// - Units: pJ, s, pJ s, bits, bits, share of the samples or of the signal's power.
  public func value(of evaluation: Evaluation) -> Double {
    switch self {
    case .energy: evaluation.energy.value
    case .latency: evaluation.seconds.value
    case .edp: evaluation.energy.value * evaluation.seconds.value
    case .size: Double(evaluation.storage.total.count)
    case .accesses: Double(evaluation.accessBits.count)
    case .loss: evaluation.loss
    }
  }
}

/// What a search makes small: a weighted sum of figures, each as a share of a baseline's.
///
/// `sum of weight * figure / figure of the baseline`; a single figure of weight 1 is the share itself.
public struct Objective: Hashable, Sendable {
  /// One figure of the sum.
  public struct Term: Hashable, Sendable {
    /// The figure.
    public var figure: ObjectiveFigure
    /// What its share is multiplied with.
    public var weight: Double

    /// A figure with its weight.
    public init(_ figure: ObjectiveFigure, weight: Double = 1) {
      self.figure = figure
      self.weight = weight
    }
  }

  /// The terms.
  public var terms: [Term]

  /// A weighted sum.
  public init(terms: [Term]) { self.terms = terms }

  /// One figure.
  public init(_ figure: ObjectiveFigure) { terms = [Term(figure)] }

  /// The sum for a candidate; 1 for the baseline where the weights sum to 1.
  ///
  /// A figure that is 0 for the baseline counts as it is.
  public func value(of evaluation: Evaluation, baseline: Evaluation) -> Double {
    terms.reduce(0) { sum, term in
      let whole = term.figure.value(of: baseline)
      return sum + term.weight * term.figure.value(of: evaluation) / (whole == 0 ? 1 : whole)
    }
  }
}
