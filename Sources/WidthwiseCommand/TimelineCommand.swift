import ArgumentParser
import Foundation
import Widthwise

struct TimelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timeline",
    abstract: "Shows one layer tile by tile: who moves what when, and who waits for whom.",
    discussion: """
      The mapping is the one that simulate prices. --output writes a trace that ui.perfetto.dev and \
      chrome://tracing open; a nanosecond there is a cycle.

      EXAMPLES
        widthwise timeline resnet18 --device tpu-like-16x16 --layer conv1
        widthwise timeline digits --layer conv1 --intervals 100 --output conv1.json
      """)

  @Argument(
    help: "A workload (.yaml), network (.onnx, .tflite) or topology (.csv), or a bundled name.")
  var network: String

  @Option(help: "A hwconfig (.yaml) or the name of a bundled device.")
  var device: String = "edge-npu"

  @Option(help: ArgumentHelp("The layer.", valueName: "NAME"))
  var layer: String

  @Option(help: ArgumentHelp("Inferences that share weights on the device.", valueName: "N"))
  var batch: Int = 1

  @Option(help: ArgumentHelp("Intervals to print.", valueName: "N"))
  var intervals: Int = 20

  @Option(
    help: ArgumentHelp(
      "The most transfers to follow one by one; links with more are spread over the steps.",
      valueName: "N"))
  var limit: Int = LayerTimeline.defaultLimit

  @Option(help: ArgumentHelp("Write a Chrome or Perfetto trace here.", valueName: "FILE.json"))
  var output: String?

  func run() async throws {
    try await reportingBadInput {
      for (name, value) in [("--batch", batch), ("--limit", limit), ("--intervals", intervals)]
      where value < 1 {
        throw BadInput("\(name) \(value): must be at least 1")
      }
      let workload = try WorkloadSource(path: try BundledFiles.ofTool.network(network)).workload()
      let simulator = try await Simulator(workload, threads: 1, calibrates: false)
      var options = SimulationOptions(device: try DeviceFile.device(device, in: .ofTool))
      options.batch = batch
      let work = simulator.work(options)
      guard let chosen = work.first(where: { $0.name == layer }) else {
        let names = work.map(\.name).joined(separator: ", ")
        throw BadInput("--layer \(layer): no such layer; write one of \(names)")
      }
      guard options.device.compute.family.hasMappings else {
        throw BadInput(
          "--device \(device): its layers run without a mapping that could be walked; name an array"
        )
      }
      guard let timeline = try simulator.timeline(ofLayer: layer, options, limit: limit) else {
        throw BadInput(
          "--device \(device): its model has no mapping to walk; write one of family array")
      }
      var model = CostModel(device: options.device)
      let cost = try model.cost(of: chosen)
      print(TimelineText.text(timeline, cost: cost, first: intervals), terminator: "")
      guard let output else { return }
      let name = "\(layer) on \(options.device.name)"
      do {
        try TimelineTrace.text(timeline, name: name)
          .write(toFile: output, atomically: true, encoding: .utf8)
      } catch {
        throw BadInput("--output \(output): cannot be written; check the path")
      }
    }
  }
}
