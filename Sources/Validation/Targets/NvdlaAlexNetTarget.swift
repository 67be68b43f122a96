import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// NVDLA's performance workbook, sheet AlexNet: every layer without second memory.
  static let nvdlaAlexNet = ValidationTarget(
    title: "NVDLA workbook, AlexNet layers: traffic and cycles",
    source:
      "tables/nvdla_perf_model_alexnet_layers.csv, nvdla/hw perf/NVDLA_OpenSource_Performance.xlsx",
    assumptions:
      "nvdla-large at 10 GB/s without an output stage; the workbook takes a KiB for 1,000 bytes of bandwidth, and "
      + "this sheet never reads inputs twice, so the buffer is taken as large; no biases; layers of two groups are "
      + "two rows; fully connected layers for 16 images, divided by 16"
  ) { data in
    var device = try NVDLAWorkbook.device(
      data, multipliers: 2048, buffer: .kibibytes(1 << 20), gigabytes: 10)
    device.name = "nvdla-workbook"
    var model = CostModel(device: device)
    var rows: [ValidationRow] = []
    for (index, record) in try data.table("tables/nvdla_perf_model_alexnet_layers.csv").enumerated()
    {
      let isConnected = try record.text("Layer attribute") == "fc"
      let batch = isConnected ? 16 : 1
      var layer = NVDLAWorkbook.Layer()
      layer.channels = try record.integer("#input feature maps C")
      layer.height = try record.integer("Input Height H")
      layer.width = try record.integer("Input Width W")
      layer.kernels = try record.integer("#output feature maps K")
      layer.kernel = try record.integer("Filter Height R")
      layer.stride = try record.integer("Vertical  Conv Srtide H")
      layer.isPadded = try record.text("Zero Padding Z") == "True"
      layer.pooled =
        try record.integer("Height after Pooling A") * record.integer("Height after Pooling B")
      let name = try "\(index + 1) \(record.text("Layer"))"
      let cost = try model.cost(of: layer.work(name: name, batch: batch))
      func kibibytes(_ operand: Operand) -> Double {
        cost.accesses.filter { $0.level == "dram" && $0.operand == operand }
          .reduce(0) { $0 + $1.bits.bytes } / 1024
      }
      for (item, ours, column) in [
        ("inputs", kibibytes(.inputs) / Double(batch), "Input data size"),
        ("weights", kibibytes(.weights), "Weight data size"),
        ("outputs", kibibytes(.outputs) / Double(batch), "Output data size"),
      ] {
        rows.append(
          ValidationRow(
            "\(name), \(item)", unit: "KiB", ours: ours, theirs: try record.number(column),
            bar: .within(0.01)))
      }
      rows.append(
        ValidationRow(
          "\(name), engines", unit: "cycles",
          ours: Double(cost.computeCycles.count) / Double(batch),
          theirs: try record.number("MAC Cycles"), bar: .within(0.01)))
      rows.append(
        ValidationRow(
          "\(name), all", unit: "cycles", ours: Double(cost.cycles.count) / Double(batch),
          theirs: try record.number("MAX Cycle"), bar: .within(0.01)))
    }
    return rows
  }
}

/// The configurations and layer shapes of NVDLA's performance workbook.
enum NVDLAWorkbook {
  /// A layer as a row of the workbook has it.
  struct Layer {
    var channels = 1
    var height = 1
    var width = 1
    var kernels = 1
    var kernel = 1
    var stride = 1
    var isPadded = false
    /// The output positions behind a fused pool; nil without one.
    var pooled: Int?

    /// The work of the layer in 8 bits, without biases.
    func work(name: String, batch: Int = 1) -> LayerWork {
      var bounds = LoopBounds()
      bounds.batch = batch
      bounds.inputChannels = channels
      bounds.outputChannels = kernels
      (bounds.inputHeight, bounds.inputWidth) = (height, width)
      (bounds.kernelRows, bounds.kernelColumns) = (kernel, kernel)
      (bounds.strideY, bounds.strideX) = (stride, stride)
      bounds.padTop = isPadded ? (kernel - 1) / 2 : 0
      bounds.padLeft = bounds.padTop
      bounds.outputRows = outputs(of: height)
      bounds.outputColumns = outputs(of: width)
      var work = LayerWork(
        name: name, kind: .products, bounds: bounds,
        widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0))
      if let pooled { work.fusion = .pools(into: pooled * kernels) }
      return work
    }

    /// The positions along an extent: all strides of a padded image, else those that fit.
    private func outputs(of extent: Int) -> Int {
      let inside = isPadded ? extent : extent - kernel + 1
      return (inside + stride - 1) / stride
    }
  }

  /// nvdla-large in a configuration of the workbook, whose KiB pass as 1,000 bytes.
  static func device(
    _ data: ValidationData, multipliers: Int, buffer: Bits, gigabytes: Double
  ) throws -> Device {
    var device = try data.device("nvdla-large")
    guard let level = device.convolutionBuffer else {
      throw ValidationProblem("nvdla-large: no convolution buffer")
    }
    device.compute.rows = multipliers
    device.compute.columns = 1
    device.compute.cyclesPerOutput = 0
    device.memories[0].readBandwidth = BitsPerCycle(gigabytes * 8 * 1.024)
    device.memories[0].writeBandwidth = device.memories[0].readBandwidth
    device.memories[level].capacity = buffer
    return device
  }
}
