import ArgumentParser
import Foundation
import Widthwise

/// Which network to run, on which data.
struct WorkloadOptions: ParsableArguments {
  @Argument(
    help: "A workload (.yaml), network (.onnx, .tflite) or topology (.csv), or a bundled name.")
  var network: String

  @Option(help: ArgumentHelp("Inputs, samples on the first axis.", valueName: "x.npy"))
  var inputs: String?

  @Option(help: ArgumentHelp("The right class of each input.", valueName: "y.npy"))
  var labels: String?

  @Option(
    help: ArgumentHelp(
      "Inputs that choose the scales; without it those that are simulated do.",
      valueName: "c.npy"))
  var calibration: String?

  @Option(help: ArgumentHelp("Simulate only the first N samples.", valueName: "N"))
  var samples: Int?

  @Option(help: ArgumentHelp("Calibrate with the first N samples. (default: 64)", valueName: "N"))
  var calibrationSamples: Int?

  @Option(
    help: ArgumentHelp(
      "Run a topology with Gaussian weights and random inputs.", valueName: "SEED"))
  var randomWeights: UInt64?

  /// The workload that the options name.
  func workload(seed: UInt64) throws -> Workload {
    var source = WorkloadSource(path: try BundledFiles.ofTool.network(network))
    source.inputs = inputs
    source.labels = labels
    source.calibration = calibration
    source.samples = samples
    source.calibrationSamples = calibrationSamples
    source.randomWeights = randomWeights
    source.seed = seed
    for (name, value) in [("--samples", samples), ("--calibration-samples", calibrationSamples)] {
      if let value, value < 1 { throw BadInput("\(name) \(value): must be at least 1") }
    }
    return try source.workload()
  }
}

/// How to run.
struct RunOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads; the cores of this machine by default.", valueName: "N"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      """
      full: watch every prefix of every sum; fast: count every overflow, observe final sums, which \
      is many times faster. Values are the same.
      """))
  var statistics: String = IntegerExecutor.Observation.full.rawValue

  @Option(help: ArgumentHelp("Inferences that share weights on the device.", valueName: "N"))
  var batch: Int = 1

  @Option(
    help: "What mappings are chosen for: energy, latency, or edp, the product of energy and cycles."
  )
  var objective: String = MappingObjective.product.rawValue

  @Option(help: "Memory of recurrent layers: reset before each sample, or keep from the last one.")
  var state: String = MemoryState.reset.rawValue

  @Option(
    help: ArgumentHelp("Seed of everything random: the inputs of --random-weights.", valueName: "N")
  )
  var seed: UInt64 = 1

  /// The threads to use.
  func threadCount() throws -> Int { try Self.threadCount(threads) }

  /// The threads to use when a user said how many, or nothing.
  static func threadCount(_ threads: Int?) throws -> Int {
    guard let threads else { return ProcessInfo.processInfo.activeProcessorCount }
    guard (1...1024).contains(threads) else {
      throw BadInput("--threads \(threads): must be 1 to 1024")
    }
    return threads
  }

  /// How much to observe.
  func observation() throws -> IntegerExecutor.Observation {
    try choice(statistics, "--statistics", of: IntegerExecutor.Observation.self)
  }

  /// Whether recurrent layers go on from sample to sample.
  func keepsState() throws -> Bool {
    try choice(state, "--state", of: MemoryState.self) == .keep
  }

  /// What mappings are chosen for.
  func mappingObjective() throws -> MappingObjective {
    try choice(objective, "--objective", of: MappingObjective.self)
  }

  /// The batch.
  func batchSize() throws -> Int {
    guard (1...65_536).contains(batch) else {
      throw BadInput("--batch \(batch): must be 1 to 65536")
    }
    return batch
  }
}

/// What recurrent layers remember.
enum MemoryState: String, CaseIterable {
  case reset
  case keep
}

/// The case of a closed set that a user typed.
func choice<Choice: RawRepresentable & CaseIterable>(
  _ text: String, _ option: String, of type: Choice.Type
) throws -> Choice where Choice.RawValue == String {
  if let choice = Choice(rawValue: text) { return choice }
  let names = type.allCases.map(\.rawValue).joined(separator: ", ")
  throw BadInput("\(option) \(text): is not known; write one of \(names)")
}
