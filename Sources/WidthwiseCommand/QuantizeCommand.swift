import ArgumentParser
import Widthwise

struct QuantizeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Calibrates a network once and writes its scheme for later runs.",
    discussion: """
      EXAMPLES
        widthwise quantize digits --weights int4 --calibrator kl --output scheme
        widthwise simulate digits --scheme scheme/scheme.yaml
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "Weights: int4, fixed8, kmeans4, mxfp4, fp8-e4m3, ternary … (default: int8)")
  var weights: String?

  @Option(help: "Activations: int8, fixed8.5, dfp8, fp8-e4m3, pow2-4, kmeans4 … (default: uint8)")
  var activations: String?

  @Option(
    help: ArgumentHelp(
      "The accumulator of every layer, which --weight-adjustment fits weights to: 16:saturate.",
      valueName: "BITS:POLICY"))
  var accumulator: String?

  @OptionGroup var quantization: QuantizationOptions

  @Option(help: ArgumentHelp("Threads; the cores of this machine by default.", valueName: "N"))
  var threads: Int?

  @Option(help: ArgumentHelp("Write scheme.yaml here.", valueName: "DIR"))
  var output: String

  func run() async throws {
    try await reportingBadInput {
      try checkFolder(output, "--output")
      var scheme = try quantization.scheme(weights: weights, activations: activations)
      if let accumulator { scheme.replaceAccumulator(with: try Spelling.accumulator(accumulator)) }
      var source = try workload.workload(seed: 1)
      guard source.quantized == nil else {
        throw BadInput(
          "quantize: the network is integer already and keeps its own scales; take the float network"
        )
      }
      guard let calibration = source.calibration else {
        throw BadInput("quantize: there are no samples to calibrate with; give --calibration")
      }
      // Only calibration is needed: a single sample keeps the float reference short.
      source.evaluation = calibration.prefix(1)
      source.labels = nil
      let progress = ProgressLine()
      let threads = try RunOptions.threadCount(threads)
      let simulator = try await Simulator(
        source, threads: threads, schemes: [scheme], progress: progress.handler)
      let calibrated = try simulator.calibrated(scheme)
      progress.clear()
      let names = source.network.network.layers.map(\.name)
      let path = try ReportFolder.write(
        SchemeFile.text(calibrated, order: [QuantizationScheme.inputName] + names),
        named: "scheme.yaml", to: output)
      print("\(path): \(names.count) layers, calibrated on \(calibration.count) samples")
    }
  }
}
