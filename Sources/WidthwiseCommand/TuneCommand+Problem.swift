internal import FoundationEssentials
import Widthwise

/// What the options of a search ask for.
extension TuneCommand {
  /// What is searched: what was given, or the defaults.
  func axes(isInteger: Bool) throws -> TuningAxes {
    var axes = TuningAxes()
    axes.accumulators = try FormatLists.accumulators(accumulators, "--accumulators")
    axes.granularities = try FormatLists.granularities(granularities, "--granularities")
    guard !isInteger else {
      if accumulators.isEmpty {
        throw BadInput(
          "tune: the network is integer already and keeps its formats; give --accumulators to "
            + "search those, or take the float network")
      }
      return axes
    }
    let isNarrow = accumulator != nil
    let weightNames =
      isNarrow
      ? "int7,int6,int5,int4,int3,int2" : "int6,int5,int4,kmeans4,int3,kmeans3,kmeans2,ternary"
    let valueNames = isNarrow ? "uint7,uint6,uint5,uint4,uint3,uint2" : "uint6,uint5,uint4,uint3"
    let isDefault = weights.isEmpty && activations.isEmpty && accumulators.isEmpty
    axes.weights = try FormatLists.formats(
      isDefault || (isNarrow && weights.isEmpty) ? [weightNames] : weights, "--weights")
    // Granularities are of weights: without formats to choose from, those of the scheme's.
    if !axes.granularities.isEmpty, axes.weights.isEmpty {
      axes.weights = [try quantization.scheme(weights: nil, activations: nil).weights]
    }
    axes.activations = try FormatLists.formats(
      isDefault || (isNarrow && activations.isEmpty) ? [valueNames] : activations,
      "--activations")
    return axes
  }

  /// What is made small within which limits.
  func problem(_ workload: Workload) throws -> TuningProblem {
    var constraints = try limits.constraints(workload)
    let hasFloat = workload.evaluation != nil && workload.quantized == nil
    let hasLabels = workload.labels != nil && workload.evaluation != nil
    if accumulator != nil {
      let rule = try rule()
      constraints.removeAll { $0 == rule.constraint }
      constraints.append(rule.constraint)
    }
    let seeksAccuracy = accumulator != nil || (limits.limitsMemory && !limits.limitsLoss)
    let objective =
      try objective.map { try FormatLists.objective($0, "--objective") }
      ?? Objective(seeksAccuracy ? .loss : workload.quantized == nil ? .size : .energy)
    let isLossOnly = objective.terms.allSatisfy { $0.figure == .loss }
    if !limits.limitsLoss, !isLossOnly {
      if hasLabels {
        constraints.append(.absoluteDrop(atMost: 0.01))
      } else if hasFloat {
        constraints.append(.signalToNoise(atLeast: 20))
      } else if workload.evaluation == nil {
        throw BadInput(
          "tune: there are no samples, so nothing tells what narrow numbers lose; give --inputs, "
            + "or limit memories alone with --flash and --ram")
      }
    }
    return TuningProblem(objective: objective, constraints: constraints)
  }

  /// What is searched without --bound.
  private var defaultBound: String { limits.noOverflow ? "proven" : "rate" }

  func rule() throws -> AccumulatorRule {
    switch bound ?? defaultBound {
    case "proven": return .proven
    case "calibrated": return .calibrated
    case "rate":
      return .rate(
        try LimitOptions.share(limits.maxOverflowRate ?? "0.1%", "--max-overflow-rate"))
    default:
      throw BadInput("--bound \(bound ?? ""): is not known; write one of proven, calibrated, rate")
    }
  }

  /// What decides the candidates and their figures.
  func identity(_ workload: Workload, _ baseline: SimulationOptions) -> TuningJournal.Search {
    var identity: TuningJournal.Search = [
      "network": self.workload.network, "device": device, "objective": objective ?? "default",
      "search": search, "seed": String(seed), "batch": String(batch),
      "mapping objective": mappingObjective,
      "layers": String(workload.network.network.layers.count),
      "samples": String(min(workload.evaluation?.count ?? 0, searchSamples ?? .max)),
      "calibration samples": String(workload.calibration?.count ?? 0),
    ]
    let lists = [
      "weights": weights, "activations": activations, "accumulators": accumulators,
      "granularities": granularities,
    ]
    for (name, list) in lists { identity[name] = list.joined(separator: ",") }
    let given: [(String, String?)] = [
      ("inputs", self.workload.inputs), ("labels", self.workload.labels),
      ("calibration", self.workload.calibration), ("arithmetic", preset),
      ("accumulator", accumulator), ("bound", accumulator.map { _ in bound ?? defaultBound }),
      ("max-drop", limits.maxDrop), ("max-relative-drop", limits.maxRelativeDrop),
      ("confident", limits.confident ? "yes" : nil), ("min-sqnr", limits.minSQNR?.description),
      ("flash", limits.flash), ("ram", limits.ram),
      ("no-overflow", limits.noOverflow ? "yes" : nil),
      ("max-overflow-rate", limits.maxOverflowRate),
      ("random weights", self.workload.randomWeights.map { String($0) }),
    ]
    for (name, value) in given { identity[name] = value }
    for (name, value) in quantization.identity { identity[name] = value }
    identity["baseline"] = SchemeFile.text(baseline.scheme, order: [])
    for (name, path) in [("device", device), ("network", self.workload.network)] {
      // The content, not the name, decides what is computed.
      identity["\(name) file"] = try? String(contentsOfFile: path, encoding: .utf8)
    }
    return identity
  }
}
