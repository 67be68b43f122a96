import Devices
import Mappings

/// A layer with products as a convolution core sees it: strides folded, channels in atoms.
struct CoreShape {
  /// Layers that run one after another: the groups, unless they are packed.
  var repetitions: Int
  /// Images that run one after another; 1 for a layer of one position, which takes a batch at once.
  var images: Int
  /// Input channels of one group, strides folded in.
  var channels: Int
  /// Kernel taps, strides folded out; a fraction where they do not divide the kernel.
  var taps: Double
  /// The taps of the stored weights, strides folded out and rounded up.
  var storedTaps: Int
  /// Output channels that run together.
  var outputs: Int
  /// Output positions of one image.
  var positions: Int
  /// Output positions that the engines compute, atoms rounded up.
  var computedPositions: Int
  /// Whether the layer runs as Winograd F(2x2, 3x3).
  var isWinograd: Bool
  /// Whether groups of one input channel run side by side.
  var isPacked: Bool

  init(_ work: LayerWork, core: ConvolutionCore) {
    let bounds = work.bounds
    isPacked = core.packsGroups && work.isDepthwise
    let fold = core.foldsStrides ? bounds.strideY * bounds.strideX : 1
    channels = bounds.inputChannels * fold
    taps = Double(bounds.kernelRows * bounds.kernelColumns) / Double(fold)
    storedTaps =
      core.foldsStrides
      ? bounds.kernelRows.parts(of: bounds.strideY) * bounds.kernelColumns.parts(of: bounds.strideX)
      : bounds.kernelRows * bounds.kernelColumns
    isWinograd =
      core.hasWinograd && !isPacked && bounds.kernelRows == 3 && bounds.kernelColumns == 3
      && bounds.strideY == 1 && bounds.strideX == 1 && bounds.dilationY == 1
      && bounds.dilationX == 1
    positions = bounds.outputRows * bounds.outputColumns
    computedPositions =
      bounds.outputRows.rounded(upTo: core.rowAtom)
      * bounds.outputColumns.rounded(upTo: core.columnAtom)
    let isConnected = positions == 1
    images = isConnected ? 1 : bounds.batch
    repetitions = isPacked ? 1 : bounds.groups
    outputs =
      bounds.outputChannels * (isPacked ? bounds.groups : 1) * (isConnected ? bounds.batch : 1)
  }

  /// The cycles of the engines.
  ///
  /// A set of weights, one atom of products times one of outputs, is held while the positions pass:
  /// `cycles = sets * max(positions * atom / multipliers, weightHold)`, a Winograd layer's over 2.25.
  func cycles(core: ConvolutionCore, multipliers: Double) -> Int {
    let groups = outputs.parts(of: core.outputAtom) * repetitions * images
    let least = core.atoms.map { atom in
      let steps = sets(of: atom) * Double(groups)
      let atomic = Double(atom.channels * atom.taps * core.outputAtom)
      return steps * max(atomic * Double(computedPositions) / multipliers, Double(core.weightHold))
    }.min()
    return Int(((least ?? 0) / (isWinograd ? 2.25 : 1)).rounded(.up))
  }

  /// The atoms of products that add up to one output.
  func sets(of atom: ProductAtom) -> Double {
    let steps = atom.taps == 1 ? taps : (taps / Double(atom.taps)).rounded(.up)
    return Double(channels.parts(of: atom.channels)) * steps
  }
}

extension Int {
  /// How many parts of a size cover the number.
  func parts(of size: Int) -> Int { (self + size - 1) / size }

  /// The least multiple of a size that is not below the number.
  func rounded(upTo size: Int) -> Int { parts(of: size) * size }
}
