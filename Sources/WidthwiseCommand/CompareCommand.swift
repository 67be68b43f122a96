import ArgumentParser
import Widthwise

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Runs one network under several settings and puts them side by side.",
    discussion: """
      Give --device, --weights, --activations, --arithmetic and --accumulator as often as you like;
      every combination is run.

      EXAMPLES
        widthwise compare digits --accumulator 32:wrap --accumulator 18:saturate --accumulator 16:wrap
        widthwise compare alexnet --device eyeriss --device edge-npu --weights int8 --weights int4
        widthwise compare digits --weights int8 --weights int4 --format csv
        widthwise compare digits --arithmetic tflm --arithmetic xnnpack --arithmetic ort-avx2
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(
    help: "A hwconfig (.yaml) or the name of a bundled device; repeatable. (default: edge-npu)")
  var device: [String] = []

  @Option(help: "Weights: int4, fixed8, kmeans4, mxfp4, fp8-e4m3, ternary …; repeatable.")
  var weights: [String] = []

  @Option(help: "Activations: int8, fixed8.5, dfp8, fp8-e4m3, pow2-4, kmeans4 …; repeatable.")
  var activations: [String] = []

  @Option(
    name: .customLong("arithmetic"),
    help: ArgumentHelp(
      """
      The arithmetic of a runtime in place of the device's (`widthwise arithmetic list`); repeatable.
      """, valueName: "NAME"))
  var presets: [String] = []

  @Option(
    help: ArgumentHelp(
      "The accumulator: 16:saturate, 32:wrap, unlimited, fp16, fp-e8m13; repeatable.",
      valueName: "BITS:POLICY"))
  var accumulator: [String] = []

  @OptionGroup var quantization: QuantizationOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var run: RunOptions

  @Option(
    help: ArgumentHelp(
      "Write comparison.csv, comparison.json and summary.txt here.", valueName: "DIR"))
  var output: String?

  @Option(help: "What to print: text, csv or json.")
  var format: TableFormat = .text

  func run() async throws {
    try await reportingBadInput {
      try checkFolder(output, "--output")
      let settings = try settings()
      let workload = try workload.workload(seed: run.seed)
      try quantization.check(workload, weights: weights, activations: activations)
      let progress = ProgressLine()
      let network = workload.network.network
      let simulator = try await Simulator(
        workload, threads: try run.threadCount(),
        calibrates: settings.contains { !$0.options.scheme.isCalibrated(for: network) },
        schemes: settings.map(\.options.scheme),
        progress: progress.handler)
      var rows: [ComparisonRow] = []
      var costs = CostCache()
      for setting in settings {
        let result = try await simulator.result(
          setting.options, costs: &costs, progress: progress.handler)
        let names = setting.names.filter { workload.quantized == nil || !$0.isFormat }
        rows.append(
          ComparisonRow(settings: names.map { ($0.name, $0.value) }, result: result))
      }
      progress.clear()
      if let output { try ReportFolder.write(rows, to: output) }
      switch format {
      case .text: print(ComparisonReport.text(rows), terminator: "")
      case .csv: print(ComparisonReport.csv(rows), terminator: "")
      case .json: print(ComparisonReport.json(rows), terminator: "")
      }
    }
  }

  /// Every combination of the axes, the last axis fastest, with the values that name it.
  private func settings() throws -> [(names: [SettingName], options: SimulationOptions)] {
    let bundled = BundledFiles.ofTool
    let devices = try (device.isEmpty ? ["edge-npu"] : device).map {
      try DeviceFile.device($0, in: bundled)
    }
    func axis(_ values: [String]) -> [String?] { values.isEmpty ? [nil] : values }
    let batch = try run.batchSize()
    let observation = try run.observation()
    let keepsState = try run.keepsState()
    let objective = try run.mappingObjective()
    var settings: [(names: [SettingName], options: SimulationOptions)] = []
    for device in devices {
      for weights in axis(weights) {
        for activations in axis(activations) {
          let scheme = try quantization.scheme(weights: weights, activations: activations)
          for preset in axis(presets) {
            for accumulator in axis(accumulator) {
              let options = SimulationOptions(
                device: device, scheme: scheme,
                choice: try arithmetic.choices(
                  preset: preset, accumulator: accumulator, device: device),
                batch: batch, observation: observation, keepsState: keepsState,
                objective: objective)
              settings.append((names(options), options))
            }
          }
        }
      }
    }
    return settings
  }

  /// The values that name a combination; the arithmetic only where one was given.
  private func names(_ options: SimulationOptions) -> [SettingName] {
    var names = [
      SettingName(name: "device", value: options.device.name),
      SettingName(name: "weights", value: "\(options.scheme.weights)", isFormat: true),
      SettingName(name: "activations", value: "\(options.scheme.activations)", isFormat: true),
    ]
    if let preset = options.choice.preset {
      names.append(SettingName(name: "arithmetic", value: preset.name))
    }
    names.append(
      SettingName(name: "accumulator", value: "\(options.arithmetic.finalAccumulator)"))
    return names
  }
}

/// What names one combination on one axis.
struct SettingName {
  var name: String
  var value: String
  /// Whether it says how a float network is quantized; an integer network has formats of its own.
  var isFormat = false
}

/// What a command that prints a table prints.
enum TableFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case csv
  case json
}
