import Arithmetic
import Execution
import Interchange
import Networks
import Testing

/// Low-bit networks against recorded outputs: every sample, every value, and the accuracy.
///
/// - Source: `data/reference/cnv_cifar10_finn`, `data/reference/tfc_mnist_qonnx`.
@Suite(
  .enabled(
    if: SharedData.has("data/models/cnv_cifar10_finn"),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct LowBitNetworkTests {
  /// The outputs of a network on the first samples, as real numbers.
  private func outputs(
    _ network: QuantizedNetwork, count: Int, input: @escaping @Sendable (Int) -> [Float]
  ) async throws -> [[Float]] {
    let quantization = network.quantizations[0]
    let output = network.quantizations[network.output]
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticSpec())
    let execution = await executor.run(count: count, threads: 2) { sample in
      input(sample).map { Int32(quantization.code(Double($0))) }
    }
    return execution.outputs.map { codes in codes.map { Float(output.real(Int($0))) } }
  }

  private func right(_ outputs: [[Float]], labels path: String) throws -> Int {
    let labels = try NumPyFile.array(at: SharedData.root + "/data/datasets/" + path)
    return outputs.enumerated().filter { sample, output in
      let best = output.indices.max { output[$0] < output[$1] }
      return best == labels.integers(sample..<sample + 1)[0]
    }.count
  }

  private func shared(_ path: String) throws -> NumPyArray {
    try NumPyFile.array(at: SharedData.root + "/data/" + path)
  }

  @Test(
    "FINN's CNV: all 10,000 integer logits of 1,000 images",
    arguments: [("cnvW1A1", 806), ("cnvW2A2", 860)])
  func cnv(name: String, expected: Int) async throws {
    let network = try QONNXFile.network(
      at: SharedData.root + "/data/models/cnv_cifar10_finn/\(name).onnx")
    let images = try shared("datasets/cifar10/test1000_cnv_i8.npy")
    let recorded = try shared(
      "reference/cnv_cifar10_finn/\(name)_test1000_onnxruntime_int_logits.npy")
    let outputs = try await outputs(network, count: 1000) { sample in
      let pixels = images.integers(sample * 3072..<(sample + 1) * 3072)
      // Images are channel-last, the network's input [1, 3, 32, 32].
      return (0..<3072).map { Float(pixels[$0 % 1024 * 3 + $0 / 1024]) }
    }
    var tally = ConformanceTally(suite: name)
    for (sample, logits) in outputs.enumerated() {
      tally.record(
        "image \(sample)", equal: logits == recorded.floats(sample * 10..<(sample + 1) * 10))
    }
    tally.finish()
    #expect(try right(outputs, labels: "cifar10/test1000_labels_u8.npy") == expected)
  }

  @Test(
    "FINN's TFC: all 100,000 logits of 10,000 images within 1e-5",
    arguments: [("TFC_1W1A", 9296), ("TFC_2W2A", 9660)])
  func tfc(name: String, expected: Int) async throws {
    let network = try QONNXFile.network(
      at: SharedData.root + "/data/models/tfc_mnist_qonnx/\(name).onnx")
    let images = try shared("datasets/mnist/t10k_images_u8.npy")
    let recorded = try shared("reference/tfc_mnist_qonnx/\(name)_t10k_numpy_logits.npy")
    let outputs = try await outputs(network, count: 10_000) { sample in
      images.integers(sample * 784..<(sample + 1) * 784).map { Float($0) / 255 }
    }
    var tally = ConformanceTally(suite: name)
    for (sample, logits) in outputs.enumerated() {
      let expected = recorded.floats(sample * 10..<(sample + 1) * 10)
      tally.record(
        "image \(sample)",
        equal: zip(logits, expected).allSatisfy { abs($0 - $1) <= 1e-5 })
    }
    tally.finish()
    #expect(try right(outputs, labels: "mnist/t10k_labels_u8.npy") == expected)
  }

  @Test("binary networks are read as binary layers with thresholds, nothing left in float32")
  func layers() throws {
    let cnv = try QONNXFile.network(
      at: SharedData.root + "/data/models/cnv_cifar10_finn/cnvW1A1.onnx")
    #expect(
      cnv.layers.map(\.kind) == [
        "conv", "conv", "maxpool", "conv", "conv", "maxpool", "conv", "conv", "reshape", "fc", "fc",
        "fc",
      ])
    for (index, layer) in cnv.layers.enumerated() {
      if case .linear(let linear) = layer.operation {
        #expect(linear.weightFormat == .bipolar)
        #expect(index == 0 || cnv.quantizations[layer.inputs[0]].format == .bipolar)
      }
    }
    let ternary = try QONNXFile.network(
      at: SharedData.root + "/data/models/cnv_cifar10_finn/cnvW2A2.onnx")
    #expect(ternary.layers.map(\.kind) == cnv.layers.map(\.kind))
    #expect(ternary.quantizations[2].format == .ternary)
  }

  @Test("the QONNX files of TFC keep only their last functions in float32")
  func floats() throws {
    let network = try QONNXFile.network(
      at: SharedData.root + "/data/models/tfc_mnist_qonnx/TFC_1W1A.onnx")
    #expect(
      network.layers.map(\.kind) == [
        "reshape", "thresholds", "fc", "fc", "fc", "fc", "dequantize", "activation", "constant",
        "div", "activation", "activation",
      ])
  }
}
