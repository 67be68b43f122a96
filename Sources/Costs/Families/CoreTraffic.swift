import Devices
import Mappings
import Quantities

/// What a convolution core moves for one layer, in elements.
///
/// Feature maps lie in the last level before the buffer that holds a layer's inputs and outputs together, else
/// in the outermost one; weights in the outermost. Channels of a stored feature map fill atoms. Where
/// inputs and weights exceed the buffer together, half of it holds one of the two while the other
/// streams past once for each part of the first: whichever moves less.
struct CoreTraffic {
  let device: Device
  let core: ConvolutionCore
  let work: LayerWork
  /// The convolution buffer.
  let buffer: Int
  /// Elements of inputs that lie in memory.
  let inputs: Int
  /// Elements of weights that lie in memory.
  let weights: Int
  /// Elements of outputs that are written.
  let outputs: Int
  /// How often inputs are read.
  let inputPasses: Int
  /// How often weights are read.
  let weightPasses: Int

  init(_ work: LayerWork, shape: CoreShape?, device: Device, core: ConvolutionCore) {
    self.device = device
    self.core = core
    self.work = work
    buffer = device.convolutionBuffer ?? 0
    let bounds = work.bounds
    let isFolded = core.foldsStrides && work.kind == .products
    let (strideY, strideX) = isFolded ? (bounds.strideY, bounds.strideX) : (1, 1)
    let channels =
      shape.map { $0.isPacked ? bounds.groups : $0.channels }
      ?? (bounds.groups * bounds.inputChannels)
    let groups = shape?.repetitions ?? 1
    let area = bounds.inputHeight.parts(of: strideY) * bounds.inputWidth.parts(of: strideX)
    inputs =
      channels.rounded(upTo: core.storageAtom) * area * groups * bounds.batch * work.inputCount
    weights = shape.map { Self.weights($0, core: core, bounds: bounds) } ?? 0
    outputs = Self.outputs(of: work, core: core)
    // Both of one image and group: what the buffer has to hold at a time.
    let inputBits = inputs / max(groups * bounds.batch, 1) * work.widths.inputs
    let weightBits = weights / max(groups, 1) * work.widths.weights
    guard shape != nil, let capacity = device.memories[buffer].capacity,
      inputBits + weightBits > capacity.count
    else {
      (inputPasses, weightPasses) = (1, 1)
      return
    }
    let half = max(capacity.count / 2, 1)
    let (inputParts, weightParts) = (inputBits.parts(of: half), weightBits.parts(of: half))
    let holdsWeights =
      inputBits * weightParts + weightBits <= inputBits + weightBits * inputParts
    inputPasses = holdsWeights ? max(weightParts, 1) : 1
    weightPasses = holdsWeights ? 1 : max(inputParts, 1)
  }

  private static func weights(
    _ shape: CoreShape, core: ConvolutionCore, bounds: LoopBounds
  ) -> Int {
    if shape.isPacked { return bounds.groups * bounds.outputChannels * shape.storedTaps }
    let taps = shape.isWinograd && !core.transformsWeights ? 16 : shape.storedTaps
    return shape.channels.rounded(upTo: core.weightAtom) * taps * bounds.outputChannels
      * shape.repetitions
  }

  private static func outputs(of work: LayerWork, core: ConvolutionCore) -> Int {
    let bounds = work.bounds
    let channels = bounds.groups * bounds.outputChannels
    let stored =
      work.bounds.batch * channels.rounded(upTo: core.storageAtom) * bounds.outputRows
      * bounds.outputColumns
    guard core.fusesPools, case .pools(let pooled) = work.fusion else { return stored }
    return pooled.parts(of: max(channels, 1)) * channels.rounded(upTo: core.storageAtom)
      * bounds.batch
  }

  /// The level where feature maps lie.
  var home: Int {
    let bits = inputs * work.widths.inputs + outputs * work.widths.outputs
    return (1..<max(buffer, 1)).last { level in
      device.memories[level].operands == [.inputs, .outputs]
        && (device.memories[level].capacity.map { bits <= $0.count } ?? true)
    } ?? 0
  }

  /// The traffic, link by link.
  func links(_ shape: CoreShape?) -> [LinkTraffic] {
    let widths = work.widths
    func port(_ level: Int, _ isWrite: Bool, _ elements: Int, _ width: Int) -> PortTraffic {
      PortTraffic(level: level, isWrite: isWrite, elements: elements, bits: elements * width)
    }
    let written = LinkTraffic(
      operand: .outputs, child: nil, ports: [port(home, true, outputs, widths.outputs)])
    guard let shape else {
      let read = LinkTraffic(
        operand: .inputs, child: nil, ports: [port(home, false, inputs, widths.inputs)])
      return [read, written]
    }
    var fetched = port(0, false, weights * weightPasses, widths.weights)
    fetched.elements += work.biasCount
    fetched.bits += work.biasCount * widths.bias
    let inner = CoreSteps(shape, core: core, device: device, work: work)
    return [
      LinkTraffic(
        operand: .weights, child: buffer,
        ports: [
          fetched, port(buffer, true, weights * weightPasses, widths.weights),
          port(buffer, false, weights * inner.weightPasses, widths.weights),
        ]),
      LinkTraffic(
        operand: .inputs, child: buffer,
        ports: [
          port(home, false, inputs * inputPasses, widths.inputs),
          port(buffer, true, inputs * inputPasses, widths.inputs),
          port(buffer, false, inner.inputReads, widths.inputs),
        ]),
      LinkTraffic(
        operand: .outputs, child: inner.accumulators,
        ports: inner.accumulators.map {
          [
            port($0, true, inner.sums, widths.partialSums),
            port($0, false, inner.sums, widths.partialSums),
          ]
        } ?? []),
      written,
    ]
  }
}

/// What the engines of a core take from its buffer and do to its sums.
struct CoreSteps {
  /// The level that holds the sums; nil when they stay in the engines.
  let accumulators: Int?
  /// How often each weight is read: once for each tile of positions whose sums are held.
  let weightPasses: Int
  /// Inputs read: an atom for each position and tap, for all engines at once.
  let inputReads: Int
  /// Sums read and written: one for each output and atom of products.
  let sums: Int

  init(_ shape: CoreShape, core: ConvolutionCore, device: Device, work: LayerWork) {
    let last = device.memories.count - 1
    accumulators = device.memories[last].operands == [.outputs] && last > 0 ? last : nil
    let wide = max(
      core.outputAtom, device.compute.columns / (core.rowAtom * core.columnAtom))
    let held = device.memories[last].capacity.map { capacity in
      capacity.count / max(wide * work.widths.partialSums, 1)
    }
    let tile = accumulators == nil ? shape.positions : max(held ?? shape.positions, 1)
    weightPasses = max(shape.positions.parts(of: max(tile, 1)) * shape.images, 1)
    let taps = Double(shape.positions) * shape.taps * (shape.isWinograd ? 4.0 / 9 : 1)
    let turns = Double(shape.repetitions * shape.images)
    let channels =
      shape.isPacked
      ? shape.outputs
      : shape.channels.rounded(upTo: core.storageAtom) * shape.outputs.parts(of: wide)
    inputReads = Int((taps * turns * Double(channels)).rounded(.up))
    let sets = core.atoms.map { shape.sets(of: $0) }.min() ?? 1
    let steps = shape.isWinograd ? sets / 9 : sets
    sums = Int((steps * turns * Double(shape.outputs * shape.positions)).rounded(.up))
  }
}
