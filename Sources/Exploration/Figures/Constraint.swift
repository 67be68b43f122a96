public import Quantities
internal import Simulation
internal import Statistics

/// What a search must not exceed.
public enum Constraint: Hashable, Sendable {
  /// The accuracy lost against the float network, or the baseline of a network that is integer, as a share
  /// of the samples: 0.01 is one point.
  case absoluteDrop(atMost: Double)
  /// The accuracy lost as a share of the accuracy of the float network, or of the baseline.
  case relativeDrop(atMost: Double)
  /// The accuracy lost as a share of the samples, to the lower end of the 95 % interval of what is left.
  case confidentDrop(atMost: Double)
  /// The signal-to-quantization-noise ratio of the outputs in dB.
  case signalToNoise(atLeast: Double)
  /// The storage of all parameters.
  case storage(atMost: Bits)
  /// The values of one sample that are there at a time.
  case liveActivations(atMost: Bits)
  /// The share of outputs that overflow.
  case overflowRate(atMost: Double)
  /// No overflow, proven from the weights.
  case provenOverflowAbsence

  /// How far a candidate is beyond the limit: 0 where it keeps it, more the further it is.
  ///
  /// - Units: shares of the samples or outputs, dB / 10, bits as a share of the limit, 1 for what is not
  ///   proven; infinity where the figure is not known.
  public func excess(of evaluation: Evaluation, baseline: Evaluation) -> Double {
    switch self {
    case .absoluteDrop(let limit):
      guard let top1 = evaluation.top1,
        let reference = evaluation.floatTop1 ?? baseline.top1
      else { return .infinity }
      return max(0, reference - top1 - limit)
    case .relativeDrop(let limit):
      guard let top1 = evaluation.top1,
        let reference = evaluation.floatTop1 ?? baseline.top1
      else { return .infinity }
      return reference > 0 ? max(0, (reference - top1) / reference - limit) : 0
    case .confidentDrop(let limit):
      guard let accuracy = evaluation.accuracy,
        let reference = evaluation.floatTop1 ?? baseline.top1
      else { return .infinity }
      return max(0, reference - accuracy.interval.low - limit)
    case .signalToNoise(let limit):
      guard let fidelity = evaluation.fidelity else { return .infinity }
      if fidelity.isExact { return 0 }
      return fidelity.outputSQNR.map { max(0, (limit - $0) / 10) } ?? .infinity
    case .storage(let limit): return Self.excess(evaluation.storage.total, over: limit)
    case .liveActivations(let limit): return Self.excess(evaluation.liveActivations, over: limit)
    case .overflowRate(let limit):
      return evaluation.overflow.map { max(0, $0.rate - limit) } ?? .infinity
    case .provenOverflowAbsence:
      return evaluation.overflow.map { $0.isProvenAbsent ? 0 : 1 } ?? .infinity
    }
  }

  /// Whether it limits what is lost in the outputs, which the size of a network does not tell.
  public var isQuality: Bool {
    switch self {
    case .absoluteDrop, .relativeDrop, .confidentDrop, .signalToNoise: true
    case .storage, .liveActivations, .overflowRate, .provenOverflowAbsence: false
    }
  }

  /// Whether it is known without execution.
  var isCost: Bool {
    switch self {
    case .storage, .liveActivations: true
    case .absoluteDrop, .relativeDrop, .confidentDrop, .signalToNoise, .overflowRate,
      .provenOverflowAbsence:
      false
    }
  }

  /// Whether a candidate keeps the limit.
  public func isMet(by evaluation: Evaluation, baseline: Evaluation) -> Bool {
    excess(of: evaluation, baseline: baseline) == 0
  }

  private static func excess(_ bits: Bits, over limit: Bits) -> Double {
    max(0, Double(bits.count - limit.count) / Double(max(limit.count, 1)))
  }
}
