import ArgumentParser

@main
struct MeasureTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Times kernels, networks and cost models inside one process; prints JSON.",
    discussion: """
      EXAMPLES
        measure conv --accumulator 20:saturate --seconds 1
        measure network digits --accumulator 16:saturate --statistics fast
        measure costs resnet50 --device tpu-like-16x16
        measure serve   (jobs from standard input, one JSON object a line)
      """,
    subcommands: [
      ConvolutionCommand.self, NetworkCommand.self, CostsCommand.self, ServeCommand.self,
    ])
}
