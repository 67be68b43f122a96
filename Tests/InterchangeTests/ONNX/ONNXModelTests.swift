import Foundation
import Interchange
import Networks
import Tensors
import Testing

/// The public models of the shared data; skipped, with this reason, where the data is absent.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: ONNXFixture.models.path),
    "../shared/data/models is not there"))
struct ONNXModelTests {
  /// A model, its layers, its layers once fused, its input and output.
  static let models: [(path: String, layers: Int, fused: Int, input: String, output: String)] = [
    ("lenet_mnist/float", 8, 6, "1x1x28x28", "1x10"),
    ("mlperf_ad_autoencoder/float", 19, 10, "1x640", "1x640"),
    ("mlperf_ic_resnet8/float", 22, 15, "1x3x32x32", "1x10"),
    ("mlperf_kws_dscnn/float", 21, 12, "1x1x49x10", "1x12"),
    ("mlperf_sww_streaming/float", 15, 11, "1x40x30x1", "1x3"),
    ("mnist_lstm/float", 6, 6, "1x28x28", "1x10"),
    ("mobilenet_v1_025_128_uint8/dequant", 57, 30, "1x3x128x128", "1x1001"),
    ("resnet20_cifar10/float", 52, 33, "1x3x32x32", "1x10"),
    ("resnet32_cifar10/float", 82, 51, "1x3x32x32", "1x10"),
    ("squeezenet_v1_0_deepcompression/float", 65, 39, "1x3x227x227", "1x1000"),
    ("cnv_cifar10_finn/cnvW1A1", 28, 20, "1x3x32x32", "1x10"),
    ("cnv_cifar10_finn/cnvW2A2", 60, 60, "1x3x32x32", "1x10"),
  ]

  @Test("each public model is read", arguments: models.indices)
  func read(_ index: Int) throws {
    let model = Self.models[index]
    let path = ONNXFixture.models.appendingPathComponent(model.path + ".onnx").path
    let network = try ONNXFile.network(at: path)
    let folder = model.path.split(separator: "/").map(String.init)
    #expect(network.name == (folder[1].hasPrefix("cnv") ? folder[1] : folder[0]))
    let verified = try network.verified()
    #expect(network.layers.count == model.layers)
    #expect(network.inputShape.description == model.input)
    #expect(verified.shapes[network.output].description == model.output)
    let fused = network.fused()
    #expect(fused.layers.count == model.fused)
    #expect(try fused.verified().shapes[fused.output] == verified.shapes[network.output])
  }

  static let refused: [(path: String, start: String)] = [
    (
      "tfc_mnist_qonnx/TFC_1W1A",
      "node 'BipolarQuant_11': operator BipolarQuant of domain onnx.brevitas"
    ),
    ("tfc_mnist_qonnx/TFC_2W2A", "node 'Quant_13': operator Quant of domain onnx.brevitas"),
    ("lenet_mnist/original_opset8", "operator set 8 is not supported"),
  ]

  @Test("a model beyond what is supported is refused with one line", arguments: refused.indices)
  func refuse(_ index: Int) throws {
    let (name, start) = Self.refused[index]
    let path = ONNXFixture.models.appendingPathComponent(name + ".onnx").path
    let reason = try #require(
      ONNXErrorTests.reason { () throws(ONNXError) in try ONNXFile.network(at: path) })
    #expect(reason.hasPrefix(start))
  }
}
