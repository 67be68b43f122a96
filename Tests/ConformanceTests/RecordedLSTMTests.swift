import Arithmetic
import Execution
import Interchange
import Networks
import Testing

/// The integer LSTM against what LiteRT gave for all 10,000 test images, the state reset for each.
@Suite(
  .enabled(
    if: SharedData.has("data/models/mnist_lstm/qmodel.json")
      && SharedData.has("data/reference/mnist_lstm"), "needs ../shared/data"))
struct RecordedLSTMTests {
  static let folder = SharedData.root + "/data/"

  /// LiteRT's arithmetic of a fully connected layer; its LSTM is the same in all variants.
  static func arithmetic(_ fullyConnected: RequantizationFlavour) -> ArithmeticSpec {
    var spec = ArithmeticSpec()
    spec.fullyConnectedRequantization = fullyConnected
    spec.nonlinearity = .gemmlowp
    spec.softmax = .float
    return spec
  }

  /// Runs images; the logits or, with softmax, the final outputs.
  static func outputs(
    _ images: NumPyArray, count: Int, _ arithmetic: ArithmeticSpec, value: Int
  ) async throws -> [[Int32]] {
    var network = try RecordedLSTM(folder: folder + "models/mnist_lstm").network()
    network.layers = Array(network.layers[..<value])
    network.output = value
    network.shapes = Array(network.shapes[...value])
    network.quantizations = Array(network.quantizations[...value])
    let executor = try IntegerExecutor(network, arithmetic: arithmetic, observation: .fast)
    return await executor.run(count: count, threads: 2) { sample in
      images.integers(sample * 784..<(sample + 1) * 784).map { Int32($0 - 128) }
    }.outputs
  }

  @Test(
    "Every value of every image equals the recorded one",
    arguments: [
      ("litert-reference logits", RequantizationFlavour.single, 3, "ref_logits"),
      ("litert-reference", .single, 4, "ref_output"), ("xnnpack", .float, 4, "xnn_output"),
    ])
  func recorded(
    name: String, flavour: RequantizationFlavour, value: Int, file: String
  ) async throws {
    let images = try NumPyFile.array(at: Self.folder + "datasets/mnist/t10k_images_u8.npy")
    let recorded = try NumPyFile.array(
      at: Self.folder + "reference/mnist_lstm/t10k_litert_\(file).npy")
    let count = images.sampleCount
    let outputs = try await Self.outputs(
      images, count: count, Self.arithmetic(flavour), value: value)
    var tally = ConformanceTally(suite: "mnist-lstm int8 \(name)")
    for (sample, output) in outputs.enumerated() {
      let expected = recorded.integers(sample * 10..<(sample + 1) * 10).map(Int32.init)
      tally.record("image \(sample)", equal: output == expected)
    }
    #expect(outputs.count == 10000)
    tally.finish()
  }

  @Test("The table of TFLM gives other values: the two ways to compute gates are told apart")
  func table() async throws {
    let images = try NumPyFile.array(at: Self.folder + "datasets/mnist/t10k_images_u8.npy")
    var table = Self.arithmetic(.single)
    table.nonlinearity = .table
    let ours = try await Self.outputs(images, count: 100, table, value: 3)
    let recorded = try NumPyFile.array(
      at: Self.folder + "reference/mnist_lstm/t10k_litert_ref_logits.npy")
    let differing = ours.flatMap(\.self).enumerated().filter {
      Int($1) != recorded.integers($0..<$0 + 1)[0]
    }
    #expect(differing.count > 0)
  }
}
