import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

@Suite(
  .enabled(
    if: SharedData.has("data/reference"),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct RecordedOutputTests {
  @Test(
    "debug: logits under tflm",
    arguments: [
      ("mlperf_ic_resnet8", "int8", "cifar10/test1000_images_u8", -128, "test1000", 1000),
      ("mlperf_kws_dscnn", "int8", "kws01/kws01_features_i8", 0, "kws01", 1000),
      ("mlperf_sww_streaming", "int8", "sww_cal45/sww45_features_i8", 0, "cal45", 45),
    ])
  func logits(
    _ model: String, _ file: String, _ data: String, _ offset: Int, _ set: String, _ count: Int
  ) async throws {
    let network = try ImportedTFLite("data/models/\(model)/\(file).tflite")
    let samples = try NumPyFile.array(at: "\(SharedData.root)/data/datasets/\(data).npy")
    let logits = try NumPyFile.array(
      at: "\(SharedData.root)/data/reference/\(model)/\(set)_tflm_double_rounding_logits.npy")
    let outputs = try await network.before("softmax").outputs(
      of: samples, count: count, offset: offset, ArithmeticSpec())
    #expect(outputs.flatMap { $0 } == logits.integers(0..<logits.count))
  }
}
