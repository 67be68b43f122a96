import ArgumentParser
import Foundation
import Widthwise

struct TuneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Finds the formats of each layer that cost least within limits, without retraining.",
    discussion: """
      Searches number formats of weights and activations, granularities and accumulators, layer by \
      layer: costs are those of the device, accuracy is that of its arithmetic. Without a limit, top-1 \
      may be 1 point below float (without labels: outputs 20 dB above noise). With --flash or --ram and \
      no limit on what is lost, the most accurate candidate that fits is sought.

      With --accumulator every layer has that accumulator, and only pairs of widths that use it fully \
      are tried: at which at most --max-overflow-rate of the outputs overflow on the samples (--bound \
      rate, 0.1 % unless said), none does (calibrated), or the weights prove that none can (proven). \
      What is sought then is accuracy.

      Ranges of activations leave out 0.005 % of the values at either end and biases are corrected, which \
      few bits need, unless --scheme, --calibrator or --no-bias-correction say otherwise. Where one of \
      --weights, --activations or --accumulators is given, only what is given is searched.

      The result is scheme.yaml, which `simulate`, `compare` and `networks convert` take with --scheme. \
      A search that was stopped goes on with --resume.

      EXAMPLES
        widthwise tune digits --objective size --max-drop 1% --output tuned
        widthwise simulate digits --scheme tuned/scheme.yaml
        widthwise tune digits --objective energy:0.5,latency:0.5 --search evolutionary --seed 7
        widthwise tune digits --flash 20KB --ram 4KB --weights int4,kmeans3,int2 --activations uint5,uint4
        widthwise tune digits --accumulator 16 --bound proven
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "A hwconfig (.yaml) or the name of a bundled device.")
  var device: String = "edge-npu"

  @Option(
    help: ArgumentHelp(
      """
      What is made small: size (stored parameters), energy, latency, edp (energy times latency), accesses \
      (bits moved), loss (wrong answers, or output error), or a weighted sum such as energy:0.7,size:0.3. \
      (default: size)
      """, valueName: "FIGURE"))
  var objective: String?

  @OptionGroup(title: "Limits") var limits: LimitOptions

  @Option(
    help: ArgumentHelp(
      "Weights to choose from, beside the scheme's. "
        + "(default: int6,int5,int4,kmeans4,int3,kmeans3,kmeans2,ternary)",
      valueName: "FORMAT,..."))
  var weights: [String] = []

  @Option(
    help: ArgumentHelp(
      "Granularities to choose from, such as tensor,channel. (default: the scheme's)",
      valueName: "NAME,..."))
  var granularities: [String] = []

  @Option(
    help: ArgumentHelp(
      "Activations to choose from, beside the scheme's. (default: uint6,uint5,uint4,uint3)",
      valueName: "FORMAT,..."))
  var activations: [String] = []

  @Option(
    help: ArgumentHelp(
      "Accumulators to choose from, layer by layer. (default: the device's alone)",
      valueName: "BITS:POLICY,..."))
  var accumulators: [String] = []

  @Option(
    help: ArgumentHelp(
      "One accumulator for all layers; searches the widths that use it fully.",
      valueName: "BITS:POLICY"))
  var accumulator: String?

  @Option(
    help:
      "With --accumulator, when widths fit: rate, calibrated or proven. (default: rate; proven with --no-overflow)"
  )
  var bound: String?

  @Option(
    help: "How candidates are found: greedy (guided by sensitivity), annealing or evolutionary.")
  var search: String = TuningAlgorithm.greedy.rawValue

  @Option(help: ArgumentHelp("Candidates that may be evaluated.", valueName: "N"))
  var evaluations: Int = 500

  @Option(
    help: ArgumentHelp(
      "Search with the first N samples; the result is checked on all of them. (default: all)",
      valueName: "N"))
  var searchSamples: Int?

  @OptionGroup var quantization: QuantizationOptions

  @Option(
    name: .customLong("arithmetic"),
    help: ArgumentHelp(
      "The arithmetic of a runtime in place of the device's (`widthwise arithmetic list`).",
      valueName: "NAME"))
  var preset: String?

  @Option(help: "What mappings are chosen for: energy, latency, or edp.")
  var mappingObjective: String = MappingObjective.product.rawValue

  @Option(help: ArgumentHelp("Inferences that share weights on the device.", valueName: "N"))
  var batch: Int = 1

  @Option(help: ArgumentHelp("Threads; the cores of this machine by default.", valueName: "N"))
  var threads: Int?

  @Option(help: ArgumentHelp("Seed of everything random.", valueName: "N"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Write scheme.yaml, tuning.json, candidates.csv, summary.txt and the journal here.",
      valueName: "DIR"))
  var output: String?

  @Flag(help: "Go on with the search whose journal is in the --output folder.")
  var resume = false

  @Option(help: "What to print: text, csv or json.")
  var format: TableFormat = .text

  func run() async throws {
    try await reportingBadInput {
      try checkOptions()
      let whole = try workload.workload(seed: seed)
      try quantization.check(whole, weights: weights, activations: activations)
      let baseline = try baseline(whole)
      let axes = try axes(isInteger: whole.quantized != nil)
      let problem = try problem(whole)
      let space = try TuningSpace(of: whole, baseline: baseline, axes: axes)
      let algorithm = try choice(search, "--search", of: TuningAlgorithm.self)
      let progress = ProgressLine()
      let threads = try RunOptions.threadCount(threads)
      let simulator = try await Simulator(
        whole, threads: threads, schemes: [baseline.scheme], detail: .distributions,
        progress: progress.handler)
      let searcher = simulator.prefix(searchSamples)
      let tuner = Tuner(
        searcher, baseline: baseline, space: space, problem: problem,
        algorithm: algorithm,
        budget: evaluations, seed: seed)
      let narrow = accumulator == nil ? nil : try await accumulatorSearch(tuner, axes, progress)
      let start = ContinuousClock.now
      // Nothing is left behind by what was refused above.
      let journal = try output.map {
        try TuningJournal(folder: $0, search: identity(whole, baseline), resumes: resume)
      }
      let record: (@Sendable (TuningRecord) throws -> Void)? = journal.map { journal in
        { @Sendable in try journal.append($0) }
      }
      let result: TuningResult
      if let narrow {
        result = try await narrow.result(
          resuming: journal?.records ?? [], record: record, progress: progress.handler)
      } else {
        result = try await tuner.result(
          resuming: journal?.records ?? [], record: record, progress: progress.handler)
      }
      noteEvaluations(
        result.records.count - result.resumedCount, resumed: result.resumedCount, result.reuse,
        start.duration(to: .now))
      let verdict = try await tuner.verdict(
        on: result, simulator: simulator, progress: progress.handler)
      progress.clear()
      if let output { try write(verdict, whole, to: output) }
      switch format {
      case .text: print(TuningReport.text(verdict), terminator: "")
      case .csv: print(TuningReport.csv(verdict), terminator: "")
      case .json: print(TuningReport.json(verdict), terminator: "")
      }
    }
  }

  private func checkOptions() throws {
    try checkFolder(output, "--output")
    if resume, output == nil {
      throw BadInput("--resume: give the folder of the search, --output DIR")
    }
    guard (1...65_536).contains(batch) else {
      throw BadInput("--batch \(batch): must be 1 to 65536")
    }
    guard (1...10_000_000).contains(evaluations) else {
      throw BadInput("--evaluations \(evaluations): must be 1 to 10000000")
    }
    if let searchSamples, searchSamples < 1 {
      throw BadInput("--search-samples \(searchSamples): must be at least 1")
    }
    if bound != nil, accumulator == nil {
      throw BadInput("--bound: is of --accumulator; give that, e.g. --accumulator 16")
    }
    if let output, resume,
      !FileManager.default.fileExists(atPath: "\(output)/\(TuningJournal.fileName)")
    {
      throw BadInput(
        "--resume: there is no journal in \(output); name the folder of the search, or leave it out"
      )
    }
    if accumulator != nil, !accumulators.isEmpty {
      throw BadInput(
        "--accumulators: --accumulator gives all layers the same one; leave one of them out")
    }
  }

  /// What is not searched.
  private func baseline(_ workload: Workload) throws -> SimulationOptions {
    var arithmetic = ArithmeticChoice()
    arithmetic.preset = try preset.map { try Spelling.arithmetic($0) }
    arithmetic.accumulator = try accumulator.map { try Spelling.accumulator($0) }
    if let float = arithmetic.accumulator?.float {
      throw BadInput(
        "--accumulator \(float): only integers have widths that use them fully; write e.g. 16, "
          + "or choose among floats with --accumulators")
    }
    return SimulationOptions(
      device: try DeviceFile.device(device, in: BundledFiles.ofTool),
      scheme: try baselineScheme(workload), choice: arithmetic,
      batch: batch, observation: .fast,
      objective: try choice(
        mappingObjective, "--mapping-objective", of: MappingObjective.self))
  }

  /// The scheme of the options, without outliers and with corrected biases where nothing else is said.
  private func baselineScheme(_ workload: Workload) throws -> QuantizationScheme {
    var scheme = try quantization.scheme(weights: nil, activations: nil)
    guard quantization.scheme == nil, workload.calibration != nil else { return scheme }
    if quantization.calibrator == nil { scheme.calibrator = .percentile }
    if quantization.biasCorrection == nil { scheme.biasCorrection = true }
    return scheme
  }

  private func accumulatorSearch(
    _ tuner: Tuner, _ axes: TuningAxes, _ progress: ProgressLine
  ) async throws -> AccumulatorSearch {
    guard tuner.simulator.executes else {
      throw BadInput("--accumulator: nothing is executed; give --inputs")
    }
    let rule = try rule()
    let scheme = tuner.baseline.scheme
    let needs = try await AccumulatorNeeds(
      tuner.simulator, baseline: tuner.baseline,
      activations: [scheme.activations] + axes.activations,
      weights: [scheme.weights] + axes.weights, observes: rule != .proven,
      progress: progress.handler)
    let search = AccumulatorSearch(
      tuner, needs: needs, rule: rule,
      accumulatorBits: tuner.baseline.arithmetic.finalAccumulator.bits)
    let impossible = search.impossibleLayers.map(\.name)
    if let first = impossible.first {
      progress.clear()
      let others = impossible.count > 1 ? " and \(impossible.count - 1) more" : ""
      FileHandle.standardError.write(
        Data(
          ("widthwise: no pair of widths is \(rule.description) to fit in layer '\(first)'\(others); "
            + "the narrowest are taken there\n").utf8))
    }
    return search
  }

  private func write(_ verdict: TuningVerdict, _ workload: Workload, to output: String) throws {
    let names = workload.network.network.layers.map(\.name)
    let remark =
      verdict.isFeasible
      ? "" : "# No candidate of the search kept all limits; this is the nearest one.\n"
    let scheme =
      workload.quantized == nil
      ? remark + SchemeFile.text(verdict.scheme, order: [QuantizationScheme.inputName] + names)
      : nil
    try ReportFolder.write(verdict, scheme: scheme, to: output)
  }
}
