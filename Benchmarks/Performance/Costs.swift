import Widthwise
import Work

/// The cost model on whole networks for each bundled device, and the mapper on single layers.
func registerCosts() {
  let bundled = BundledFiles(executable: nil, override: nil)
  // The fabric of the pipeline is too small for ResNet-50's engines.
  for device in bundled.deviceNames where device != "zynq-finn" {
    var source = NetworkSource(network: "resnet50")
    source.device = device
    register("costs resnet50 \(device)") { [source] in try await CostWork(source) }
  }
  for (name, shape) in mappedLayers {
    for device in ["edge-npu", "eyeriss", "tpu-like-32x32"] {
      register("mapper \(name) \(device)") { try MapperWork(shape, device: device) }
    }
  }
}

private var mappedLayers: [(String, ConvolutionShape)] {
  var pointwise = ConvolutionShape()
  pointwise.kernel = 1
  pointwise.inputs = 512
  pointwise.outputs = 2048
  pointwise.size = 7
  return [("3x3x256 on 14x14", ConvolutionShape()), ("1x1x512 to 2048 on 7x7", pointwise)]
}
