import ArgumentParser
import Widthwise

struct SimulateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Runs a quantized network on a device: accuracy, overflow, accesses, cycles, energy.",
    discussion: """
      Without inputs (a topology, or a network alone) only costs are counted.

      EXAMPLES
        widthwise simulate digits
        widthwise simulate digits --accumulator 16:wrap --output report
        widthwise simulate net.onnx --inputs x.npy --labels y.npy --weights int4
        widthwise simulate resnet18 --device tpu-like-16x16 --batch 8
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "A hwconfig (.yaml) or the name of a bundled device.")
  var device: String = "edge-npu"

  @Option(help: "Weights: int4, fixed8, kmeans4, mxfp4, fp8-e4m3, ternary … (default: int8)")
  var weights: String?

  @Option(help: "Activations: int8, fixed8.5, dfp8, fp8-e4m3, pow2-4, kmeans4 … (default: uint8)")
  var activations: String?

  @Option(
    name: .customLong("arithmetic"),
    help: ArgumentHelp(
      """
      The arithmetic of a runtime in place of the device's: tflm, xnnpack, ort-vnni and others of \
      `widthwise arithmetic list`.
      """, valueName: "NAME"))
  var preset: String?

  @Option(
    help: ArgumentHelp(
      "The accumulator: 16:saturate, 32:wrap, unlimited, fp16, fp-e8m13. (default: the device's)",
      valueName: "BITS:POLICY"))
  var accumulator: String?

  @OptionGroup var quantization: QuantizationOptions
  @OptionGroup var arithmetic: ArithmeticOptions
  @OptionGroup var run: RunOptions

  @Option(
    help: ArgumentHelp(
      "Mappings of some layers, as `widthwise mappings show` prints them; others are searched.",
      valueName: "FILE"))
  var mapping: String?

  @Option(
    help: ArgumentHelp(
      "Write report.json, layers.csv, accesses.csv, overflow.csv and summary.txt here.",
      valueName: "DIR"))
  var output: String?

  @Option(help: "What to print: text or json.")
  var format: ReportFormat = .text

  @Option(
    help: ArgumentHelp("Write golden vectors of every layer here as NumPy files.", valueName: "DIR")
  )
  var vectors: String?

  @Option(help: ArgumentHelp("Samples in the golden vectors.", valueName: "N"))
  var vectorSamples: Int = 1

  func run() async throws {
    try await reportingBadInput {
      try checkFolder(output, "--output")
      try checkFolder(vectors, "--vectors")
      let device = try DeviceFile.device(device, in: .ofTool)
      var options = SimulationOptions(
        device: device,
        scheme: try quantization.scheme(weights: weights, activations: activations),
        choice: try arithmetic.choices(
          preset: preset, accumulator: accumulator, device: device), batch: try run.batchSize(),
        observation: try run.observation(), keepsState: try run.keepsState(),
        objective: try run.mappingObjective())
      options.mappings = try mapping.map(MappingFile.sheet(at:))
      let workload = try workload.workload(seed: run.seed)
      try quantization.check(workload, weights: [weights], activations: [activations])
      if vectors != nil && workload.evaluation == nil {
        throw BadInput("--vectors: there are no inputs to run; give --inputs")
      }
      guard vectorSamples >= 1 else {
        throw BadInput("--vector-samples \(vectorSamples): must be at least 1")
      }
      let progress = ProgressLine()
      let simulator = try await Simulator(
        workload, threads: try run.threadCount(),
        calibrates: !options.scheme.isCalibrated(for: workload.network.network),
        schemes: [options.scheme],
        progress: progress.handler)
      let result = try await simulator.result(options, progress: progress.handler)
      progress.clear()
      if let output { try ReportFolder.write(result, to: output) }
      if let vectors {
        let codes = try simulator.inputCodes(options, count: vectorSamples)
        try VectorFolder.write(
          try simulator.executor(options), count: codes.count, codes: { codes[$0] }, to: vectors)
      }
      print(format == .json ? JSONReport.text(result) : TextReport.text(result), terminator: "")
    }
  }
}

/// What a command prints.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}
