import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// Models with the outputs of onnxruntime, made by `Scripts/onnx/onnxruntime_vectors.py`.
struct ONNXRuntimeVectors {
  /// The folder of one model: `model.onnx`, `input.npy`, `output.npy`, samples along the first axis.
  let folder: URL

  var name: String { folder.lastPathComponent }

  /// All folders; none where the script has not run.
  static let all: [ONNXRuntimeVectors] = {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    root.appendPathComponent(".build/onnxruntime-vectors")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: root.path)) ?? []
    return names.sorted().map { ONNXRuntimeVectors(folder: root.appendingPathComponent($0)) }
      .filter {
        FileManager.default.fileExists(atPath: $0.folder.appendingPathComponent("output.npy").path)
      }
  }()

  func path(_ file: String) -> String { folder.appendingPathComponent(file).path }
}

@Suite(
  .enabled(
    if: !ONNXRuntimeVectors.all.isEmpty,
    "Scripts/onnx/onnxruntime_vectors.py has not recorded onnxruntime's outputs"))
struct ONNXRuntimeTests {
  @Test("QDQ and QLinear models give the values of onnxruntime to the last bit")
  func models() throws {
    var tally = ConformanceTally(suite: "onnxruntime 1.31.1 quantized models")
    for vectors in ONNXRuntimeVectors.all {
      let result = try Self.differing(vectors)
      let what = "\(vectors.name) \(result.differing) of \(result.values)"
      tally.record(result.differing == 0 ? vectors.name : what, equal: result.differing == 0)
    }
    tally.finish()
  }

  /// The output values that differ from the recorded ones.
  private static func differing(
    _ vectors: ONNXRuntimeVectors
  ) throws -> (differing: Int, values: Int) {
    guard
      case .quantized(let network) = try ONNXFile.imported(at: vectors.path("model.onnx"))
    else { return (1, 0) }
    let executor = try IntegerExecutor(
      network, arithmetic: ArithmeticPreset.ortVNNI.spec, observation: .fast)
    let input = try NumPyFile.array(at: vectors.path("input.npy"))
    let output = try NumPyFile.array(at: vectors.path("output.npy"))
    let size = network.shapes[0].count
    let quantization = network.quantizations[0]
    let meaning = network.quantizations[network.output]
    var computed: [Float] = []
    for start in stride(from: 0, to: input.count, by: size) {
      let codes =
        input.isInteger
        ? input.integers(start..<start + size).map { Int32($0) }
        : input.floats(start..<start + size).map { quantization.inputCode($0) }
      let result = executor.trace(codes) { _ in }
      computed += result.map { output.isInteger ? Float($0) : meaning.float($0) }
    }
    let expected = output.floats(0..<output.count)
    guard computed.count == expected.count else { return (expected.count, expected.count) }
    let count = zip(computed, expected).count { $0 != $1 }
    return (count, expected.count)
  }
}
