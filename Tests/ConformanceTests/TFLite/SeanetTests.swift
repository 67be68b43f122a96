import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// Single operators of TFLite Micro, int16 activations and int8 weights, through the `.tflite` reader.
///
/// - Source: tensorflow/tflite-micro, `integration_tests/seanet`; `vectors/tflm-seanet`.
@Suite(
  .enabled(
    if: SharedData.has("vectors/tflm-seanet"),
    "skipped: the vectors are not beside the repository (../shared/vectors)"))
struct SeanetTests {
  private let folder = "vectors/tflm-seanet"

  @Test("Every case equals the golden output of TFLite Micro")
  func everyCase() async throws {
    let root = "\(SharedData.root)/\(folder)"
    let names = try FileManager.default.contentsOfDirectory(atPath: root).sorted()
    var tally = ConformanceTally(suite: "tflm-seanet")
    for name in names where SharedData.has("\(folder)/\(name)/model.tflite") {
      do {
        tally.record(name, equal: try await isEqual(name, root: root))
      } catch let error as ExecutionError {
        tally.skip(name, because: "\(error.reason)")
      }
    }
    tally.finish()
  }

  /// The second input, if any, is the same for every sample: an addend, or the image of a transposed
  /// convolution, whose first input is a shape.
  private func isEqual(_ name: String, root: String) async throws -> Bool {
    var first = try NumPyFile.array(at: "\(root)/\(name)/input.npy")
    var constants: [Int: [Int32]] = [:]
    if SharedData.has("\(folder)/\(name)/input2.npy") {
      let second = try NumPyFile.array(at: "\(root)/\(name)/input2.npy")
      if name.hasPrefix("transpose_conv") {
        first = second
      } else {
        constants[1] = second.integers(0..<second.count).map { Int32($0) }
      }
    }
    let network = try ImportedTFLite("\(folder)/\(name)/model.tflite", constants: constants)
    let expected = try NumPyFile.array(at: "\(root)/\(name)/expected.npy")
    let outputs = try await network.outputs(of: first, count: 1, ArithmeticPreset.tflm.spec)
    return outputs == [expected.integers(0..<expected.count)]
  }
}
