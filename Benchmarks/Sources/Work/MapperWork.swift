import Widthwise

/// The best mapping of one layer on a device, and its cost, searched anew each time.
package struct MapperWork: RepeatableWork {
  private let device: Device
  private let work: LayerWork
  package var macs: Int { 0 }
  package var items: Int { 1 }

  /// A convolution on a bundled device.
  package init(_ shape: ConvolutionShape, device name: String) throws {
    guard let path = BundledFiles(executable: nil, override: nil).devicePath(named: name) else {
      throw WorkProblem("\(name): is not a bundled device")
    }
    device = try DeviceFile.device(at: path)
    var bounds = LoopBounds()
    bounds.inputChannels = shape.inputs
    bounds.outputChannels = shape.outputs
    bounds.outputRows = shape.size
    bounds.outputColumns = shape.size
    bounds.kernelRows = shape.kernel
    bounds.kernelColumns = shape.kernel
    bounds.inputHeight = shape.size
    bounds.inputWidth = shape.size
    bounds.padTop = shape.kernel / 2
    bounds.padLeft = shape.kernel / 2
    work = LayerWork(
      name: "layer", kind: .products, bounds: bounds,
      widths: OperandWidths(
        weights: shape.weightBits, inputs: shape.inputBits, outputs: 8, partialSums: 32, bias: 32))
  }

  package func run() async throws -> Figures {
    var model = CostModel(device: device)
    let cost = try model.cost(of: work)
    var figures = Figures()
    figures.counts["cycles"] = Double(cost.cycles.count)
    figures.counts["energy"] = cost.totalEnergy.value
    return figures
  }
}
