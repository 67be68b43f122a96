import Foundation
import Interchange

/// One of the node tests of the package onnx: a model of one operator with inputs and outputs.
struct ONNXNodeCase {
  /// The name of its folder without `test_`.
  let name: String
  private let folder: URL

  /// The folder of all node tests; nil where `Scripts/onnx/node_tests.sh` has not installed them.
  static let root: URL? = {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    let libraries = root.appendingPathComponent(".build/onnx-venv/lib")
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: libraries.path)) ?? []
    return versions.sorted().map {
      libraries.appendingPathComponent($0)
        .appendingPathComponent("site-packages/onnx/backend/test/data/node")
    }.first { FileManager.default.fileExists(atPath: $0.path) }
  }()

  /// All cases, by name.
  static let all: [ONNXNodeCase] = {
    guard let root else { return [] }
    let folders = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return folders.sorted().compactMap { folder in
      guard folder.hasPrefix("test_") else { return nil }
      return ONNXNodeCase(
        name: String(folder.dropFirst(5)), folder: root.appendingPathComponent(folder))
    }
  }()

  /// The path of the model.
  var model: String { folder.appendingPathComponent("model.onnx").path }

  /// The inputs in the order of the graph; each has the name of its input.
  func inputs() throws(ONNXError) -> [ONNXTensor] { try tensors("input") }

  /// The expected outputs in the order of the graph; each has the name of its output.
  func outputs() throws(ONNXError) -> [ONNXTensor] { try tensors("output") }

  private func tensors(_ kind: String) throws(ONNXError) -> [ONNXTensor] {
    var tensors: [ONNXTensor] = []
    while true {
      let path = folder.appendingPathComponent("test_data_set_0/\(kind)_\(tensors.count).pb").path
      guard FileManager.default.fileExists(atPath: path) else { return tensors }
      tensors.append(try ONNXTensor.read(at: path))
    }
  }
}
