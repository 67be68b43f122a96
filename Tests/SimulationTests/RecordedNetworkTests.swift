import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Testing

/// The folder of real networks beside the repository.
private let data = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appendingPathComponent("shared/data").path

/// MLPerf Tiny's int8 ResNet-8 against outputs recorded from TFLite Micro's arithmetic.
///
/// - Source: `data/reference/mlperf_ic_resnet8`, equal to the hardware log of a Nucleo-L4R5ZI.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: data),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct RecordedNetworkTests {
  /// The outputs of the first images, and everything that overflowed.
  private func run(
    _ count: Int, accumulator: Accumulator
  ) async throws -> IntegerExecutor.Execution {
    let network = try RecordedNetwork.quantized(folder: "\(data)/models/mlperf_ic_resnet8")
    let executor = try IntegerExecutor(
      network, arithmetic: ArithmeticSpec(accumulator: accumulator))
    let images = try NumPyFile.array(at: "\(data)/datasets/cifar10/test1000_images_u8.npy")
    return await executor.run(count: count, threads: 2) { sample in
      let pixels = images.integers(sample * 3072..<(sample + 1) * 3072)
      // Images are channel-last, the network's input [1, 3, 32, 32]; codes are pixels less 128.
      return (0..<3072).map { Int32(pixels[$0 % 1024 * 3 + $0 / 1024] - 128) }
    }
  }

  private func right(_ outputs: [[Int32]]) throws -> Int {
    let labels = try NumPyFile.array(at: "\(data)/datasets/cifar10/test1000_labels_u8.npy")
    return outputs.enumerated().filter { sample, output in
      let best = output.indices.max { output[$0] < output[$1] }
      return best == labels.integers(sample..<sample + 1)[0]
    }.count
  }

  @Test("all 10,000 logits of 1,000 images equal those of TFLite Micro")
  func logits() async throws {
    let execution = try await run(1000, accumulator: Accumulator(bits: 32, overflow: .wrap))
    let recorded = try NumPyFile.array(
      at: "\(data)/reference/mlperf_ic_resnet8/test1000_tflm_double_rounding_logits.npy")
    #expect(execution.outputs.flatMap { $0 }.map(Int.init) == recorded.integers(0..<10_000))
  }

  @Test("at 17 bits saturating exactly 1,486,817 additions of products are clipped in 200 images")
  func clippedAdditions() async throws {
    let execution = try await run(200, accumulator: Accumulator(bits: 17, overflow: .saturate))
    let clipped = execution.overflow.compactMap { $0 }.reduce(0) { sum, layer in
      sum + layer.total { $0.overflowedSteps }
    }
    #expect(clipped == 1_486_817)
    #expect(try right(execution.outputs) == 160)
  }

  @Test("at 18 bits as many of 200 images are right as at 32: 176", arguments: [18, 32])
  func rightAnswers(bits: Int) async throws {
    let execution = try await run(200, accumulator: Accumulator(bits: bits, overflow: .saturate))
    #expect(try right(execution.outputs) == 176)
  }
}
