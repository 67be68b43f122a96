import ArgumentParser
import Widthwise

struct NetworksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "Lists, shows and converts networks.",
    discussion: """
      EXAMPLES
        widthwise networks list
        widthwise networks show digits
        widthwise networks show net.onnx
        widthwise networks convert digits --to qdq --output digits-int8.onnx
      """,
    subcommands: [List.self, Show.self, ConvertCommand.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "list",
      abstract: "Lists the bundled workloads and topologies.")

    func run() async throws {
      try await reportingBadInput {
        let bundled = BundledFiles.ofTool
        let workloads = try bundled.networkNames.map { name in
          (name, try WorkloadSource(path: try bundled.network(name)).workload())
        }
        print(NetworkText.list(workloads), terminator: "")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "show",
      abstract: "Shows the layers of a network, as they are simulated.")

    @Argument(
      help: "A workload (.yaml), network (.onnx, .tflite) or topology (.csv), or a bundled name.")
    var network: String

    func run() async throws {
      try await reportingBadInput {
        let path = try BundledFiles.ofTool.network(network)
        print(NetworkText.text(try WorkloadSource(path: path).workload()), terminator: "")
      }
    }
  }
}
