internal import Exploration
internal import Quantities
internal import Simulation

extension TuningReport {
  /// An objective in words.
  static func words(_ objective: Objective) -> String {
    if objective.terms.count == 1, objective.terms[0].weight == 1 {
      return word(objective.terms[0].figure)
    }
    return objective.terms.map { "\(NumberText.significant($0.weight)) \(word($0.figure))" }
      .joined(separator: " + ")
  }

  private static func word(_ figure: ObjectiveFigure) -> String {
    switch figure {
    case .energy: "energy"
    case .latency: "latency"
    case .edp: "energy-delay product"
    case .size: "parameter storage"
    case .accesses: "memory traffic"
    case .loss: "loss of accuracy"
    }
  }

  /// A limit in words.
  static func words(_ constraint: Constraint) -> String {
    switch constraint {
    case .absoluteDrop(let limit):
      "top-1 at most \(NumberText.significant(limit * 100)) points below float"
    case .relativeDrop(let limit):
      "top-1 at most \(NumberText.significant(limit * 100)) % of float's below it"
    case .confidentDrop(let limit):
      "lower end of the interval of top-1 at most \(NumberText.significant(limit * 100)) points "
        + "below float"
    case .signalToNoise(let limit): "outputs at least \(NumberText.fixed(limit, 1)) dB above noise"
    case .storage(let limit): "parameters in \(NumberText.storage(limit))"
    case .liveActivations(let limit): "live activations in \(NumberText.storage(limit))"
    case .overflowRate(let limit):
      limit == 0
        ? "no output overflows on the samples"
        : "at most \(NumberText.percent(limit)) % of the outputs overflow"
    case .provenOverflowAbsence: "overflow proven absent"
    }
  }

  /// By how much a limit is missed, in words.
  static func excess(_ constraint: Constraint, _ verdict: TuningVerdict) -> String {
    let found = verdict.evaluation
    let float = found.floatTop1 ?? verdict.baseline.top1
    let drop = found.top1.flatMap { own in float.map { $0 - own } }
    switch constraint {
    case .absoluteDrop, .relativeDrop, .confidentDrop:
      return drop.map { "top-1 is \(NumberText.fixed($0 * 100, 1)) points below float" }
        ?? "there are no labels to tell an accuracy"
    case .signalToNoise:
      return found.fidelity?.outputSQNR.map { "outputs \(NumberText.fixed($0, 1)) dB above noise" }
        ?? "outputs were not compared"
    case .storage: return "parameters take \(NumberText.storage(found.storage.total))"
    case .liveActivations:
      return "live activations take \(NumberText.storage(found.liveActivations))"
    case .overflowRate:
      return found.overflow.map { "\(NumberText.percent($0.rate)) % of the outputs overflow" }
        ?? "overflow was not counted"
    case .provenOverflowAbsence: return "overflow is not proven absent"
    }
  }
}
