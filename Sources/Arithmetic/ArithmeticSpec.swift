/// The order in which the products of one output are added.
public enum AccumulationOrder: String, Hashable, Sendable, CaseIterable {
  /// Kernel rows, kernel columns, input channels (innermost): TFLM, CMSIS-NN, XNNPACK.
  case kernelMajor = "kernel-major"
  /// Input channels, kernel rows, kernel columns (innermost).
  case channelMajor = "channel-major"
}

/// Where the bias enters the sum.
public enum BiasPosition: String, Hashable, Sendable, CaseIterable {
  /// The accumulator starts with the bias.
  case first
  /// The bias is added after the last product.
  case last
}

/// How an accumulator is rescaled to an output code: the flavours of `numerics.md` section 2.
public enum RequantizationFlavour: String, Hashable, Sendable, CaseIterable {
  /// R1, double rounding: TFLite reference, TFLM, CMSIS-NN.
  case gemmlowp
  /// R3, one rounding of the 64-bit product, half up: TFLITE_SINGLE_ROUNDING.
  case single
  /// R4, a float32 multiplier, half even: XNNPACK, ONNX Runtime.
  case float
  /// R6, an arithmetic shift with the rounding constant preloaded: NNoM. Needs power-of-two scales.
  case shift
  /// R7, an integer multiplier and a flooring shift: NEMO, PULP-NN.
  case floor
}

/// Everything about a device's arithmetic that changes a value.
///
/// - Source: `numerics.md` section 1.
public struct ArithmeticSpec: Hashable, Sendable {
  /// The accumulator of convolution, depthwise and fully connected layers; everything else is wide.
  public var accumulator: Accumulator
  /// The order of the additions.
  public var order: AccumulationOrder
  /// Products summed exactly (by an adder tree) before each narrow addition; 1 or more.
  public var lanes: Int
  /// Where the bias enters.
  public var bias: BiasPosition
  /// How accumulators become output codes.
  public var requantization: RequantizationFlavour

  /// An arithmetic; the defaults are those of TFLM with a 32-bit accumulator.
  public init(
    accumulator: Accumulator = Accumulator(bits: 32, overflow: .wrap),
    order: AccumulationOrder = .kernelMajor, lanes: Int = 1, bias: BiasPosition = .last,
    requantization: RequantizationFlavour = .gemmlowp
  ) {
    precondition(lanes >= 1, "an adder tree sums one product or more")
    self.accumulator = accumulator
    self.order = order
    self.lanes = lanes
    self.bias = bias
    self.requantization = requantization
  }
}
