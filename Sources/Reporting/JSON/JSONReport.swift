internal import Arithmetic
internal import Costs
internal import Devices
internal import Execution
internal import Quantities
internal import Quantization
public import Simulation
internal import Statistics

/// The machine-readable report of a run: `report.json`.
///
/// `reports/README.md` describes every key. There are no timings and no paths, so the same run gives the
/// same bytes.
public enum JSONReport {
  /// The version of the keys; raised when a key changes its meaning or disappears.
  public static let schema = 1

  /// The report of a run, ending in a line feed.
  public static func text(_ result: SimulationResult) -> String { value(result).fileText }

  private static func value(_ result: SimulationResult) -> JSONValue {
    var report = JSONObject()
    report.add("schema", schema)
    addSetting(of: result, to: &report)
    report.add("layers", .array(result.layers.map(layer)))
    report.add("totals", totals(result))
    report.add("warnings", warnings(result))
    return report.value
  }

  /// Everything but the layers.
  static func addSummary(of result: SimulationResult, to report: inout JSONObject) {
    addSetting(of: result, to: &report)
    report.add("totals", totals(result))
    report.add("warnings", warnings(result))
  }

  /// What was run and how near it came.
  private static func addSetting(of result: SimulationResult, to report: inout JSONObject) {
    report.add("network", result.network)
    report.add("device", result.device)
    report.add("clockHz", result.clock.value)
    report.add("batch", result.batch)
    report.add(
      "arithmetic",
      arithmetic(
        result.arithmetic, preset: result.preset, followsMapping: result.followsMapping))
    report.add("scheme", result.scheme.map(scheme))
    report.add("accuracy", result.accuracy.map(accuracy))
    report.add("fidelity", result.fidelity.map(fidelity))
    report.add("input", result.input.map(input))
    if result.keepsState { report.add("state", "keep") }
  }

  private static func warnings(_ result: SimulationResult) -> JSONValue {
    .array(result.warnings.map(JSONValue.string))
  }

  static func scheme(_ scheme: QuantizationScheme) -> JSONValue {
    var object = JSONObject()
    object.add("weights", scheme.weights.description)
    object.add("activations", scheme.activations.description)
    object.add("granularity", scheme.granularity.rawValue)
    object.add("calibrator", scheme.calibrator.rawValue)
    object.add("weightCalibrator", scheme.weightCalibrator?.rawValue)
    if scheme.codebook != .kmeans { object.add("codebook", scheme.codebook.rawValue) }
    if scheme.biasCorrection { object.add("biasCorrection", true) }
    if scheme.equalization { object.add("equalization", true) }
    if scheme.weightAdjustment != .unchanged {
      object.add("weightAdjustment", scheme.weightAdjustment.rawValue)
    }
    object.add("accumulator", scheme.accumulator?.description)
    object.add("ownLayers", scheme.ownLayerCount)
    return object.value
  }

  static func accuracy(_ accuracy: Accuracy) -> JSONValue {
    var object = JSONObject()
    object.add("samples", accuracy.samples)
    object.add("top1", accuracy.share(accuracy.top1))
    object.add("top5", accuracy.top5.map(accuracy.share))
    object.add("floatTop1", accuracy.floatTop1.map(accuracy.share))
    object.add("floatTop5", accuracy.floatTop5.map(accuracy.share))
    object.add(
      "interval95", [.number(accuracy.interval.low), .number(accuracy.interval.high)])
    return object.value
  }

  static func fidelity(_ fidelity: Fidelity) -> JSONValue {
    var object = JSONObject()
    object.add("samples", fidelity.samples)
    object.add("sameTop1", Double(fidelity.sameTop1) / Double(max(fidelity.samples, 1)))
    object.add("exact", fidelity.isExact)
    object.add("outputSQNRdB", fidelity.outputSQNR)
    return object.value
  }

  static func input(_ input: InputSummary) -> JSONValue {
    var object = JSONObject()
    // Through text, so that 0.1 in single precision stays 0.1.
    object.add("low", Double(input.low.description))
    object.add("high", Double(input.high.description))
    object.add("samples", input.samples)
    object.add("calibrationSamples", input.calibrationSamples)
    object.add("sharedSamples", input.sharedSamples)
    return object.value
  }

  private static func totals(_ result: SimulationResult) -> JSONValue {
    let totals = result.totals
    var energy = JSONObject()
    for share in result.energyByComponent { energy.add(share.component, share.energy.value) }
    var object = JSONObject()
    object.add("macs", totals.macs)
    object.add("cycles", totals.cycles.count)
    if let timing = result.timing {
      object.add("intervalCycles", timing.interval.count)
      object.add("slowest", timing.slowest)
    }
    object.add("stallCycles", totals.stallCycles.count)
    object.add("seconds", totals.seconds.value)
    object.add("energyPJ", totals.energy.value)
    object.add("energyByComponentPJ", energy.value)
    object.add("energyRangePJ", totals.energyRange.map(range))
    object.add("energyWithoutValuesPJ", totals.fixedEnergy?.value)
    object.add("weightBits", totals.storage.total.count)
    object.add("weightStorage", storage(totals.storage))
    object.add("huffmanBits", totals.huffman?.count)
    object.add("accessBits", totals.accessBits.count)
    object.add("lowerBounds", result.lowerBounds.map(lowerBounds))
    object.add("outputs", totals.outputs)
    object.add("overflowedOutputs", totals.overflowedOutputs)
    return object.value
  }
}

extension QuantizationScheme {
  /// The layers that differ from the defaults in more than having their scales written down.
  var ownLayerCount: Int {
    layers.values.count {
      ($0.weights.map { $0 != weights } ?? false)
        || ($0.activations.map { $0 != activations } ?? false)
        || ($0.granularity.map { $0 != granularity } ?? false)
        || ($0.calibrator.map { $0 != calibrator } ?? false) || $0.accumulator != nil
        || ($0.weightCalibrator.map { $0 != weightCalibrator } ?? false)
        || ($0.codebook.map { $0 != codebook } ?? false)
        || ($0.biasCorrection.map { $0 != biasCorrection } ?? false)
        || ($0.weightAdjustment.map { $0 != weightAdjustment } ?? false)
    }
  }
}
