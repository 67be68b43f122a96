import ArgumentParser
import Widthwise

struct PlatformCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "platform",
    abstract:
      "Runs a quantized network on several linked devices, each layer where it costs least.",
    discussion: """
      Each layer has the costs and the arithmetic of its device. Tensors that move between devices,
      and changes of layout, cost time and energy. Layers under `placement:` in the platform file stay
      where they are put; the others go where --objective wants them: the best placement of a chain,
      a good one of a graph.

      EXAMPLES
        widthwise platform digits --platform npu-and-m4
        widthwise platform digits --platform npu-and-m4 --objective latency --output report
        widthwise platform resnet18 --platform my-board.yaml --weights int4 --format json
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "A platform file (.yaml) or the name of a bundled platform.")
  var platform: String

  @Option(help: "Weights: int4, fixed8, kmeans4, mxfp4, fp8-e4m3, ternary … (default: int8)")
  var weights: String?

  @Option(help: "Activations: int8, fixed8.5, dfp8, fp8-e4m3, pow2-4, kmeans4 … (default: uint8)")
  var activations: String?

  @OptionGroup var quantization: QuantizationOptions
  @OptionGroup var run: RunOptions

  @Option(help: ArgumentHelp("Write platform.json and summary.txt here.", valueName: "DIR"))
  var output: String?

  @Option(help: "What to print: text or json.")
  var format: ReportFormat = .text

  func run() async throws {
    try await reportingBadInput {
      try checkFolder(output, "--output")
      let options = PlatformOptions(
        platform: try PlatformFile.platform(platform, in: .ofTool),
        scheme: try quantization.scheme(weights: weights, activations: activations),
        batch: try run.batchSize(), observation: try run.observation(),
        keepsState: try run.keepsState(), objective: try run.mappingObjective())
      let workload = try workload.workload(seed: run.seed)
      try quantization.check(workload, weights: [weights], activations: [activations])
      let progress = ProgressLine()
      let simulator = try await Simulator(
        workload, threads: try run.threadCount(),
        calibrates: !options.scheme.isCalibrated(for: workload.network.network),
        schemes: [options.scheme],
        progress: progress.handler)
      let result = try await simulator.result(options, progress: progress.handler)
      progress.clear()
      if let output { try ReportFolder.write(result, to: output) }
      print(
        format == .json ? PlatformJSON.text(result) : PlatformText.text(result), terminator: "")
    }
  }
}
