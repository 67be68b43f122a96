import Arithmetic
import Execution
import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// Recorded outputs of a real network under one arithmetic.
struct RecordedOutput: Sendable, CustomTestStringConvertible {
  var model: String
  var file = "int8"
  /// The samples, and what makes codes of their elements.
  var samples: String
  var offset = 0
  /// The recorded softmax inputs and outputs under `data/reference`.
  var logits: String?
  var output: String
  var arithmetic: ArithmeticPreset

  var testDescription: String { "\(output), \(arithmetic.name)" }

  /// The samples and the recorded files of one network.
  private static func network(
    _ model: String, file: String = "int8", _ samples: String, offset: Int = 0, _ set: String,
    hasLogits: Bool = true, _ runtimes: [(name: String, hasLogits: Bool, ArithmeticPreset)]
  ) -> [RecordedOutput] {
    runtimes.map { runtime in
      let stem = "\(model)/\(set)_\(runtime.name)"
      return RecordedOutput(
        model: model, file: file, samples: samples, offset: offset,
        logits: hasLogits && runtime.hasLogits ? stem + "_logits" : nil,
        output: stem + "_output", arithmetic: runtime.2)
    }
  }

  private static let tflm = ("tflm_double_rounding", true, ArithmeticPreset.tflm)
  private static let reference = ("litert_ref", true, ArithmeticPreset.litertReference)
  private static let xnnpack = ("litert_xnn", false, ArithmeticPreset.xnnpack)

  /// Every recorded output that is a reference; `litert_opt` files are none.
  static let all =
    network(
      "mlperf_ic_resnet8", "cifar10/test1000_images_u8", offset: -128, "test1000",
      [tflm, reference, xnnpack])
    + network(
      "mlperf_kws_dscnn", "kws01/kws01_features_i8", "kws01", [tflm, reference, xnnpack])
    + network(
      "mlperf_sww_streaming", "sww_cal45/sww45_features_i8", "cal45", [tflm, reference, xnnpack])
    + network(
      "mlperf_ad_autoencoder", "random/ad_640_i8", "random256", hasLogits: false,
      [reference, xnnpack])
    + network(
      "mnist_lstm", "mnist/t10k_images_u8", offset: -128, "t10k", [reference, xnnpack])
    + network(
      "mobilenet_v1_025_128_uint8", file: "uint8", "imagenet_val200/val200_128_images_u8",
      "val200", [reference, xnnpack]) + hardware

  /// Logs of real boards.
  private static let hardware = [
    RecordedOutput(
      model: "mlperf_kws_dscnn", samples: "kws01/kws01_features_i8",
      output: "mlperf_tiny_hardware/kws01_v0.5_reference_NucleoL4R5ZI_TFLM_CMSISNN_output_i8",
      arithmetic: .tflm),
    RecordedOutput(
      model: "mlperf_kws_dscnn", samples: "kws01/kws01_features_i8",
      output: "mlperf_tiny_hardware/kws01_v1.0_STM_NUCLEO_L4R5ZI_XCUBEAI_output_i8",
      arithmetic: .xnnpack),
  ]
}

/// Real networks read from `.tflite` files against outputs recorded from runtimes and boards.
///
/// - Source: `data/reference/README.md`.
@Suite(
  .enabled(
    if: SharedData.has("data/reference"),
    "skipped: the recorded networks are not beside the repository (../shared/data)"))
struct RecordedOutputTests {
  private func array(_ path: String) throws -> NumPyArray {
    try NumPyFile.array(at: "\(SharedData.root)/data/\(path).npy")
  }

  @Test("Every value of every sample is equal", arguments: RecordedOutput.all)
  func outputs(_ recorded: RecordedOutput) async throws {
    let network = try ImportedTFLite("data/models/\(recorded.model)/\(recorded.file).tflite")
    let samples = try array("datasets/" + recorded.samples)
    let expected = try array("reference/" + recorded.output)
    let name = recorded.output.split(separator: "/").joined(separator: "/")
    var tally = ConformanceTally(suite: "\(name) [\(recorded.arithmetic.name)]")
    defer { tally.finish() }
    do {
      let spec = recorded.arithmetic.spec
      let count = samples.sampleCount
      // What enters softmax is recorded too, so the network runs in two parts.
      let (head, tail) = network.parts(before: "softmax")
      let logits = try await head.outputs(
        of: samples, count: count, offset: recorded.offset, spec)
      if let file = recorded.logits {
        compare(logits, with: try array("reference/" + file), "logits", &tally)
      }
      let outputs = try await tail?.outputs(of: logits, spec) ?? logits
      compare(outputs, with: expected, "output", &tally)
    } catch let error as ExecutionError {
      tally.skip(name, because: "\(error.reason)")
    }
  }

  private func compare(
    _ outputs: [[Int]], with recorded: NumPyArray, _ what: String,
    _ tally: inout ConformanceTally
  ) {
    let size = recorded.elementsPerSample
    #expect(recorded.sampleCount == outputs.count)
    for (sample, output) in outputs.enumerated() {
      tally.record(
        "\(what) \(sample)", equal: output == recorded.integers(sample * size..<(sample + 1) * size)
      )
    }
  }

  static let traced = [
    ("mlperf_ic_resnet8", "int8", "cifar10/test1000_images_u8", -128, 2),
    ("mlperf_kws_dscnn", "int8", "kws01/kws01_features_i8", 0, 2),
    ("mlperf_sww_streaming", "int8", "sww_cal45/sww45_features_i8", 0, 1),
    ("mnist_lstm", "int8", "mnist/t10k_images_u8", -128, 2),
    ("mobilenet_v1_025_128_uint8", "uint8", "imagenet_val200/val200_128_images_u8", 0, 1),
  ]

  @Test("Every operator's output equals that of LiteRT's reference kernels", arguments: traced)
  func intermediates(
    _ model: String, _ file: String, _ data: String, _ offset: Int, _ count: Int
  ) throws {
    let network = try ImportedTFLite("data/models/\(model)/\(file).tflite")
    let samples = try array("datasets/" + data)
    var tally = ConformanceTally(suite: "\(model)/intermediate [litert-reference]")
    defer { tally.finish() }
    for sample in 0..<count {
      let folder = "data/reference/\(model)/intermediate/sample\(sample)"
      let names = try FileManager.default.contentsOfDirectory(
        atPath: "\(SharedData.root)/\(folder)"
      ).sorted()
      #expect(names.count == network.network.layers.count)
      do {
        let outputs = try network.trace(
          sample, of: samples, offset: offset, ArithmeticPreset.litertReference.spec)
        for (name, output) in zip(names, outputs) {
          let recorded = try NumPyFile.array(at: "\(SharedData.root)/\(folder)/\(name)")
          tally.record(
            "sample\(sample)/\(name)", equal: output == recorded.integers(0..<recorded.count))
        }
      } catch let error as ExecutionError {
        tally.skip(folder, because: "\(error.reason)")
      }
    }
  }
}
