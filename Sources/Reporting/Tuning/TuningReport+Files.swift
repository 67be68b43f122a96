internal import Arithmetic
public import Exploration
internal import Quantities
internal import Quantization
internal import Simulation
internal import Statistics

extension TuningReport {
  /// `candidates.csv`: one row a candidate in the order of evaluation; units stand in the titles.
  public static func csv(_ verdict: TuningVerdict) -> String {
    let search = verdict.search
    let genes = search.space.genes.map { "\($0.point.layer) \($0.point.subject.rawValue)" }
    let front = Set(search.front.points.map(\.payload))
    var table = CSVTable(
      titles: [
        "number", "objective", "violation", "feasible", "front", "top1", "drop", "output_sqnr_db",
        "parameter_bits", "live_activation_bits", "accesses", "access_bits", "energy_pj", "cycles",
        "latency_s", "overflow_rate", "overflow_proven_absent", "refusal",
      ] + genes)
    for (index, record) in search.records.enumerated() {
      let choices = zip(search.space.genes, record.genome).map { $0.choices[$1].description }
      guard let found = record.evaluation else {
        table.add(
          [String(index)] + [String](repeating: "", count: 16) + [record.refusal ?? ""] + choices)
        continue
      }
      let score = search.problem.score(of: found, baseline: search.baseline)
      let float = found.floatTop1 ?? search.baseline.top1
      let drop = found.top1.flatMap { own in float.map { $0 - own } }
      table.add(
        [
          String(index), score.objective.description, score.violation.description,
          score.isFeasible ? "yes" : "no", front.contains(index) ? "yes" : "no",
          found.top1?.description ?? "", drop?.description ?? "",
          found.fidelity?.outputSQNR?.description ?? "", String(found.storage.total.count),
          String(found.liveActivations.count), String(found.accesses),
          String(found.accessBits.count), found.energy.value.description,
          String(found.cycles.count), found.seconds.value.description,
          found.overflow?.rate.description ?? "",
          found.overflow.map { $0.isProvenAbsent ? "yes" : "no" } ?? "", "",
        ] + choices)
    }
    return table.text
  }

  /// `tuning.json`, ending in a line feed: the problem, the result and its figures.
  public static func json(_ verdict: TuningVerdict) -> String {
    let search = verdict.search
    var report = JSONObject()
    report.add("schema", JSONReport.schema)
    report.add("network", search.network)
    report.add("device", verdict.device)
    report.add("objective", words(search.problem.objective))
    report.add("limits", .array(search.problem.constraints.map { .string(words($0)) }))
    report.add("feasible", .boolean(verdict.isFeasible))
    report.add("broken", .array(verdict.brokenConstraints.map { .string(excess($0, verdict)) }))
    report.add("candidates", search.records.count)
    report.add("rejectedOnAllSamples", verdict.rejectedCount)
    report.add("parameters", verdict.parameterCount)
    report.add("compressionOverFloat32", verdict.compression)
    report.add("objectiveOfBaseline", verdict.score.objective)
    report.add("baseline", figures(verdict.baseline))
    report.add("tuned", figures(verdict.evaluation))
    report.add("notes", .array(notes(verdict).map(JSONValue.string)))
    report.add(
      "layers",
      .array(
        layers(verdict).map { layer in
          var object = JSONObject()
          object.add("name", layer.name)
          object.add("kind", layer.kind)
          for subject in SensitivitySubject.allCases {
            if let choice = layer.choices[subject] { object.add(subject.rawValue, choice) }
          }
          return object.value
        }))
    report.add(
      "front",
      .array(
        search.front.points.compactMap { point in
          guard let found = search.records[point.payload].evaluation else { return nil }
          var object = JSONObject()
          object.add("candidate", point.payload)
          object.add("objective", point.objectives[0])
          object.add("loss", point.objectives[1])
          object.add("parameterBits", found.storage.total.count)
          object.add("energyPJ", found.energy.value)
          object.add("latencySeconds", found.seconds.value)
          return object.value
        }))
    return report.value.fileText
  }

  private static func figures(_ found: Evaluation) -> JSONValue {
    var object = JSONObject()
    object.add("samples", found.accuracy?.samples ?? found.fidelity?.samples)
    object.add("top1", found.top1)
    object.add("top1Low95", found.accuracy?.interval.low)
    object.add("top1High95", found.accuracy?.interval.high)
    object.add("floatTop1", found.floatTop1)
    object.add("outputSQNRdB", found.fidelity?.outputSQNR)
    object.add("outputDivergenceNats", found.fidelity?.outputDivergence)
    object.add("parameterBits", found.storage.total.count)
    object.add("weightBits", found.storage.weights.count)
    object.add("biasBits", found.storage.biases.count)
    object.add("scaleBits", found.storage.scales.count)
    object.add("codebookBits", found.storage.codebooks.count)
    object.add("liveActivationBits", found.liveActivations.count)
    object.add("accesses", found.accesses)
    object.add("accessBits", found.accessBits.count)
    object.add("energyPJ", found.energy.value)
    object.add("cycles", found.cycles.count)
    object.add("latencySeconds", found.seconds.value)
    object.add("overflowRate", found.overflow?.rate)
    if let overflow = found.overflow {
      object.add("overflowProvenAbsent", .boolean(overflow.isProvenAbsent))
      object.add("overflowedOutputs", overflow.overflowedOutputs)
    }
    return object.value
  }
}
