internal import Arithmetic
public import Exploration
internal import Quantities
internal import Quantization
internal import Simulation

/// A study of sensitivity as text, CSV and JSON; `SensitivityHeatMap` draws it.
public enum SensitivityReport {
  /// How the ranking is made, in words.
  static let formula =
    "loss per saved bit: the mean over a layer's formats of max(0, accuracy lost) / bits saved; equal "
    + "ones, and all without labels, by max(0, noise gained) / bits saved. Bits saved: stored parameters "
    + "for weights, else values or sums of an inference times the difference of widths"

  /// Tables for people, at most 100 columns wide, ending in a line feed.
  public static func text(_ study: SensitivityResult) -> String {
    var lines = heading(study)
    for subject in study.subjects {
      for measure in SensitivityMeasure.allCases where measure.isShown(of: subject, in: study) {
        lines += ["", "\(subject.rawValue): \(measure.title)"]
        lines += matrix(study, subject, measure)
      }
    }
    if study.subjects.contains(where: { isRanked(study.ranking(of: $0)) }) {
      lines += [""] + LabelledText.wrapped(formula + ".", after: "ranking by ")
    }
    for subject in study.subjects {
      let ranks = study.ranking(of: subject)
      guard isRanked(ranks) else { continue }
      lines += ["", "\(subject.rawValue): layers by loss per saved bit"]
      lines += ranking(ranks)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether there is anything by which layers were ranked.
  static func isRanked(_ ranks: [SensitivityRank]) -> Bool {
    ranks.contains { $0.lossPerSavedBit != nil || $0.noisePerSavedBit != nil }
  }

  /// The network, the baseline and what a reader should know.
  private static func heading(_ study: SensitivityResult) -> [String] {
    let baseline = study.baseline
    let title =
      "\(baseline.network) on \(baseline.device): each layer alone, all else as in the baseline"
    var lines = [TextTable.shortened(title.printable, to: TextTable.pageWidth)]
    let accumulator = "accumulator \(baseline.arithmetic.finalAccumulator)"
    let formats = baseline.scheme.map { scheme in
      let own = scheme.layers.isEmpty ? "" : ", layers of the scheme as it says"
      return "\(scheme.weights) weights, \(scheme.activations) activations, \(accumulator)\(own)"
    }
    lines += LabelledText.lines("baseline", formats ?? "the network's own formats, \(accumulator)")
    if let accuracy = baseline.accuracy {
      let float =
        study.evaluation.floatTop1.map { "; float \(NumberText.wholePercent($0)) %" } ?? ""
      lines += LabelledText.lines(
        "top-1",
        "\(NumberText.wholePercent(accuracy.share(accuracy.top1))) % of "
          + "\(NumberText.grouped(accuracy.samples)) samples, 95 % interval "
          + "\(TextReport.interval(accuracy)) %\(float)")
    }
    if let fidelity = baseline.fidelity {
      let ratio = fidelity.outputSQNR.map { "signal to noise \(NumberText.fixed($0, 1)) dB" }
      let divergence = fidelity.outputDivergence.map {
        "; divergence \(NumberText.significant($0 * 1000)) mnat"
      }
      lines += LabelledText.lines(
        "output",
        (ratio ?? (fidelity.isExact ? "equal to float" : "signal to noise undefined"))
          + (divergence ?? ""))
    }
    if let overflow = study.evaluation.overflow {
      lines += LabelledText.lines(
        "overflow",
        overflow.isProvenAbsent
          ? "none, proven from the weights"
          : "\(NumberText.percent(overflow.rate)) % of the outputs of layers with accumulators")
    }
    let cost = study.evaluation
    lines += LabelledText.lines(
      "cost",
      "\(NumberText.energy(cost.energy)), \(NumberText.count(cost.cycles.count)) cycles, "
        + "\(NumberText.storage(cost.storage.total)) of parameters")
    for note in notes(study) { lines += LabelledText.lines("note", note) }
    return lines
  }

  /// What a reader should know.
  static func notes(_ study: SensitivityResult) -> [String] {
    var notes = study.baseline.warnings
    switch (study.baseline.accuracy != nil, study.baseline.fidelity != nil) {
    case (true, _): break
    case (false, true):
      notes.append("there are no labels: layers are ranked by the noise of the outputs alone")
    case (false, false) where study.baseline.input != nil:
      notes.append(
        "there are neither labels nor a float reference: overflow and costs only, no ranking")
    case (false, false): notes.append("nothing was executed: costs only, no ranking")
    }
    return notes
  }

  /// Layers down, formats across.
  private static func matrix(
    _ study: SensitivityResult, _ subject: SensitivitySubject, _ measure: SensitivityMeasure
  ) -> [String] {
    let map = SensitivityMap(study, subject)
    var table = TextTable()
    table.add("layer", isRight: false, isShortened: true, cells: map.layers.map(\.layer))
    table.add("kind", isRight: false, cells: map.layers.map(\.kind))
    table.add("elements", cells: map.layers.map { NumberText.count($0.elements) })
    for (column, format) in map.formats.enumerated() {
      table.add(format, cells: map.rows.map { measure.text(of: $0[column]) })
    }
    return table.lines(indent: 2)
  }

  private static func ranking(_ ranks: [SensitivityRank]) -> [String] {
    var table = TextTable()
    table.add("rank", cells: ranks.indices.map { String($0 + 1) })
    table.add("layer", isRight: false, isShortened: true, cells: ranks.map(\.layer))
    if ranks.contains(where: { $0.lossPerSavedBit != nil }) {
      table.add(
        "points", "per KiB saved",
        cells: ranks.map { $0.lossPerSavedBit.map { perKibibyte($0 * 100) } ?? "-" })
    }
    if ranks.contains(where: { $0.noisePerSavedBit != nil }) {
      table.add(
        "noise/signal %", "per KiB saved",
        cells: ranks.map { $0.noisePerSavedBit.map { perKibibyte($0 * 100) } ?? "-" })
    }
    return table.lines(indent: 2)
  }

  private static func perKibibyte(_ loss: Double) -> String {
    NumberText.fixed(loss * 8 * 1024, 3)
  }
}
