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

  static let recorded = [
    ("mlperf_ic_resnet8", "cifar10/test1000_images_u8", Float(1), "test1000", 20),
    ("mnist_lstm", "mnist/t10k_images_u8", Float(1) / 255, "t10k", 200),
  ]

  @Test("Logits are those of onnxruntime to 1e-4", arguments: recorded)
  func logits(
    _ model: String, _ samples: String, _ scale: Float, _ set: String, _ count: Int
  ) throws {
    var network = try #require(try network(model))
    // The recorded network ends before softmax.
    network.layers.removeLast()
    network.output -= 1
    let executor = try FloatExecutor(try network.verified())
    let root = "\(SharedData.root)/data"
    let images = try NumPyFile.array(at: "\(root)/datasets/\(samples).npy")
    let recorded = try NumPyFile.array(
      at: "\(root)/reference/\(model)/\(set)_onnxruntime_float_logits.npy")
    let size = images.elementsPerSample
    var worst: Float = 0
    for sample in 0..<count {
      let pixels = images.floats(sample * size..<(sample + 1) * size).map { $0 * scale }
      let shape = network.inputShape
      let image =
        shape.rank == 4
        ? Tensor(shape: Shape([1, shape[2], shape[3], shape[1]]), elements: pixels)
          .transposed([0, 3, 1, 2]).elements : pixels
      let logits = executor.output(image)
      for (logit, expected) in zip(logits, recorded.floats(sample * 10..<(sample + 1) * 10)) {
        worst = max(worst, abs(logit - expected) / max(1, abs(expected)))
      }
    }
    #expect(worst <= 1e-4)
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
      #expect(
        error.reason == "tensor 17 'functional_1/conv2d/Conv2D': is int8 in a float32 layer (a "
          + "hybrid model); quantize activations too, or convert the model without optimizations")
    }
  }
}
