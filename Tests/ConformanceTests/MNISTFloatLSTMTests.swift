import Devices
import Execution
import Interchange
import Networks
import Quantization
import Simulation
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

  /// The first images, as the workload file has them.
  private func workload(samples: Int) throws -> Workload {
    var source = WorkloadSource(path: SharedData.root + "/data/workloads/mnist-lstm.yaml")
    source.samples = samples
    return try source.workload()
  }

  @Test(
    "Quantized after training it is as good as the recorded int8 network, which was made by TFLite",
    arguments: Granularity.allCases)
  func quantized(granularity: Granularity) async throws {
    let simulator = try await Simulator(try workload(samples: 1000), threads: 2)
    let device = try DeviceFile.device(
      "cortex-m4", in: BundledFiles(executable: nil, override: nil))
    let scheme = QuantizationScheme(granularity: granularity)
    let result = try await simulator.result(
      SimulationOptions(device: device, scheme: scheme, observation: .fast))
    let accuracy = try #require(result.accuracy)
    let labels = try #require(simulator.workload.labels)
    let recorded = try NumPyFile.array(
      at: SharedData.root + "/data/reference/mnist_lstm/t10k_litert_ref_output.npy")
    let right = (0..<1000).count { sample in
      let output = recorded.floats(sample * 10..<(sample + 1) * 10)
      return output.firstIndex(of: output.max() ?? 0) == labels[sample]
    }
    // One image of a thousand is 0.1 points.
    #expect(abs(accuracy.top1 - right) <= 2)
    #expect(abs(accuracy.top1 - (accuracy.floatTop1 ?? 0)) <= 2)
    #expect((result.fidelity?.outputSQNR ?? 0) >= 25)
  }
}
