internal import Arithmetic
public import Exploration
internal import Quantities
internal import Simulation
internal import Statistics

extension SensitivityReport {
  /// `sensitivity.json`, ending in a line feed: the baseline, a matrix a subject with every figure (layers
  /// down, formats across; what a heat map needs), and the rankings.
  public static func json(_ study: SensitivityResult) -> String {
    var report = JSONObject()
    report.add("schema", JSONReport.schema)
    var baseline = JSONObject()
    JSONReport.addSummary(of: study.baseline, to: &baseline)
    let figures = study.evaluation
    baseline.add("outputDivergenceNats", figures.fidelity?.outputDivergence)
    baseline.add("overflowRate", figures.overflow?.rate)
    baseline.add("liveActivationBits", figures.liveActivations.count)
    baseline.add("accesses", figures.accesses)
    report.add("baseline", baseline.value)
    report.add("notes", .array(notes(study).map(JSONValue.string)))
    report.add("subjects", .array(study.subjects.map { matrices(study, $0) }))
    report.add("formula", formula)
    var rankings = JSONObject()
    for subject in study.subjects {
      rankings.add(subject.rawValue, .array(study.ranking(of: subject).map(rank)))
    }
    report.add("ranking", rankings.value)
    return report.value.fileText
  }

  private static func matrices(
    _ study: SensitivityResult, _ subject: SensitivitySubject
  ) -> JSONValue {
    let map = SensitivityMap(study, subject)
    func matrix(_ number: (SensitivityRow) -> JSONValue?) -> JSONValue {
      .array(map.rows.map { row in .array(row.map { number($0) ?? .number(.nan) }) })
    }
    var object = JSONObject()
    object.add("subject", subject.rawValue)
    object.add("layers", .array(map.layers.map { .string($0.layer) }))
    object.add("kinds", .array(map.layers.map { .string($0.kind) }))
    object.add("elements", .array(map.layers.map { .integer($0.elements) }))
    object.add("baselineFormats", .array(map.layers.map { .string($0.baseline) }))
    object.add("formats", .array(map.formats.map(JSONValue.string)))
    if study.evaluation.accuracy != nil {
      object.add("top1", matrix { $0.evaluation.top1.map(JSONValue.number) })
      object.add("drop", matrix { $0.drop.map(JSONValue.number) })
      object.add("dropLow95", matrix { $0.dropInterval.map { .number($0.lowerBound) } })
      object.add("dropHigh95", matrix { $0.dropInterval.map { .number($0.upperBound) } })
    }
    if study.evaluation.fidelity != nil {
      object.add(
        "outputSQNRdB", matrix { $0.evaluation.fidelity?.outputSQNR.map(JSONValue.number) })
      object.add("outputExact", matrix { $0.evaluation.fidelity.map { .boolean($0.isExact) } })
      if study.evaluation.fidelity?.outputDivergence != nil {
        object.add(
          "outputDivergenceNats",
          matrix { $0.evaluation.fidelity?.outputDivergence.map(JSONValue.number) })
      }
    }
    if study.evaluation.overflow != nil {
      object.add("layerOverflowRate", matrix { $0.layerOverflow.map { .number($0.rate) } })
      object.add("overflowRate", matrix { $0.evaluation.overflow.map { .number($0.rate) } })
    }
    object.add("savedBits", matrix { .integer($0.savedBits) })
    object.add("weightBits", matrix { .integer($0.evaluation.storage.total.count) })
    object.add("accesses", matrix { .integer($0.evaluation.accesses) })
    object.add("accessBits", matrix { .integer($0.evaluation.accessBits.count) })
    object.add("energyPJ", matrix { .number($0.evaluation.energy.value) })
    object.add("cycles", matrix { .integer($0.evaluation.cycles.count) })
    return object.value
  }

  private static func rank(_ rank: SensitivityRank) -> JSONValue {
    var object = JSONObject()
    object.add("layer", rank.layer)
    object.add("lossPerSavedBit", rank.lossPerSavedBit)
    object.add("noisePerSavedBit", rank.noisePerSavedBit)
    return object.value
  }
}
