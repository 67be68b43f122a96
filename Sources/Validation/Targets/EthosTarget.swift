import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// Vela's estimates of two MLPerf Tiny networks on Ethos-U55 with 32 to 256 multipliers.
  static let ethos = ValidationTarget(
    title: "Ethos-U55 (Vela 5.2.0 estimates), MLPerf Tiny: cycles",
    source: "tables/ethos_u55_vela_mlperf_tiny.csv and costs/vela, a tool's estimates, not silicon",
    fitted:
      "no number; but that encoded weights need no padding to 16 channels (weightAtom 1) was decided after kws with 256 "
      + "multipliers was seen 38 % too slow",
    assumptions:
      "ethos-u55-128 with the output blocks and output stages of the other sizes (ethos-u-vela, "
      + "architecture_features.py); weights uncompressed; softmax (about 1,100 cycles in Vela's totals) left out; each "
      + "layer waits for its own weights, where Vela loads some during the layer before"
  ) { data in
    var rows: [ValidationRow] = []
    for record in try data.table("tables/ethos_u55_vela_mlperf_tiny.csv") {
      let (network, multipliers) = try (record.text("network"), record.integer("mac_per_cycle"))
      var model = CostModel(device: try EthosLayers.device(data, multipliers: multipliers))
      let layers = network == "ic" ? EthosLayers.residual : EthosLayers.keywords
      let costs = try layers.map { try model.cost(of: $0) }
      let item = "\(network), \(multipliers) MACs"
      let total = costs.reduce(0) { $0 + $1.cycles.count }
      rows.append(
        ValidationRow(
          item, unit: "cycles", ours: Double(total), theirs: try record.number("cycles_total"),
          bar: .within(0.25)))
      let file = network == "ic" ? "pretrainedResnet_quant" : "kws_ref_model"
      let operators = ["Conv2D", "DepthwiseConv2D", "Add", "AvgPool", "FullyConnected"]
      let published = try data.table(
        "costs/vela/\(file)__ethos-u55-\(multipliers)/\(file)_per-layer.csv"
      ).filter { record in
        let name = try record.text("NNG Operator")
        return try operators.contains(name) && record.text("Original Operator") == name
      }
      guard published.count == costs.count else {
        throw ValidationProblem(
          "costs/vela: \(published.count) layers of \(network), not \(costs.count)")
      }
      for (cost, record) in zip(costs, published) {
        rows.append(
          ValidationRow(
            "\(item), \(cost.name)", unit: "cycles", ours: Double(cost.cycles.count),
            theirs: try record.number("Op Cycles"), bar: .reported))
      }
    }
    return rows
  }
}

/// The sizes of Ethos-U55 and the layers of two MLPerf Tiny networks.
enum EthosLayers {
  /// ethos-u55-128 with another number of multipliers.
  static func device(_ data: ValidationData, multipliers: Int) throws -> Device {
    var device = try data.device("ethos-u55-128")
    guard case .convolutionCore(var core) = device.compute.family else {
      throw ValidationProblem("ethos-u55-128: no convolution core")
    }
    // Rows, columns and channels of an output block; cycles of an output and of an addition.
    let size: (rows: Int, columns: Int, channels: Int, output: Double, addition: Double)
    switch multipliers {
    case 32: size = (1, 1, 4, 2, 6)
    case 64: size = (1, 1, 8, 1, 3)
    case 128: size = (1, 2, 8, 0.5, 1.5)
    case 256: size = (2, 2, 8, 0.25, 0.75)
    default: throw ValidationProblem("Ethos-U55 has 32 to 256 multipliers, not \(multipliers)")
    }
    (core.rowAtom, core.columnAtom, core.outputAtom) = (size.rows, size.columns, size.channels)
    core.weightHold = 4 * size.channels
    device.compute.columns = size.rows * size.columns * size.channels
    device.compute.cyclesPerOutput = size.output
    device.compute.cyclesPerElement = size.addition
    device.compute.family = .convolutionCore(core)
    return device
  }

  /// ResNet-8 for CIFAR-10, in the order of Vela's report.
  static var residual: [LayerWork] {
    var layers = [convolution("first", 3, 16, rows: 32, columns: 32, kernel: (3, 3))]
    for (block, inputs, outputs, size) in [
      ("one", 16, 16, 32), ("two", 16, 32, 16), ("three", 32, 64, 8),
    ] {
      let stride = outputs / inputs
      layers.append(
        convolution(
          block + "a", inputs, outputs, rows: size, columns: size, kernel: (3, 3), stride: stride))
      layers.append(
        convolution(block + "b", outputs, outputs, rows: size, columns: size, kernel: (3, 3)))
      if stride == 2 {
        layers.append(
          convolution(block + "c", inputs, outputs, rows: size, columns: size, stride: stride))
      }
      layers.append(work(block + "add", .elementwise(inputCount: 2), image(outputs, size, size)))
    }
    return layers + [pool(64, rows: 8, columns: 8), convolution("last", 64, 10)]
  }

  /// DS-CNN for keyword spotting.
  static var keywords: [LayerWork] {
    var layers = [
      convolution("first", 1, 64, rows: 25, columns: 5, kernel: (10, 4), stride: 2)
    ]
    for block in 1...4 {
      var depthwise = convolution("depthwise\(block)", 1, 1, rows: 25, columns: 5, kernel: (3, 3))
      depthwise.bounds.groups = 64
      layers.append(depthwise)
      layers.append(convolution("pointwise\(block)", 64, 64, rows: 25, columns: 5))
    }
    return layers + [pool(64, rows: 25, columns: 5), convolution("last", 64, 12)]
  }

  private static func convolution(
    _ name: String, _ inputs: Int, _ outputs: Int, rows: Int = 1, columns: Int = 1,
    kernel: (rows: Int, columns: Int) = (1, 1), stride: Int = 1
  ) -> LayerWork {
    var bounds = image(1, rows, columns)
    (bounds.inputChannels, bounds.outputChannels) = (inputs, outputs)
    (bounds.kernelRows, bounds.kernelColumns) = kernel
    (bounds.strideY, bounds.strideX) = (stride, stride)
    (bounds.inputHeight, bounds.inputWidth) = (rows * stride, columns * stride)
    bounds.padTop = max(0, kernel.rows - stride) / 2
    bounds.padLeft = max(0, kernel.columns - stride) / 2
    return work(name, .products, bounds)
  }

  private static func pool(_ channels: Int, rows: Int, columns: Int) -> LayerWork {
    var bounds = image(channels, 1, 1)
    (bounds.kernelRows, bounds.kernelColumns) = (rows, columns)
    (bounds.inputHeight, bounds.inputWidth) = (rows, columns)
    return work("pool", .pool, bounds)
  }

  private static func image(_ channels: Int, _ rows: Int, _ columns: Int) -> LoopBounds {
    var bounds = LoopBounds()
    bounds.groups = channels
    (bounds.outputRows, bounds.outputColumns) = (rows, columns)
    (bounds.inputHeight, bounds.inputWidth) = (rows, columns)
    return bounds
  }

  private static func work(
    _ name: String, _ kind: LayerWork.Kind, _ bounds: LoopBounds
  ) -> LayerWork {
    LayerWork(
      name: name, kind: kind, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 32))
  }
}
