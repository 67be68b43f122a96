import ArgumentParser
import Widthwise

struct MappingsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mappings", abstract: "The mappings of a network's layers onto a device.",
    subcommands: [Show.self, Timeloop.self])

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Prints mappings in the form that `simulate --mapping` reads.",
      discussion: """
        EXAMPLES
          widthwise mappings show digits --device edge-npu > digits.mapping
          widthwise simulate digits --device edge-npu --mapping digits.mapping
        """)

    @OptionGroup var workload: WorkloadOptions

    @Option(help: "A hwconfig (.yaml) or the name of a bundled device.")
    var device: String = "edge-npu"

    @Option(
      help: "Weights, any format as in `simulate`: stored bits decide what fits. (default: int8)")
    var weights: String?

    @Option(help: "Activations, any format as in `simulate`. (default: uint8)")
    var activations: String?

    @Option(help: ArgumentHelp("The accumulator, as in `simulate`.", valueName: "BITS:POLICY"))
    var accumulator: String?

    @OptionGroup var quantization: QuantizationOptions

    @Option(help: ArgumentHelp("Inferences that share weights on the device.", valueName: "N"))
    var batch: Int = 1

    @Option(help: ArgumentHelp("Mappings that are given; others are searched.", valueName: "FILE"))
    var mapping: String?

    @Option(help: ArgumentHelp("Only this layer.", valueName: "NAME"))
    var layer: String?

    func run() async throws {
      try await reportingBadInput {
        guard (1...65_536).contains(batch) else {
          throw BadInput("--batch \(batch): must be 1 to 65536")
        }
        var options = SimulationOptions(
          device: try DeviceFile.device(device, in: .ofTool),
          scheme: try quantization.scheme(weights: weights, activations: activations),
          batch: batch)
        options.choice.accumulator = try accumulator.map { try Spelling.accumulator($0) }
        options.mappings = try mapping.map(MappingFile.sheet(at:))
        let workload = try workload.workload(seed: 1)
        try quantization.check(workload, weights: [weights], activations: [activations])
        let mappings = try Simulator.mappings(of: workload, options)
        let chosen = mappings.filter { layer == nil || $0.layer == layer }
        if let layer, chosen.isEmpty {
          let names = mappings.map(\.layer).joined(separator: ", ")
          throw BadInput("--layer \(layer): has no mapping; write one of \(names)")
        }
        print(MappingSheet.text(of: chosen), terminator: "")
      }
    }
  }

  struct Timeloop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "timeloop",
      abstract:
        "Reads a Timeloop v0.4 architecture, problem and mapping: prints what the mapping moves.",
      discussion: """
        Storages keep sliding windows and the multipliers read every operand, as in Timeloop.

        EXAMPLE
          widthwise mappings timeloop --architecture arch.yaml --problem prob.yaml --mapping map.yaml
        """)

    @Option(help: ArgumentHelp("The architecture.", valueName: "FILE"))
    var architecture: String

    @Option(help: ArgumentHelp("The problem.", valueName: "FILE"))
    var problem: String

    @Option(help: ArgumentHelp("The mapping.", valueName: "FILE"))
    var mapping: String

    func run() async throws {
      try await reportingBadInput {
        let model = try TimeloopModel(
          architecture: architecture, problem: problem, mapping: mapping)
        let legal = try LegalMapping(model.mapping, of: model.work, on: model.device)
        print(AccessText.text(legal), terminator: "")
      }
    }
  }
}
