import ArgumentParser
import Foundation
import Widthwise

struct SensitivityCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sensitivity",
    abstract: "Runs each layer alone at each format and accumulator width, all else unchanged.",
    discussion: """
      Every row is one run of the whole network in which one layer has other weights, other output \
      activations (`input` is the network's input) or another accumulator than the baseline: --scheme, \
      or int8 weights, uint8 activations and the device's accumulator. Lists are separated by commas. \
      Without --weights, --activations and --accumulator the defaults of all three are tried (of an \
      integer network: accumulators).

      UNITS
        drop: top-1 lost against the baseline, in points, with the 95 % Wilson interval in the files; \
      output error: signal to quantization noise in dB and Kullback-Leibler divergence in nats, both \
      against the float network; overflow: share of outputs with a prefix outside the accumulator; \
      energy in pJ, cycles and accesses of one inference; storage in bits.

      EXAMPLES
        widthwise sensitivity digits --samples 100
        widthwise sensitivity digits --weights int8,int6,int4,int2 --output sensitivity
        widthwise sensitivity digits --accumulator 18:saturate,16:saturate --layers conv2,fc6
      """)

  @OptionGroup var workload: WorkloadOptions

  @Option(help: "A hwconfig (.yaml) or the name of a bundled device.")
  var device: String = "edge-npu"

  @Option(
    help: ArgumentHelp(
      "Weights to try: int4, fixed4, kmeans4, mxfp4, ternary … (default: int8,int6,int5,int4,int3,int2)",
      valueName: "FORMAT,..."))
  var weights: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Activations to try: uint8, fixed8.5, fp8-e4m3, pow2-4, kmeans4, binary … \
      (default: uint8,uint6,uint5,uint4,uint3)
      """, valueName: "FORMAT,..."))
  var activations: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      Accumulators to try: 16:saturate, 18:wrap, fp16. \
      (default: 20:saturate,18:saturate,17:saturate,16:saturate,14:saturate)
      """, valueName: "BITS:POLICY,..."))
  var accumulator: [String] = []

  @Option(help: ArgumentHelp("Only these layers.", valueName: "NAME,..."))
  var layers: [String] = []

  @OptionGroup var quantization: QuantizationOptions

  @Option(
    name: .customLong("arithmetic"),
    help: ArgumentHelp(
      "The arithmetic of a runtime in place of the device's (`widthwise arithmetic list`).",
      valueName: "NAME"))
  var preset: String?

  @Option(
    help: "What mappings are chosen for: energy, latency, or edp, the product of energy and cycles."
  )
  var objective: String = MappingObjective.product.rawValue

  @Option(
    help: """
      fast: count every overflow, observe final sums; full: watch every prefix of every sum, which is many \
      times slower and lets energies depend on values. Values are the same.
      """)
  var statistics: String = IntegerExecutor.Observation.fast.rawValue

  @Option(help: ArgumentHelp("Inferences that share weights on the device.", valueName: "N"))
  var batch: Int = 1

  @Option(help: ArgumentHelp("Threads; the cores of this machine by default.", valueName: "N"))
  var threads: Int?

  @Option(help: ArgumentHelp("Seed of the inputs of --random-weights.", valueName: "N"))
  var seed: UInt64 = 1

  @Option(
    help: ArgumentHelp(
      "Write sensitivity.csv, sensitivity.json, sensitivity.svg (a heat map) and summary.txt here.",
      valueName: "DIR"))
  var output: String?

  @Option(help: "What to print: text, csv or json.")
  var format: TableFormat = .text

  func run() async throws {
    try await reportingBadInput {
      try checkFolder(output, "--output")
      let baseline = try baseline()
      let workload = try workload.workload(seed: seed)
      try quantization.check(workload, weights: weights, activations: activations)
      let axes = try axes(isInteger: workload.quantized != nil)
      // What is wrong with the layers shows before anything is run.
      _ = try SensitivityStudy.points(of: workload, baseline: baseline, axes: axes)
      let progress = ProgressLine()
      let simulator = try await Simulator(
        workload, threads: try RunOptions.threadCount(threads), schemes: [baseline.scheme],
        detail: .distributions,
        progress: progress.handler)
      let study = try SensitivityStudy(simulator, baseline: baseline, axes: axes)
      let start = ContinuousClock.now
      let result = try await study.result(progress: progress.handler)
      progress.clear()
      noteEvaluations(study.evaluationCount, result.reuse, start.duration(to: .now))
      if let output { try ReportFolder.write(result, to: output) }
      switch format {
      case .text: print(SensitivityReport.text(result), terminator: "")
      case .csv: print(SensitivityReport.csv(result), terminator: "")
      case .json: print(SensitivityReport.json(result), terminator: "")
      }
    }
  }

  /// What all layers have that are not varied.
  private func baseline() throws -> SimulationOptions {
    guard (1...65_536).contains(batch) else {
      throw BadInput("--batch \(batch): must be 1 to 65536")
    }
    var arithmetic = ArithmeticChoice()
    arithmetic.preset = try preset.map { try Spelling.arithmetic($0) }
    return SimulationOptions(
      device: try DeviceFile.device(device, in: BundledFiles.ofTool),
      scheme: try quantization.scheme(weights: nil, activations: nil), choice: arithmetic,
      batch: batch,
      observation: try choice(statistics, "--statistics", of: IntegerExecutor.Observation.self),
      objective: try choice(objective, "--objective", of: MappingObjective.self))
  }

  /// What is tried: what was given, or the defaults.
  private func axes(isInteger: Bool) throws -> SensitivityAxes {
    let isDefault = weights.isEmpty && activations.isEmpty && accumulator.isEmpty
    func list(_ values: [String], default given: String) -> [String] {
      isDefault ? [given] : values
    }
    var axes = SensitivityAxes()
    if !isInteger {
      axes.weights = try FormatLists.formats(
        list(weights, default: "int8,int6,int5,int4,int3,int2"), "--weights")
      axes.activations = try FormatLists.formats(
        list(activations, default: "uint8,uint6,uint5,uint4,uint3"), "--activations")
    }
    axes.accumulators = try FormatLists.accumulators(
      list(
        accumulator,
        default: "20:saturate,18:saturate,17:saturate,16:saturate,14:saturate"),
      "--accumulator")
    if !layers.isEmpty {
      axes.layers = layers.flatMap { $0.split(separator: ",").map(String.init) }
    }
    return axes
  }
}
