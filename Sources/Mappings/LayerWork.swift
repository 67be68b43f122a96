public import Arithmetic
public import Devices

/// The loop bounds of one layer: the convolution nest with a batch and groups.
///
/// Loops: n batch, g groups, k output channels of a group, c input channels of a group, p output rows,
/// q output columns, r kernel rows, s kernel columns. Fully connected layers have p = q = r = s = 1
/// (rows of a sequence are p); pools and element-wise layers have c = k = 1 and their channels as g.
public struct LoopBounds: Hashable, Sendable {
  /// Samples of a batch n.
  public var batch = 1
  /// Groups g.
  public var groups = 1
  /// Output channels k of one group.
  public var outputChannels = 1
  /// Input channels c of one group.
  public var inputChannels = 1
  /// Output rows p.
  public var outputRows = 1
  /// Output columns q.
  public var outputColumns = 1
  /// Kernel rows r.
  public var kernelRows = 1
  /// Kernel columns s.
  public var kernelColumns = 1
  /// The height of the input in elements, padding not included.
  public var inputHeight = 1
  /// The width of the input in elements, padding not included.
  public var inputWidth = 1
  /// The vertical step.
  public var strideY = 1
  /// The horizontal step.
  public var strideX = 1
  /// The vertical distance of taps.
  public var dilationY = 1
  /// The horizontal distance of taps.
  public var dilationX = 1
  /// Padding above.
  public var padTop = 0
  /// Padding to the left.
  public var padLeft = 0

  /// A nest of single iterations.
  public init() {}

  /// The iterations of a loop.
  public subscript(axis: LoopAxis) -> Int {
    switch axis {
    case .batch: batch
    case .groups: groups
    case .outputChannels: outputChannels
    case .inputChannels: inputChannels
    case .outputRows: outputRows
    case .outputColumns: outputColumns
    case .kernelRows: kernelRows
    case .kernelColumns: kernelColumns
    }
  }

  /// The iterations of the whole nest, padding taps included.
  public var iterations: Int { LoopAxis.allCases.reduce(1) { $0 * self[$1] } }
}

/// The widths in which the operands of a layer are stored and moved, in bits.
public struct OperandWidths: Hashable, Sendable {
  /// The bits of a weight.
  public var weights: Int
  /// The bits of an input activation.
  public var inputs: Int
  /// The bits of a finished output activation.
  public var outputs: Int
  /// The bits of a partial sum: the accumulator width.
  public var partialSums: Int
  /// The bits of a bias, and of what else is stored for each output channel; 0 without either.
  public var bias: Int
  /// How weights or activations that are no integers are multiplied; nil for integers of their width.
  public var multiplication: Multiplication?
  /// The bits of an input as the integer that it is decoded to, 16 at
  /// most; nil for integers of their width.
  public var decodedInputs: Int?
  /// The same of an integer weight that is multiplied with such inputs.
  public var decodedWeights: Int?

  /// The widths of a layer.
  public init(
    weights: Int, inputs: Int, outputs: Int, partialSums: Int, bias: Int,
    multiplication: Multiplication? = nil
  ) {
    self.weights = weights
    self.inputs = inputs
    self.outputs = outputs
    self.partialSums = partialSums
    self.bias = bias
    self.multiplication = multiplication
  }
}

/// What the cost side knows of a layer: its kind, its loops and its operand widths.
public struct LayerWork: Hashable, Sendable {
  /// How a layer uses the hardware.
  public enum Kind: Hashable, Sendable {
    /// Products and sums with weights: convolution, depthwise, fully connected.
    case products
    /// A window without weights: pools.
    case pool
    /// Element-wise on `inputCount` inputs: adds, activations, rescales, softmax.
    case elementwise(inputCount: Int)
    /// Elements only move: concat, pad, transpose.
    case movement
    /// Nothing happens: reshape, flatten.
    case none
  }

  /// The name of the layer.
  public var name: String
  /// How it uses the hardware.
  public var kind: Kind
  /// Its loops.
  public var bounds: LoopBounds
  /// The widths of its operands.
  public var widths: OperandWidths
  /// Whether a pool runs in the output stage of a layer, on devices that can.
  public var fusion = PoolFusion.none

  /// The work of a layer.
  public init(name: String, kind: Kind, bounds: LoopBounds, widths: OperandWidths) {
    self.name = name
    self.kind = kind
    self.bounds = bounds
    self.widths = widths
  }
}
