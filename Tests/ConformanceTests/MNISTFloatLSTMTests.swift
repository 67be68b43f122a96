import Execution
import Interchange
import Networks
import Quantization
import Testing

/// The row LSTM on MNIST in float: what onnxruntime computed.
@Suite(
  .enabled(
    if: SharedData.has("data/models/mnist_lstm/float.onnx"), "../shared/data is not there"))
struct MNISTFloatLSTMTests {
  static let model = SharedData.root + "/data/models/mnist_lstm/float.onnx"

  @Test("The first 300 images give onnxruntime's logits within 1e-4")
  func logits() throws {
    let executor = try FloatExecutor(try ONNXFile.network(at: Self.model).fused().verified())
    let images = try NumPyFile.array(
      at: SharedData.root + "/data/datasets/mnist/t10k_images_u8.npy")
    let recorded = try NumPyFile.array(
      at: SharedData.root + "/data/reference/mnist_lstm/t10k_onnxruntime_float_logits.npy")
    #expect(images.elementsPerSample == 784)
    #expect(recorded.elementsPerSample == 10)
    var worst: Float = 0
    var equal = 0
    for sample in 0..<300 {
      let pixels = images.floats(sample * 784..<(sample + 1) * 784).map { $0 * 0.00392156862745098 }
      let logits = executor.output(pixels)
      let expected = recorded.floats(sample * 10..<(sample + 1) * 10)
      try #require(logits.count == 10)
      let errors = zip(logits, expected).map { abs($0 - $1) }
      worst = max(worst, errors.max() ?? .infinity)
      equal += errors.allSatisfy { $0 <= 1e-4 } ? 1 : 0
    }
    print("conformance | mnist_lstm float, onnxruntime | 300 | \(equal) | \(300 - equal) | 0 | ")
    #expect(equal == 300)
    #expect(worst <= 1e-4, "the largest difference is \(worst)")
  }

  @Test("Quantizing a float LSTM is refused in one line")
  func quantization() throws {
    let network = try ONNXFile.network(at: Self.model).fused().verified()
    let quantizer = Quantizer(network, scheme: QuantizationScheme(), observations: [])
    let layer = try #require(network.network.layers.first { $0.operation.kind == "lstm" })
    #expect(throws: QuantizationError(layer: layer.name, reason: .unsupported("lstm"))) {
      try quantizer.quantized()
    }
  }
}
