import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Testing

/// MLPerf Tiny's int8 ResNet-8 with narrow accumulators, read from its `.tflite` file.
@Suite(
  .enabled(
    if: SharedData.has("data/models/mlperf_ic_resnet8"),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct NarrowResNetTests {
  /// The logits of the first 200 images, and everything that overflowed.
  private func run(_ accumulator: Accumulator) async throws -> IntegerExecutor.Execution {
    let network = try ImportedTFLite("data/models/mlperf_ic_resnet8/int8.tflite")
    let images = try NumPyFile.array(
      at: "\(SharedData.root)/data/datasets/cifar10/test1000_images_u8.npy")
    var spec = ArithmeticPreset.tflm.spec
    spec.accumulator = accumulator
    return try await network.parts(before: "softmax").head.execution(
      of: images, count: 200, offset: -128, spec, observation: .full)
  }

  private func right(_ outputs: [[Int32]]) throws -> Int {
    let labels = try NumPyFile.array(
      at: "\(SharedData.root)/data/datasets/cifar10/test1000_labels_u8.npy")
    return outputs.enumerated().filter { sample, output in
      let best = output.indices.max { output[$0] < output[$1] }
      return best == labels.integers(sample..<sample + 1)[0]
    }.count
  }

  @Test("at 17 bits saturating exactly 1,486,817 additions of products are clipped in 200 images")
  func clippedAdditions() async throws {
    let execution = try await run(Accumulator(bits: 17, overflow: .saturate))
    let clipped = execution.overflow.compactMap { $0 }.reduce(0) { sum, layer in
      sum + layer.total { $0.overflowedSteps }
    }
    #expect(clipped == 1_486_817)
    #expect(try right(execution.outputs) == 160)
  }

  @Test("at 18 bits as many of 200 images are right as at 32: 176", arguments: [18, 32])
  func rightAnswers(bits: Int) async throws {
    let execution = try await run(Accumulator(bits: bits, overflow: .saturate))
    #expect(try right(execution.outputs) == 176)
  }
}
