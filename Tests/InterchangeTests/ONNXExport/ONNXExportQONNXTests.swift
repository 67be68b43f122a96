import Arithmetic
import Foundation
import Interchange
import Networks
import Quantization
import Tensors
import Testing

/// Exported QONNX files read again: the same numbers.
@Suite struct ONNXExportQONNXTests {
  @Test(
    "networks without tables give the same numbers when they are read again",
    arguments: ["branches", "attention", "affine", "transposed", "moves"])
  func reals(_ name: String) throws {
    for granularity in Granularity.allCases {
      let original = try ONNXExportSupport.quantized(
        ONNXExportNetwork.named(name), scheme: QuantizationScheme(granularity: granularity))
      let again = try ONNXExportSupport.imported(original, as: .qonnx)
      let samples = ONNXExportSupport.samples(
        40, count: original.shapes[0].count, reach: 1.2, seed: 79)
      try expectEqual(original, again, samples, "\(name) \(granularity)")
    }
  }

  @Test("residual sums, which onnxruntime rounds in its own way, stay within a step of the output")
  func sums() throws {
    for granularity in Granularity.allCases {
      let original = try ONNXExportSupport.quantized(
        ONNXExportNetwork.named("residual"), scheme: QuantizationScheme(granularity: granularity))
      let again = try ONNXExportSupport.imported(original, as: .qonnx)
      let samples = ONNXExportSupport.samples(
        40, count: original.shapes[0].count, reach: 1.2, seed: 79)
      let expected = try ONNXExportSupport.reals(original, samples).flatMap { $0 }
      let results = try ONNXExportSupport.reals(again, samples).flatMap { $0 }
      try #require(results.count == expected.count)
      let step = original.quantizations[original.output].scale
      let errors = zip(results, expected).map { abs($0 - $1) / step }
      #expect(errors.allSatisfy { $0 < 1.001 })
      #expect(errors.count { $0 > 0.001 } * 20 < errors.count)
    }
  }

  private func expectEqual(
    _ original: QuantizedNetwork, _ again: QuantizedNetwork, _ samples: [[Float]], _ what: String
  ) throws {
    let expected = try ONNXExportSupport.reals(original, samples).flatMap { $0 }
    let results = try ONNXExportSupport.reals(again, samples).flatMap { $0 }
    try #require(results.count == expected.count)
    #expect(Set(expected).count > 1)
    let differing = zip(results, expected).count { abs($0 - $1) > 1e-5 * max(abs($1), 1e-3) }
    #expect(differing == 0, "\(what): \(differing) of \(expected.count)")
  }

  /// A fully connected layer on two ternary inputs with a given output stage.
  static func connected(
    _ stage: OutputStage, output: ActivationQuantization, biasBits: Int = 32, bias: [Int]? = nil
  ) -> QuantizedNetwork {
    let linear = QuantizedLinear(
      inputChannels: 3, outputChannels: 2, groups: 1,
      window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 4, isSigned: true)),
      weights: Tensor(shape: Shape([2, 1, 1, 3]), elements: [1, -2, 3, 7, 0, -5]),
      weightScales: [0.5, 0.5], bias: bias, biasBits: biasBits, outputStage: stage)
    let input = ActivationQuantization(
      format: .affine(IntegerFormat(bits: 4, isSigned: true)), scale: 0.25, zeroPoint: 0)
    return QuantizedNetwork(
      name: "fc",
      layers: [
        QuantizedLayer(
          name: "fc", kind: "fc", operation: .linear(linear), inputs: [0], clamp: output.codes)
      ], shapes: [Shape([1, 3]), Shape([1, 2])], quantizations: [input, output], output: 1)
  }

  static let sums = ActivationQuantization(
    format: .affine(IntegerFormat(bits: 32, isSigned: true)), scale: 0.125, zeroPoint: 0)

  static let steps = ActivationQuantization(
    format: .affine(IntegerFormat(bits: 2, isSigned: false)), scale: 0.5, zeroPoint: 0)

  static let thresholds = OutputStage.thresholds([
    ThresholdTable(thresholds: [-9, 0, 4], codes: [0, 1, 2, 3]),
    ThresholdTable(thresholds: [-20, 1, 13], codes: [0, 1, 2, 3]),
  ])

  @Test("accumulators and thresholds give the same numbers when they are read again")
  func stages() throws {
    let samples = ONNXExportSupport.samples(50, count: 3, reach: 2, seed: 80)
    for network in [
      Self.connected(.accumulator, output: Self.sums),
      Self.connected(Self.thresholds, output: Self.steps),
    ] {
      let again = try ONNXExportSupport.imported(network, as: .qonnx)
      try expectEqual(network, again, samples, "\(network.quantizations[1].format)")
    }
  }

  /// The binary network CNV of FINN in the folder of shared data beside the project.
  static let cnv: String = {
    var root = URL(fileURLWithPath: #filePath)
    for _ in 0..<5 { root.deleteLastPathComponent() }
    return root.appendingPathComponent("shared/data/models/cnv_cifar10_finn/cnvW1A1.onnx").path
  }()

  @Test(
    "a network of thresholds and sums gives the same logits when it is read again",
    .enabled(
      if: FileManager.default.fileExists(atPath: cnv),
      "../shared/data/models/cnv_cifar10_finn is not there"))
  func thresholds() throws {
    guard case .quantized(let original) = try ONNXFile.imported(at: Self.cnv) else {
      throw ONNXExportSupport.ReadAsFloat()
    }
    let again = try ONNXExportSupport.imported(original, as: .qonnx)
    let samples = ONNXExportSupport.samples(
      2, count: original.shapes[0].count, reach: 127, seed: 81)
    try expectEqual(original, again, samples, "CNV W1A1")
  }
}
