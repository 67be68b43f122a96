internal import Arithmetic
public import Exploration
internal import Quantities
internal import Quantization
internal import Simulation
internal import Statistics

/// What a search found, as text, CSV and JSON.
public enum TuningReport {
  /// Tables for people, at most 100 columns wide, ending in a line feed.
  public static func text(_ verdict: TuningVerdict) -> String {
    var lines = heading(verdict)
    lines += [""] + figures(verdict)
    lines += ["", "layers: what each has, of what was searched"]
    lines += decisions(verdict)
    lines += front(verdict)
    return lines.joined(separator: "\n") + "\n"
  }

  private static func heading(_ verdict: TuningVerdict) -> [String] {
    let search = verdict.search
    let title =
      "\(search.network) on \(verdict.device): \(words(search.problem.objective)) made small"
    var lines = [TextTable.shortened(title.printable, to: TextTable.pageWidth)]
    let limits = search.problem.constraints.map { words($0) }
    lines += LabelledText.lines(
      "limits", limits.isEmpty ? "none" : limits.joined(separator: "; "))
    // A ratio of losses says little: the table has both.
    let isKnown =
      (verdict.evaluation.overflow != nil || verdict.score.objective > 0)
      && search.problem.objective.terms.contains { $0.figure != .loss }
    let ratio = NumberText.fixed(verdict.score.objective, 3)
    let state =
      verdict.isFeasible
      ? "all limits kept" + (isKnown ? "; objective \(ratio) of the baseline's" : "")
      : "no candidate keeps all limits; nearest one: "
        + verdict.brokenConstraints.map { excess($0, verdict) }.joined(separator: "; ")
    lines += LabelledText.lines("result", state)
    lines += LabelledText.lines(
      "parameters",
      "\(NumberText.storage(verdict.evaluation.storage.total)), "
        + "\(NumberText.fixed(verdict.compression, 2)) times smaller than float32, "
        + "\(NumberText.fixed(bitsPerWeight(verdict), 2)) bits a parameter")
    let count = search.records.count
    let refused = search.records.filter { $0.evaluation == nil }.count
    lines += LabelledText.lines(
      "search",
      "\(NumberText.grouped(count)) candidates"
        + (refused > 0 ? ", \(refused) of them impossible" : "")
        + (search.isExhausted ? " (all that were allowed)" : " (nothing better was found)"))
    for note in notes(verdict) { lines += LabelledText.lines("note", note) }
    return lines
  }

  private static func bitsPerWeight(_ verdict: TuningVerdict) -> Double {
    Double(verdict.evaluation.storage.total.count) / Double(max(1, verdict.parameterCount))
  }

  /// What a reader should know.
  static func notes(_ verdict: TuningVerdict) -> [String] {
    var notes: [String] = []
    if verdict.rejectedCount > 0, verdict.isFeasible {
      notes.append(
        "\(verdict.rejectedCount) better \(verdict.rejectedCount == 1 ? "candidate" : "candidates") of the "
          + "search broke a limit on all samples")
    }
    if verdict.evaluation.overflow == nil {
      notes.append(
        "nothing was executed: what fits is told, not what it loses; large tensors were narrowed first"
      )
    }
    if let accuracy = verdict.evaluation.accuracy {
      let half = (accuracy.interval.high - accuracy.interval.low) / 2
      notes.append(
        "\(NumberText.grouped(accuracy.samples)) samples tell an accuracy to about "
          + "\(NumberText.fixed(half * 100, 1)) points (95 % Wilson interval)")
    }
    if verdict.sharedSamples > 0 {
      notes.append(
        "\(verdict.sharedSamples) calibration samples are among the evaluated ones; give --calibration other data "
          + "for an honest accuracy")
    }
    if let overflow = verdict.evaluation.overflow, !overflow.isProvenAbsent {
      notes.append(
        "overflow is not proven absent: \(NumberText.grouped(overflow.overflowedOutputs)) of "
          + "\(NumberText.count(overflow.outputs)) outputs overflowed on the samples")
    }
    return notes
  }

  /// The figures beside those of the baseline.
  private static func figures(_ verdict: TuningVerdict) -> [String] {
    let rows = rows(verdict.baseline, verdict.evaluation)
    var table = TextTable()
    table.add("one inference", isRight: false, cells: rows.map(\.name))
    table.add("baseline", cells: rows.map(\.baseline))
    table.add("tuned", cells: rows.map(\.tuned))
    table.add("times less", cells: rows.map(\.ratio))
    return table.lines(indent: 2)
  }

