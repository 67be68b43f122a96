internal import Arithmetic
internal import Quantities
internal import Quantization
public import Simulation
internal import Statistics

/// The report of a run for people: `summary.txt` and the terminal.
public enum TextReport {
  /// The report, at most 100 columns wide, ending in a line feed.
  public static func text(_ result: SimulationResult) -> String {
    let sections = [
      header(result), accuracy(result.accuracy, result.fidelity), layers(result), orders(result),
      totals(result),
      energy(result), stalls(result), bounds(result), warnings(result),
    ]
    return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  private static func header(_ result: SimulationResult) -> [String] {
    let batch = result.batch == 1 ? "one inference" : "batch of \(result.batch) inferences"
    var lines = ["\(result.network) on \(result.device)"].map {
      TextTable.shortened($0.printable, to: TextTable.pageWidth)
    }
    lines += LabelledText.lines(
      "device", "\(result.device) at \(NumberText.frequency(result.clock)), \(batch) at a time")
    lines += LabelledText.lines(
      "arithmetic",
      ArithmeticWords.text(
        result.arithmetic, preset: result.preset, followsMapping: result.followsMapping))
    lines += LabelledText.lines(
      "quantization", result.scheme.map { words($0) } ?? "the network's own scales")
    if let input = result.input {
      lines += LabelledText.lines("inputs", words(input, hasScheme: result.scheme != nil))
    }
    if result.keepsState {
      lines += LabelledText.lines("state", "kept from sample to sample")
    }
    return lines
  }

  /// A scheme in words.
  static func words(_ scheme: QuantizationScheme) -> String {
    var text =
      "\(scheme.weights) weights per \(scheme.granularity.rawValue), \(scheme.activations) "
      + "activations, \(scheme.calibrator.rawValue) calibration"
    if let choice = scheme.weightCalibrator { text += " (\(choice.rawValue) for weights)" }
    if scheme.codebook != .kmeans { text += ", \(scheme.codebook.rawValue) codebooks" }
    if scheme.equalization { text += ", equalized channels" }
    if scheme.biasCorrection { text += ", corrected biases" }
    if scheme.weightAdjustment != .unchanged {
      text += ", \(scheme.weightAdjustment.rawValue) weights within the accumulator"
    }
    let own = scheme.ownLayerCount
    if own > 0 { text += "; \(own) \(own == 1 ? "layer has its" : "layers have their") own" }
    return text
  }

  static func words(_ input: InputSummary, hasScheme: Bool) -> String {
    let samples = NumberText.grouped(input.samples)
    var text = "\(samples) \(input.samples == 1 ? "sample" : "samples")"
    if input.low <= input.high {
      text += ", numbers from \(input.low) to \(input.high)"
    }
    text +=
      input.calibrationSamples > 0
      ? "; calibrated on \(NumberText.grouped(input.calibrationSamples)) samples"
      : (hasScheme ? "; scales as the scheme gives them" : "")
    return text
  }

  /// How often the network is right, and how near it is to the float one.
  static func accuracy(_ accuracy: Accuracy?, _ fidelity: Fidelity?) -> [String] {
    var lines: [String] = []
    if let accuracy {
      let percent = { (count: Int) in NumberText.wholePercent(accuracy.share(count)) + " %" }
      lines += LabelledText.lines(
        "top-1",
        "\(percent(accuracy.top1)), 95 % interval \(interval(accuracy)) %"
          + (accuracy.floatTop1.map { "; float network " + percent($0) } ?? ""))
      if let top5 = accuracy.top5 {
        let float = accuracy.floatTop5.map { "; float network \(percent($0))" } ?? ""
        lines += LabelledText.lines("top-5", percent(top5) + float)
      }
    }
    if let fidelity, fidelity.samples > 0 {
      let same = NumberText.wholePercent(NumberText.share(fidelity.sameTop1, of: fidelity.samples))
      let noise =
        fidelity.outputSQNR.map { "signal to noise \(NumberText.fixed($0, 1)) dB" }
        ?? (fidelity.isExact ? "outputs equal" : "signal to noise undefined")
      let agreement =
        accuracy == nil
        ? "against the float network's outputs"
        : "same top-1 as the float network for \(same) % of the samples"
      lines += LabelledText.lines("fidelity", "\(agreement); \(noise)")
    }
    return lines.isEmpty ? [] : ["accuracy"] + lines
  }

  /// The ends of the 95 % interval in per cent: `81.1 to 90.5`.
  static func interval(_ accuracy: Accuracy) -> String {
    NumberText.wholePercent(accuracy.interval.low) + " to "
      + NumberText.wholePercent(accuracy.interval.high)
  }

  private static func totals(_ result: SimulationResult) -> [String] {
    let totals = result.totals
    var lines = ["totals for one inference"]
    lines += LabelledText.lines(
      "compute", "\(NumberText.count(totals.macs)) multiply-accumulates")
    let stalled = NumberText.share(totals.stallCycles.count, of: totals.cycles.count)
    lines += LabelledText.lines(
      "time",
      "\(NumberText.grouped(totals.cycles.count)) cycles, \(NumberText.time(totals.seconds)); "
        + "\(NumberText.percent(stalled)) % of them stalled")
    lines += LabelledText.lines("energy", energyWords(totals))
    lines += valueLines(result)
    let storage = totals.storage
    lines += LabelledText.lines(
      "parameters",
      "\(NumberText.storage(storage.total)): weights \(NumberText.storage(storage.weights)), "
        + "biases \(NumberText.storage(storage.biases)), "
        + "scales \(NumberText.storage(storage.scales))"
        + (storage.codebooks == .zero ? "" : ", codebooks \(NumberText.storage(storage.codebooks))")
    )
    if let huffman = totals.huffman {
      lines += LabelledText.lines(
        "huffman",
        "\(NumberText.storage(huffman)) of weights at least, in a Huffman code for each layer "
          + "(tables not counted)")
    }
    lines += LabelledText.lines(
      "traffic", "\(NumberText.storage(totals.accessBits)) moved at all levels")
    if let overflowed = totals.overflowedOutputs, let outputs = totals.outputs {
      let share = NumberText.percent(NumberText.share(overflowed, of: outputs))
      lines += LabelledText.lines(
        "overflow",
        "\(NumberText.grouped(overflowed)) of \(NumberText.grouped(outputs)) accumulated outputs "
          + "of all samples (\(share) %) left the range of their accumulator")
    }
    return lines
  }

  private static func warnings(_ result: SimulationResult) -> [String] {
    guard !result.warnings.isEmpty else { return [] }
    return ["warnings"] + result.warnings.flatMap { LabelledText.lines("note", $0) }
  }
}
