internal import Costs
public import Quantities
public import Simulation

/// The figures of one candidate: how good it is and what it costs.
///
/// Costs are for one inference; counts of overflow are sums over the samples.
public struct Evaluation: Hashable, Codable, Sendable {
  /// How often it is right; nil without labels.
  public var accuracy: Accuracy?
  /// How near its outputs are to the float ones; nil for a network that is integer itself, and where only
  /// costs were counted.
  public var fidelity: Fidelity?
  /// What happened in all accumulators; nil where only costs were counted.
  public var overflow: OverflowCount?
  /// What the parameters take.
  public var storage: ParameterStorage
  /// The most that values of one sample take at a time.
  public var liveActivations: Bits
  /// Reads and writes at all levels.
  public var accesses: Int
  /// The bits moved at all levels.
  public var accessBits: Bits
  /// The energy.
  public var energy: Picojoules
  /// The cycles.
  public var cycles: Cycles
  /// The latency.
  public var seconds: Seconds

  /// The figures of a run.
  public init(_ result: SimulationResult, of workload: Workload) {
    let totals = result.totals
    accuracy = result.accuracy
    fidelity = result.fidelity
    storage = totals.storage
    liveActivations = Self.liveActivations(of: result, workload)
    accesses = result.layers.reduce(0) { sum, layer in
      layer.cost.accesses.reduce(sum) { $0 + $1.reads + $1.writes }
    }
    accessBits = totals.accessBits
    energy = totals.energy
    cycles = totals.cycles
    seconds = totals.seconds
    for layer in result.layers {
      guard let layer = layer.overflow else { continue }
      overflow = overflow ?? OverflowCount()
      overflow?.add(layer)
    }
  }

  /// The share of right samples, 0 to 1; nil without labels.
  public var top1: Double? { accuracy.map { $0.share($0.top1) } }

  /// The share of right samples of the float network; nil without labels or a float network.
  public var floatTop1: Double? { accuracy.flatMap { own in own.floatTop1.map(own.share) } }

  /// The power of the output error over that of the float outputs: `10^(-SQNR / 10)`; 0 for equal outputs,
  /// nil where it is not a number.
  public var noise: Double? {
    guard let fidelity else { return nil }
    return fidelity.isExact ? 0 : fidelity.outputSQNR.map(Decibels.noise(signalToNoise:))
  }

  /// What is lost: the share of wrong answers, or the noise without labels; 0 where only costs were counted.
  public var loss: Double { top1.map { 1 - $0 } ?? noise ?? 0 }

  /// How much less often it is right than another one, as a share of the samples; below 0 where more often.
  public func drop(from other: Evaluation) -> Double? {
    guard let top1, let theirs = other.top1 else { return nil }
    return theirs - top1
  }
}