  private typealias Row = (name: String, baseline: String, tuned: String, ratio: String)

  private static func rows(_ baseline: Evaluation, _ tuned: Evaluation) -> [Row] {
    var rows: [Row] = []
    func add(_ name: String, _ text: (Evaluation) -> String?, _ value: ((Evaluation) -> Double)?) {
      guard let before = text(baseline), let after = text(tuned) else { return }
      var ratio = ""
      if let value, value(tuned) > 0 {
        ratio = NumberText.fixed(value(baseline) / value(tuned), 2)
      }
      rows.append((name, before, after, ratio))
    }
    if let float = tuned.floatTop1 {
      add("top-1 of float", { _ in NumberText.wholePercent(float) + " %" }, nil)
    }
    add("top-1", { $0.top1.map { NumberText.wholePercent($0) + " %" } }, nil)
    add("95 % interval", { $0.accuracy.map { TextReport.interval($0) + " %" } }, nil)
    add("output signal to noise", { signal($0) }, nil)
    add(
      "parameters", { NumberText.storage($0.storage.total) }, { Double($0.storage.total.count) })
    add(
      "live activations", { NumberText.storage($0.liveActivations) },
      { Double($0.liveActivations.count) })
    add("accesses", { NumberText.storage($0.accessBits) }, { Double($0.accessBits.count) })
    add("energy", { NumberText.energy($0.energy) }, { $0.energy.value })
    add("latency", { NumberText.time($0.seconds) }, { $0.seconds.value })
    add("overflowed outputs", { $0.overflow.map(overflow) }, nil)
    return rows
  }

  private static func signal(_ evaluation: Evaluation) -> String? {
    guard let fidelity = evaluation.fidelity else { return nil }
    if fidelity.isExact { return "exact" }
    return fidelity.outputSQNR.map { NumberText.fixed($0, 1) + " dB" } ?? "undefined"
  }

  private static func overflow(_ count: OverflowCount) -> String {
    count.isProvenAbsent ? "none, proven" : NumberText.percent(count.rate) + " %"
  }

  private static func decisions(_ verdict: TuningVerdict) -> [String] {
    let layers = TuningReport.layers(verdict)
    var table = TextTable()
    table.add("layer", isRight: false, isShortened: true, cells: layers.map(\.name))
    table.add("kind", isRight: false, cells: layers.map(\.kind))
    for subject in SensitivitySubject.allCases
    where layers.contains(where: { $0.choices[subject] != nil }) {
      table.add(
        subject.rawValue, isRight: false, cells: layers.map { $0.choices[subject] ?? "" })
    }
    return table.lines(indent: 2)
  }

  /// What each layer has, in the order of the network.
  static func layers(
    _ verdict: TuningVerdict
  ) -> [(name: String, kind: String, choices: [SensitivitySubject: String])] {
    var layers: [(name: String, kind: String, choices: [SensitivitySubject: String])] = []
    let decisions = verdict.decisions.enumerated().sorted {
      let places = ($0.element.gene.point.index ?? -1, $1.element.gene.point.index ?? -1)
      return places.0 == places.1 ? $0.offset < $1.offset : places.0 < places.1
    }.map(\.element)
    for (gene, choice) in decisions {
      if layers.last?.name != gene.point.layer {
        layers.append((gene.point.layer, gene.point.kind, [:]))
      }
      layers[layers.count - 1].choices[gene.point.subject] = choice.description
    }
    return layers
  }

  private static func front(_ verdict: TuningVerdict) -> [String] {
    let search = verdict.search
    let points = search.front.points.compactMap { search.records[$0.payload].evaluation }
    guard points.count > 1 else { return [] }
    var table = TextTable()
    table.add(
      "objective",
      cells: points.map {
        NumberText.fixed(
          search.problem.objective.value(of: $0, baseline: search.baseline), 3)
      })
    if points.contains(where: { $0.top1 != nil }) {
      table.add(
        "top-1, %", cells: points.map { $0.top1.map(NumberText.wholePercent) ?? "-" })
    }
    table.add("output", cells: points.map { signal($0) ?? "-" })
    table.add("parameters", cells: points.map { NumberText.storage($0.storage.total) })
    table.add("energy", cells: points.map { NumberText.energy($0.energy) })
    table.add("latency", cells: points.map { NumberText.time($0.seconds) })
    return [
      "", "front: candidates that no other beats in both objective and loss (search samples)",
    ]
      + table.lines(indent: 2)
  }
}
