import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// Float `.tflite` files against logits recorded from the same networks as ONNX in onnxruntime.
@Suite(
  .enabled(
    if: SharedData.has("data/models"),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct FloatTFLiteTests {
  private func network(_ model: String) throws -> Network? {
    let path = "\(SharedData.root)/data/models/\(model)/float.tflite"
    guard case .float(let network) = try TFLiteFile.network(at: path) else { return nil }
    return network
  }

  @Test("Logits of ResNet-8 are those of onnxruntime to 1e-4")
  func residualNetwork() throws {
    var network = try #require(try network("mlperf_ic_resnet8"))
    // The recorded network ends before softmax.
    network.layers.removeLast()
    network.output -= 1
    let executor = try FloatExecutor(try network.verified())
    let root = "\(SharedData.root)/data"
    let images = try NumPyFile.array(at: "\(root)/datasets/cifar10/test1000_images_u8.npy")
    let recorded = try NumPyFile.array(
      at: "\(root)/reference/mlperf_ic_resnet8/test1000_onnxruntime_float_logits.npy")
    for sample in 0..<20 {
      let pixels = images.floats(sample * 3072..<(sample + 1) * 3072)
      let image = Tensor(shape: Shape([1, 32, 32, 3]), elements: pixels).transposed([0, 3, 1, 2])
      let logits = executor.output(image.elements)
      for (logit, expected) in zip(logits, recorded.floats(sample * 10..<(sample + 1) * 10)) {
        #expect(abs(logit - expected) <= 1e-4 * max(1, abs(expected)))
      }
    }
  }

  @Test("The autoencoder and the LSTM are networks of real numbers")
  func others() throws {
    let autoencoder = try #require(try network("mlperf_ad_autoencoder"))
    #expect(try autoencoder.verified().shapes.last == Shape([1, 640]))
    let recurrent = try #require(try network("mnist_lstm"))
    #expect(try recurrent.verified().shapes.last == Shape([1, 10]))
    #expect(recurrent.layers.map(\.operation.kind) == ["lstm", "reshape", "fc", "softmax"])
  }

  @Test("Int8 weights under float32 activations are refused as a hybrid model")
  func hybrid() {
    let path = "\(SharedData.root)/data/models/mlperf_kws_dscnn/hybrid_dynamic_range.tflite"
    do throws(TFLiteError) {
      _ = try TFLiteFile.network(at: path)
      Issue.record("a hybrid model was read")
    } catch {
      print(error.reason)
      #expect(error.reason.contains("hybrid"))
    }
  }
}
