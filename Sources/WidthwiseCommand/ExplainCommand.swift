import ArgumentParser
import Widthwise

struct ExplainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows where each cycle and each picojoule of a layer comes from.",
    discussion: """
      The lines add up to the figures that `simulate` reports for one inference. With inputs the values \
      of the layer are counted, too.

      EXAMPLES
        widthwise explain digits --layer conv1
        widthwise explain alexnet --device eyeriss --layer conv3 --format json
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "A hwconfig (.yaml) or the name of a bundled device.")
  var device: String = "edge-npu"

  @Option(help: "The name of the layer, as in the report; all layers by default.")
  var layer: String?

  @Option(help: "Weights: int4, fixed8, kmeans4, mxfp4, fp8-e4m3, ternary … (default: int8)")
  var weights: String?

  @Option(help: "Activations: int8, fixed8.5, dfp8, fp8-e4m3, pow2-4, kmeans4 … (default: uint8)")
  var activations: String?

  @OptionGroup var quantization: QuantizationOptions

  @Option(help: ArgumentHelp("Threads; the cores of this machine by default.", valueName: "N"))
  var threads: Int?

  @Option(help: "What to print: text or json.")
  var format: ReportFormat = .text

  func run() async throws {
    try await reportingBadInput {
      let device = try DeviceFile.device(device, in: .ofTool)
      let options = SimulationOptions(
        device: device, scheme: try quantization.scheme(weights: weights, activations: activations))
      let workload = try workload.workload(seed: 1)
      try quantization.check(workload, weights: [weights], activations: [activations])
      let names = workload.network.network.layers.map(\.name)
      if let layer, !names.contains(layer) {
        throw BadInput(
          "--layer \(layer): is not a layer of \(workload.network.network.name); write one of "
            + names.joined(separator: ", "))
      }
      let simulator = try await Simulator(
        workload, threads: try RunOptions.threadCount(threads),
        calibrates: !options.scheme.isCalibrated(for: workload.network.network),
        schemes: [options.scheme])
      let result = try await simulator.result(options)
      let layers = result.layers.filter { layer == nil || $0.name == layer }
      switch format {
      case .text:
        print(
          layers.map { ExplanationText.text($0, of: result, on: device) }
            .joined(separator: "\n"), terminator: "")
      case .json:
        print(ExplanationJSON.text(layers, of: result, on: device), terminator: "")
      }
    }
  }
}
