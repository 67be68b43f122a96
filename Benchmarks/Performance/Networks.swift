import Foundation
import Widthwise
import Work

/// Whole networks through the executor: ResNet-8 where `../shared` is there, else the bundled digits.
func registerNetworks() {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  let resnet = root.appendingPathComponent("../shared/data/workloads/resnet8.yaml").path
  let isThere = FileManager.default.fileExists(atPath: resnet)
  for accumulator in ["32:wrap", "20:saturate", "17:saturate"] {
    for observation in IntegerExecutor.Observation.allCases {
      for threads in [1, 2] {
        var source = NetworkSource(network: isThere ? resnet : "digits")
        source.samples = 100
        source.arithmetic = "ort-vnni"
        source.accumulator = accumulator
        source.statistics = observation.rawValue
        source.threads = threads
        registerNetwork(isThere ? "ResNet-8" : "digits", source)
      }
    }
  }
  for name in ["all-cnn-c", "mobilenet-v1-0.25"] {
    var source = NetworkSource(network: name)
    source.samples = 2
    source.randomWeights = 1
    source.arithmetic = "ort-vnni"
    source.accumulator = "32:wrap"
    source.statistics = "fast"
    source.threads = 1
    registerNetwork(name, source)
  }
}

private func registerNetwork(_ name: String, _ source: NetworkSource) {
  let text = [
    name, "\(source.samples ?? 0) images", source.accumulator ?? "", source.statistics ?? "",
    "\(source.threads ?? 1) threads",
  ].joined(separator: " ")
  register("network \(text)") { try await source.work() }
}
