import Costs
import Devices
import Mappings
import Quantities

/// The configurations and layers of NVDLA's performance workbook.
enum NVDLAWorkbook {
  /// A row of a sheet.
  struct Layer {
    var kind = LayerWork.Kind.products
    var channels = 1
    var height = 1
    var width = 1
    var kernels = 1
    var kernel = 1
    var stride = 1
    var isPadded = true
    /// The output positions behind a fused pool; nil without one.
    var pooled: Int?

    /// The work of the layer in 8 bits, without biases.
    func work(name: String = "", batch: Int = 1) -> LayerWork {
      let isProduct = kind == .products
      var bounds = LoopBounds()
      bounds.batch = batch
      bounds.groups = isProduct ? 1 : channels
      bounds.inputChannels = isProduct ? channels : 1
      bounds.outputChannels = isProduct ? kernels : 1
      (bounds.inputHeight, bounds.inputWidth) = (height, width)
      (bounds.kernelRows, bounds.kernelColumns) = (kernel, kernel)
      (bounds.strideY, bounds.strideX) = (stride, stride)
      bounds.padTop = isPadded ? (kernel - 1) / 2 : 0
      bounds.padLeft = bounds.padTop
      bounds.outputRows = outputs(of: height)
      bounds.outputColumns = outputs(of: width)
      var work = LayerWork(
        name: name, kind: kind, bounds: bounds,
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
    _ data: ValidationData, multipliers: Int, buffer: Bits, gigabytes: Double,
    transformsWeights: Bool = false
  ) throws -> Device {
    var device = try data.device("nvdla-large")
    guard let level = device.convolutionBuffer,
      case .convolutionCore(var core) = device.compute.family
    else { throw ValidationProblem("nvdla-large: no convolution core") }
    core.transformsWeights = transformsWeights
    core.cyclesPerTap = 0
    device.compute.family = .convolutionCore(core)
    device.compute.rows = multipliers
    device.compute.columns = 1
    device.compute.cyclesPerOutput = 0
    device.compute.cyclesPerElement = 0
    device.memories[0].readBandwidth = BitsPerCycle(gigabytes * 8 * 1.024)
    device.memories[0].writeBandwidth = device.memories[0].readBandwidth
    device.memories[level].capacity = buffer
    return device
  }
}

extension NVDLAWorkbook.Layer {
  /// A row of the sheet AlexNet.
  init(_ record: ValidationRecord) throws {
    channels = try record.integer("#input feature maps C")
    height = try record.integer("Input Height H")
    width = try record.integer("Input Width W")
    kernels = try record.integer("#output feature maps K")
    kernel = try record.integer("Filter Height R")
    stride = try record.integer("Vertical  Conv Srtide H")
    isPadded = try record.text("Zero Padding Z") == "True"
    pooled =
      try record.integer("Height after Pooling A") * record.integer("Height after Pooling B")
  }
}
