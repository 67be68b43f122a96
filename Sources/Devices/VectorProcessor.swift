public import Quantities

/// The layers that a library has kernels of their own for.
public enum ProcessorLayer: String, Hashable, Sendable, CaseIterable {
  /// Windows over images, and what the others do not name.
  case convolution
  /// Windows of one element, moved by one.
  case pointwise
  /// Several groups of one input channel.
  case depthwise
  /// One output position without window: a matrix times a vector.
  case connected
}

/// The software loop nest that runs one kind of layer, and the instructions in it.
///
/// A tile of `channels x pixels` outputs stays in registers while `unroll` products of each output are
/// added an iteration. What does not fill a tile is done output by output, what does not fill an
/// iteration product by product without vectors, unless the kernel pads both.
public struct ProcessorKernel: Hashable, Sendable {
  /// The layers that it runs.
  public var layers: Set<ProcessorLayer>
  /// The most input channels of a group that it runs, or nil for any number.
  public var mostInputChannels: Int?
  /// Output channels of the register tile.
  public var channels: Int
  /// Output positions of the register tile.
  public var pixels: Int
  /// Products of each output in one iteration of the inner loop.
  public var unroll: Int
  /// The width of an input where the inner loop loads it, in bits; nil for that of the multiplication.
  public var inputBits: Int?
  /// The operands that lie in the order of the tile, so that one load fetches several rows of it.
  public var packed: Set<Operand>
  /// Whether what does not fill a tile or an iteration costs as much as a full one.
  public var isPadded: Bool
  /// The loops that cores share out, in order of preference.
  public var parallel: [LoopAxis]
  /// Instructions beside each load of weights: unpacking, zero points, addresses.
  public var weightLoad: Double
  /// Instructions beside each load of inputs.
  public var inputLoad: Double
  /// Instructions of an iteration that neither load nor multiply.
  public var loop: Double
  /// Instructions to finish an output: requantization, store, its share of the loops around.
  public var output: Double
  /// Instructions of an output position: loops, checks, calls.
  public var pixel: Double
  /// Instructions of each kernel tap that an output position copies (im2col).
  public var tap: Double
  /// Instructions of each element that is copied.
  public var copy: Double
  /// Cycles of a transfer for each input element that it reorders on the way in; the cores wait.
  public var reorderCycles: Double

  /// A kernel of scalar loops without overheads.
  public init(layers: Set<ProcessorLayer>, channels: Int, pixels: Int, unroll: Int) {
    self.layers = layers
    self.channels = channels
    self.pixels = pixels
    self.unroll = unroll
    packed = []
    isPadded = false
    parallel = []
    (weightLoad, inputLoad, loop, output) = (0, 0, 0, 0)
    (pixel, tap, copy, reorderCycles) = (0, 0, 0, 0)
  }
}

/// Cores that run kernels: instructions a cycle, loads, and what each kind of work takes.
///
/// `Compute.throughput` tells the multiply-accumulates of one vector instruction by operand and
/// accumulator widths, one such instruction a cycle; one that holds its unit longer counts several times.
public struct VectorProcessor: Hashable, Sendable {
  /// The cores that share a layer out.
  public var cores: Int
  /// The instructions that a core sustains a cycle.
  public var instructionsPerCycle: Double
  /// The loads that a core can start a cycle.
  public var loadsPerCycle: Double
  /// The bits that one load fetches.
  public var loadBits: Int
  /// Whether activations that fit whole into a shared level stay there between layers.
  public var keepsActivations: Bool
  /// The kernels; the first one that runs a layer holds.
  public var kernels: [ProcessorKernel]
  /// Instructions of a tap of a pool.
  public var pool: Double
  /// Instructions of an output element of additions and activations.
  public var element: Double
  /// Instructions of an element that only moves.
  public var move: Double
  /// Instructions of a layer: calls and their set-up.
  public var call: Double
  /// The energy of a cycle in which the cores wait for a memory.
  public var waitCycle: Picojoules

  /// A processor.
  public init(
    cores: Int, instructionsPerCycle: Double, loadsPerCycle: Double, loadBits: Int,
    keepsActivations: Bool = false, kernels: [ProcessorKernel], pool: Double, element: Double,
    move: Double, call: Double, waitCycle: Picojoules = .zero
  ) {
    self.cores = cores
    self.instructionsPerCycle = instructionsPerCycle
    self.loadsPerCycle = loadsPerCycle
    self.loadBits = loadBits
    self.keepsActivations = keepsActivations
    self.kernels = kernels
    self.pool = pool
    self.element = element
    self.move = move
    self.call = call
    self.waitCycle = waitCycle
  }

  /// The kernel for a layer, or nil when none runs it.
  public func kernel(for layer: ProcessorLayer, inputChannels: Int) -> ProcessorKernel? {
    kernels.first {
      $0.layers.contains(layer) && inputChannels <= ($0.mostInputChannels ?? inputChannels)
    }
  }
}

extension Compute {
  /// The compute part of a processor: no array, one unit a core.
  public static func processor(
    _ processor: VectorProcessor, throughput: [MACThroughput], macEnergy: MACEnergy
  ) -> Compute {
    var compute = Compute(
      dataflow: .registerTile, rows: 1, columns: min(max(processor.cores, 1), 1024), rowAxes: [],
      columnAxes: [.outputRows, .outputColumns, .outputChannels, .groups], isSystolic: false,
      throughput: throughput, macEnergy: macEnergy, cyclesPerOutput: 0, cyclesPerElement: 0,
      cyclesPerLayer: 0)
    compute.family = .processor(processor)
    return compute
  }
}
