internal import Arithmetic
public import Exploration
internal import Quantities
internal import Simulation
internal import Statistics

extension SensitivityReport {
  /// `sensitivity.csv`: the baseline, then one row a layer and format; units stand in the titles.
  public static func csv(_ study: SensitivityResult) -> String {
    var table = CSVTable(titles: [
      "layer", "kind", "subject", "format", "baseline_format", "elements", "saved_bits", "samples",
      "top1", "top1_low95", "top1_high95", "drop", "drop_low95", "drop_high95", "same_top1",
      "output_sqnr_db", "output_kl_nats", "layer_outputs", "layer_overflowed_outputs",
      "layer_overflow_rate", "accumulated_outputs", "overflowed_outputs", "overflow_rate",
      "overflow_proven_absent", "weight_bits", "live_activation_bits", "accesses", "access_bits",
      "energy_pj", "cycles", "latency_s", "loss_per_saved_bit", "noise_per_saved_bit",
    ])
    table.add(
      ["", "", "baseline", "", "", "", "0"]
        + cells(study.evaluation, drop: study.evaluation.top1.map { _ in 0 }, nil, nil) + ["", ""])
    for row in study.rows {
      let point = row.point
      table.add(
        [
          point.layer, point.kind, row.subject.rawValue, row.change.description, point.baseline,
          String(point.elements), String(row.savedBits),
        ] + cells(row.evaluation, drop: row.drop, row.dropInterval, row.layerOverflow)
          + [row.lossPerSavedBit?.description ?? "", row.noisePerSavedBit?.description ?? ""])
    }
    return table.text
  }

  /// The figures of a run, from `samples` to `latency_s`.
  private static func cells(
    _ run: Evaluation, drop: Double?, _ interval: ClosedRange<Double>?, _ layer: OverflowCount?
  ) -> [String] {
    let accuracy = run.accuracy
    let fidelity = run.fidelity
    let samples = accuracy?.samples ?? fidelity?.samples
    var cells = [
      samples.map(String.init) ?? "", run.top1?.description ?? "",
      accuracy?.interval.low.description ?? "", accuracy?.interval.high.description ?? "",
      drop?.description ?? "", interval?.lowerBound.description ?? "",
      interval?.upperBound.description ?? "",
      fidelity.map { NumberText.share($0.sameTop1, of: $0.samples).description } ?? "",
      fidelity?.outputSQNR?.description ?? "", fidelity?.outputDivergence?.description ?? "",
    ]
    cells += [
      layer.map { String($0.outputs) } ?? "", layer.map { String($0.overflowedOutputs) } ?? "",
      layer?.rate.description ?? "", run.overflow.map { String($0.outputs) } ?? "",
      run.overflow.map { String($0.overflowedOutputs) } ?? "",
      run.overflow?.rate.description ?? "",
      run.overflow.map { $0.isProvenAbsent ? "yes" : "no" } ?? "",
    ]
    cells += [
      String(run.storage.total.count), String(run.liveActivations.count), String(run.accesses),
      String(run.accessBits.count), run.energy.value.description, String(run.cycles.count),
      run.seconds.value.description,
    ]
    return cells
  }
}
