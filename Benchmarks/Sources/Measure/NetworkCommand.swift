import ArgumentParser
import Work

struct NetworkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "A quantized network over its samples, values only.")

  @Argument(help: "A workload, network or topology file, or a bundled name.") var network: String
  @Option(help: "Inputs, samples on the first axis.") var inputs: String?
  @Option(help: "The first samples only.") var samples: Int?
  @Option(help: "Seed of the weights of a topology.") var randomWeights: UInt64?
  @Option(help: "The accumulator, such as 20:saturate.") var accumulator: String = "32:wrap"
  @Option(help: "The arithmetic of a runtime.") var arithmetic: String = "ort-vnni"
  @Option(help: "The format of the weights.") var weights: String?
  @Option(help: "The format of the activations.") var activations: String?
  @Option(help: "full or fast.") var statistics: String = "fast"
  @Option(help: "Threads that samples are spread over.") var threads: Int = 1
  @OptionGroup var repetition: RepetitionOptions

  func run() async throws {
    var source = NetworkSource(network: network)
    source.inputs = inputs
    source.samples = samples
    source.randomWeights = randomWeights
    source.accumulator = accumulator
    source.arithmetic = arithmetic
    source.weights = weights
    source.activations = activations
    source.statistics = statistics
    source.threads = threads
    try await repetition.report("network", try await source.work())
  }
}

struct CostsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "costs", abstract: "The costs of every layer of a network on a device.")

  @Argument(help: "A network or topology file, or a bundled name.") var network: String
  @Option(help: "A hwconfig or the name of a bundled device.") var device: String = "edge-npu"
  @Option(help: "Threads that layers are spread over.") var threads: Int = 1
  @OptionGroup var repetition: RepetitionOptions

  func run() async throws {
    var source = NetworkSource(network: network)
    source.device = device
    source.threads = threads
    try await repetition.report("costs", try await CostWork(source))
  }
}
