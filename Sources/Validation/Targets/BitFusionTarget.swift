import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// The cycles of Bit Fusion's simulator, layer by layer, for three networks.
  static let bitFusion = ValidationTarget(
    title: "Bit Fusion, 16x32 fusion units: cycles and memory waits per layer",
    source:
      "tables/bitfusion_sim_layers.csv, first block (192 bit/cycle, batch 16), tool output of "
      + "the authors' simulator",
    assumptions: """
      model against model, and the same mechanism: agreement shows that we understand their simulator, not \
      that a chip would be as fast; shapes and widths of the authors' benchmark definitions: AlexNet is the WRPN variant, twice as wide, \
      in two halves (_a, _b) on 227x227 images, 8-bit first and last layers and 4 bits else; CIFAR10 has \
      8-bit first and 2-bit other layers, VGG-7 2 bits throughout; sums enter and leave in 32 bits (the \
      simulator narrows nothing on the way out); the host unfolds the first layer; an image of K + (O - 1) S \
      pixels is read for O outputs
      """
  ) { data in
    let device = try data.device("bit-fusion")
    var rows: [ValidationRow] = []
    for record in try data.table("tables/bitfusion_sim_layers.csv") {
      guard try record.integer("Bandwidth (bits/cycle)") == 192 else { continue }
      let network = try record.text("Network")
      let layer = String(try record.text("Layer").prefix { $0 != "/" })
      guard let work = BitFusionLayer.layers[network]?[layer]?.work(named: layer) else { continue }
      var model = CostModel(device: device)
      let cost = try model.cost(of: work)
      rows.append(
        ValidationRow(
          "\(network) \(layer), cycles", unit: "cycles", ours: Double(cost.cycles.count),
          theirs: try record.number("Cycles"), bar: .within(0.1)))
      rows.append(
        ValidationRow(
          "\(network) \(layer), waiting", unit: "cycles", ours: Double(cost.stallCycles.count),
          theirs: try record.number("Memory wait cycles"), bar: .within(0.1)))
    }
    return rows
  }
}

/// The shape of a layer of Bit Fusion's benchmarks.
struct BitFusionLayer {
  var kernel = 1
  var size = 1
  var stride = 1
  var inputs: Int
  var outputs: Int
  var inputBits: Int
  var weightBits: Int

  /// The layer for a batch of 16; fully connected layers are convolutions of one pixel.
  func work(named name: String) -> LayerWork {
    var bounds = LoopBounds()
    bounds.batch = 16
    bounds.outputChannels = outputs
    bounds.inputChannels = inputs
    bounds.outputRows = size
    bounds.outputColumns = size
    bounds.kernelRows = kernel
    bounds.kernelColumns = kernel
    bounds.strideY = stride
    bounds.strideX = stride
    bounds.inputHeight = kernel + (size - 1) * stride
    bounds.inputWidth = bounds.inputHeight
    return LayerWork(
      name: name, kind: .products, bounds: bounds,
      widths: OperandWidths(
        weights: weightBits, inputs: inputBits, outputs: 32, partialSums: 32, bias: 0))
  }

  private static func conv(
    _ outputs: Int, from inputs: Int, size: Int, kernel: Int = 3, stride: Int = 1, inputBits: Int,
    weightBits: Int
  ) -> BitFusionLayer {
    BitFusionLayer(
      kernel: kernel, size: size, stride: stride, inputs: inputs, outputs: outputs,
      inputBits: inputBits, weightBits: weightBits)
  }

  private static func connected(_ outputs: Int, from inputs: Int, bits: Int) -> BitFusionLayer {
    BitFusionLayer(inputs: inputs, outputs: outputs, inputBits: bits, weightBits: bits)
  }

  /// The layers by network and name.
  static let layers: [String: [String: BitFusionLayer]] = [
    "AlexNet": alexNet,
    "CIFAR10": [
      "conv0": conv(128, from: 3, size: 32, inputBits: 8, weightBits: 8),
      "conv1": conv(128, from: 128, size: 32, inputBits: 2, weightBits: 2),
      "conv2": conv(256, from: 128, size: 16, inputBits: 2, weightBits: 2),
      "conv3": conv(256, from: 256, size: 16, inputBits: 2, weightBits: 2),
      "conv4": conv(512, from: 256, size: 8, inputBits: 2, weightBits: 2),
      "conv5": conv(512, from: 512, size: 8, inputBits: 2, weightBits: 2),
      "fc6": connected(1024, from: 8192, bits: 2),
      "fc7": connected(1024, from: 1024, bits: 2),
      "fc8": connected(10, from: 1024, bits: 2),
    ],
    "VGG-7": vgg7,
  ]

  private static let alexNet: [String: BitFusionLayer] = {
    var layers = [
      "fc1": connected(8192, from: 18_432, bits: 4),
      "fc2": connected(8192, from: 8192, bits: 4),
      "fc3": connected(1000, from: 8192, bits: 8),
    ]
    for half in ["a", "b"] {
      layers["conv1_\(half)"] = conv(
        96, from: 3, size: 55, kernel: 11, stride: 4, inputBits: 8, weightBits: 8)
      layers["conv2_\(half)"] = conv(
        256, from: 96, size: 27, kernel: 5, inputBits: 4, weightBits: 4)
      layers["conv3_\(half)"] = conv(384, from: 512, size: 13, inputBits: 4, weightBits: 4)
      layers["conv4_\(half)"] = conv(384, from: 384, size: 13, inputBits: 4, weightBits: 4)
      layers["conv5_\(half)"] = conv(256, from: 384, size: 13, inputBits: 4, weightBits: 4)
    }
    return layers
  }()

  private static let vgg7: [String: BitFusionLayer] = {
    var layers = ["fc1": connected(1024, from: 8192, bits: 2)]
    for half in ["a", "b"] {
      layers["conv1_\(half)"] = conv(128, from: 3, size: 32, inputBits: 2, weightBits: 2)
      layers["conv2_\(half)"] = conv(256, from: 128, size: 16, inputBits: 2, weightBits: 2)
      layers["conv3_\(half)"] = conv(512, from: 256, size: 8, inputBits: 2, weightBits: 2)
    }
    return layers
  }()
}
