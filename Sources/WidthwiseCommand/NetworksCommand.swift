import ArgumentParser
import Widthwise

struct NetworksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "networks",
    abstract: "Lists and shows networks.",
    discussion: """
      EXAMPLES
        widthwise networks list
        widthwise networks show digits
        widthwise networks show net.onnx
      """,
    subcommands: [List.self, Show.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
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
      abstract: "Shows the layers of a network, as they are simulated.")

    @Argument(
      help: "A workload (.yaml), network (.onnx) or topology (.csv), or the name of a bundled one.")
    var network: String

    func run() async throws {
      try await reportingBadInput {
        let path = try BundledFiles.ofTool.network(network)
        print(NetworkText.text(try WorkloadSource(path: path).workload()), terminator: "")
      }
    }
  }
}
