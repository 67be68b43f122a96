/// How many products of one dot-product engine meet: input channels times kernel taps.
///
/// Channels and taps of a layer round up to multiples of the two; the rest multiplies zeros.
public struct ProductAtom: Hashable, Sendable {
  /// Input channels, at least 1.
  public var channels: Int
  /// Kernel taps, at least 1.
  public var taps: Int

  /// An atom.
  public init(channels: Int, taps: Int) {
    self.channels = channels
    self.taps = taps
  }
}

/// A convolution core: engines that multiply atoms of input channels, a buffer for inputs and weights, an
/// output stage for activations and pools (NVDLA, Ethos-U).
///
/// `Compute.rows` is the length of a dot product, `columns` the number of engines; `lanes` is 1. Of its memories
/// the outermost holds weights, the last that keeps weights and inputs is the convolution buffer, one that
/// keeps inputs and outputs in between holds feature maps, one behind the buffer that keeps outputs only
/// holds the sums.
public struct ConvolutionCore: Hashable, Sendable {
  /// The atoms into which channels and taps round up; a layer takes the one that wastes least.
  public var atoms: [ProductAtom]
  /// Output channels round up to multiples of this.
  public var outputAtom: Int
  /// Output rows round up to multiples of this.
  public var rowAtom = 1
  /// Output columns round up to multiples of this.
  public var columnAtom = 1
  /// Channels of a stored feature map round up to multiples of this.
  public var storageAtom: Int
  /// Input channels of stored weights round up to multiples of this.
  public var weightAtom: Int
  /// Cycles that one set of weights is held in the engines at least.
  public var weightHold = 0
  /// Whether a strided layer is run at stride 1 on `strideY * strideX` times the channels.
  public var foldsStrides = false
  /// Whether groups of one input channel share the engines' output channels instead of running one by one.
  public var packsGroups = false
  /// Whether 3x3 layers of stride 1 run as Winograd F(2x2, 3x3).
  public var hasWinograd = false
  /// Whether the core transforms the weights of Winograd layers itself, so that memory holds 9 and not 16.
  public var transformsWeights = false
  /// Whether a max or average pool that alone reads a layer runs in its output stage.
  public var fusesPools = false
  /// Cycles of a tap of a pool that runs alone.
  public var cyclesPerTap: Double

  /// A core.
  public init(
    atoms: [ProductAtom], outputAtom: Int, storageAtom: Int, cyclesPerTap: Double
  ) {
    self.atoms = atoms
    self.outputAtom = outputAtom
    self.storageAtom = storageAtom
    weightAtom = storageAtom
    self.cyclesPerTap = cyclesPerTap
  }
}

extension MemoryLevel {
  /// Whether inputs and weights wait here for the engines of a convolution core.
  var isConvolutionBuffer: Bool { operands.contains(.inputs) && operands.contains(.weights) }
}

extension Device {
  /// The position of a convolution core's buffer: the last level that keeps weights and inputs.
  public var convolutionBuffer: Int? { memories.lastIndex(where: \.isConvolutionBuffer) }
}
