import Devices
import Mappings

/// How a layer with products runs on the cores of a processor: its kernel, and what each core gets.
struct ProcessorSchedule {
  let kernel: ProcessorKernel
  let work: LayerWork
  /// The row of the throughput table that holds.
  let throughput: MACThroughput
  /// The axis of the channels of a tile: groups of a depthwise layer, output channels of others.
  let channelAxis: LoopAxis
  /// The axis of the positions of a tile.
  let pixelAxis: LoopAxis
  /// The cores along each axis that is shared out.
  private(set) var cores: [(axis: LoopAxis, count: Int)] = []

  /// The schedule of a layer, or nil when no kernel or no vector instruction runs it.
  init?(_ work: LayerWork, processor: VectorProcessor, compute: Compute) {
    let bounds = work.bounds
    let widths = work.widths
    let layer = ProcessorLayer(work)
    let weights = widths.multipliedWeights(on: compute)
    let inputs = widths.multipliedInputs(on: compute)
    guard
      let kernel = processor.kernel(for: layer, inputChannels: bounds.inputChannels),
      let throughput = compute.throughput.first(where: {
        $0.weightBits >= weights && $0.activationBits >= inputs
          && $0.accumulatorBits >= widths.partialSums
      })
    else { return nil }
    self.kernel = kernel
    self.work = work
    self.throughput = throughput
    channelAxis = layer == .depthwise ? .groups : .outputChannels
    pixelAxis = bounds.outputColumns > 1 ? .outputColumns : .outputRows
    var left = processor.cores
    for axis in kernel.parallel {
      let axis = axis == .outputChannels ? channelAxis : axis
      let count = min(left, bounds[axis])
      if count < 2 { continue }
      cores.append((axis, count))
      left /= count
    }
  }

  /// The iterations of an axis that the busiest core has.
  func share(_ axis: LoopAxis) -> Int {
    let count = cores.first { $0.axis == axis }?.count ?? 1
    return (work.bounds[axis] + count - 1) / count
  }

  /// The outputs of an axis in one register tile.
  func tile(_ axis: LoopAxis) -> Int {
    let tile = axis == channelAxis ? kernel.channels : axis == pixelAxis ? kernel.pixels : 1
    return max(1, min(tile, share(axis)))
  }

  var isDepthwise: Bool { channelAxis == .groups }

  /// The products of an output.
  var depth: Int {
    work.bounds.inputChannels * work.bounds.kernelRows * work.bounds.kernelColumns
  }
}

extension ProcessorLayer {
  /// The kind of kernel that runs a layer.
  init(_ work: LayerWork) {
    let bounds = work.bounds
    if work.isDepthwise && bounds.outputChannels == 1 {
      self = .depthwise
    } else if bounds.kernelRows * bounds.kernelColumns > 1 || bounds.strideY * bounds.strideX > 1 {
      self = .convolution
    } else {
      self = bounds.outputRows * bounds.outputColumns > 1 ? .pointwise : .connected
    }
  }
}
