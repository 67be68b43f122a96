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
  /// R2, as R1 but the last shift rounds half up: ruy.
  case ruy
  /// R3, one rounding of the 64-bit product, half up: TFLITE_SINGLE_ROUNDING.
  case single
  /// R4, a float32 multiplier, half even: XNNPACK, ONNX Runtime.
  case float
  /// R5, a 16-bit multiplier and one rounding, half up: int16 layers with an int64 bias in TFLite.
  case reduced = "reduced16"
  /// R6, an arithmetic shift with the rounding constant preloaded: NNoM. Needs power-of-two scales.
  case shift
  /// R7, an integer multiplier and a flooring shift: NEMO, PULP-NN.
  case floor
  /// R9, thresholds: `round_half_even` of the real product, exact: FINN.
  case thresholds
  /// R10, a cast of the fixed-point accumulator to the output's format: HLS. Needs power-of-two scales.
  case cast
}

/// What is multiplied when the input has a zero point.
public enum ZeroPointHandling: String, Hashable, Sendable, CaseIterable {
  /// Products are of `x - z`: TFLM, XNNPACK's meaning, most accelerators.
  case subtracted
  /// Products are of the input's codes counted from the lowest one (0 to 2^b - 1), and `z * sum(w)`
  /// comes off at the end: gemmlowp, MLAS.
  case corrected
}

/// A second, wider accumulator behind a narrow one.
public struct OuterAccumulator: Hashable, Sendable {
  /// The products after which the inner accumulator is added to the outer one and cleared.
  public var tile: Int
  /// The outer accumulator; it holds the bias.
  public var accumulator: Accumulator

  /// An outer accumulator behind tiles of `tile` products.
  ///
  /// - Precondition: one product or more.
  public init(tile: Int, accumulator: Accumulator) {
    precondition(tile >= 1, "a tile has one product or more")
    self.tile = tile
    self.accumulator = accumulator
  }
}

/// A fixed-point accumulator: products are cast to it before each addition, as HLS's `ap_fixed` does.
public struct FixedPointCast: Hashable, Sendable {
  /// The bits behind the binary point.
  public var fractionBits: Int
  /// What happens to the bits that a cast drops.
  public var rounding: FixedPointRounding

  /// A cast.
  public init(fractionBits: Int, rounding: FixedPointRounding) {
    self.fractionBits = fractionBits
    self.rounding = rounding
  }
}

/// The quantization modes of `ap_fixed`.
///
/// - Source: AMD UG1399, "Arbitrary Precision Fixed-Point Data Types".
public enum FixedPointRounding: String, Hashable, Sendable, CaseIterable {
  /// Towards minus infinity.
  case truncate = "TRN"
  /// Towards zero.
  case truncateToZero = "TRN_ZERO"
  /// To nearest, ties towards plus infinity.
  case round = "RND"
  /// To nearest, ties towards zero.
  case roundToZero = "RND_ZERO"
  /// To nearest, ties away from zero.
  case roundToInfinity = "RND_INF"
  /// To nearest, ties towards minus infinity.
  case roundToMinusInfinity = "RND_MIN_INF"
  /// To nearest, ties to even.
  case roundConvergent = "RND_CONV"
}

/// How two activations of different scales are added, subtracted and, where it says so, multiplied.
public enum AdditionFlavour: String, Hashable, Sendable, CaseIterable {
  /// TFLite's reference: left shift by 20 (8 bits) or 15 (16 bits), three R1 rescalings.
  case tflite
  /// The same with R3 rescalings: TFLITE_SINGLE_ROUNDING, CMSIS_NN_USE_SINGLE_ROUNDING.
  case tfliteSingle = "tflite-single"
  /// XNNPACK: 20-bit fixed-point multipliers, one rounding shift; products with a float32 multiplier.
  case xnnpack
  /// Float32, half even of the sum with the zero point: ONNX Runtime, products too.
  case float
}

/// How a mean of codes is rounded.
public enum AverageRounding: String, Hashable, Sendable, CaseIterable {
  /// Half away from zero: TFLite, CMSIS-NN.
  case halfAway = "half-away"
  /// Half to even, in float32: ONNX Runtime's QLinearAveragePool and QLinearGlobalAveragePool.
  case halfEven = "half-even"
  /// Towards zero: NNoM.
  case truncate
}

/// How softmax is computed on codes.
public enum SoftmaxFlavour: String, Hashable, Sendable, CaseIterable {
  /// A table of exponentials in Q30, their sum, one rounded division.
  case table
  /// Gemmlowp's fixed-point exponential and reciprocal, 16 bits by tables: TFLM, CMSIS-NN.
  case gemmlowp
  /// Real numbers, then the nearest code, half even.
  case float
}

/// Everything about a device's arithmetic that changes a value.
///
/// - Source: `numerics.md` section 1.
public struct ArithmeticSpec: Hashable, Sendable {
  /// The accumulator of convolution, depthwise and fully connected layers; everything else is wide.
  public var accumulator: Accumulator
  /// The accumulator behind it, if there are two levels.
  public var outer: OuterAccumulator?
  /// The layers whose inner accumulator is narrow, if there are two levels.
  public var innerScope: InnerScope
  /// The order of the additions.
  public var order: AccumulationOrder
  /// Products summed exactly (by an adder tree) before each narrow addition; 1 or more.
  public var lanes: Int
  /// Where the bias enters.
  public var bias: BiasPosition
  /// What is multiplied when the input has a zero point.
  public var zeroPoint: ZeroPointHandling
  /// The cast of products to a fixed-point accumulator; nil for integers that keep all bits.
  public var productCast: FixedPointCast?
  /// How accumulators become output codes.
  public var requantization: RequantizationFlavour
  /// How accumulators of fully connected layers become codes, where it differs.
  public var fullyConnectedRequantization: RequantizationFlavour?
  /// How accumulators of layers with a 64-bit bias become codes.
  public var wideBiasRequantization: RequantizationFlavour
  /// The rounding and overflow of `.cast` requantization.
  public var outputCast: OutputCast
  /// How activations are added and subtracted.
  public var addition: AdditionFlavour
  /// How averages are rounded.
  public var average: AverageRounding
  /// How softmax is computed.
  public var softmax: SoftmaxFlavour

  /// The rounding and the overflow of a cast to the output's format.
  public struct OutputCast: Hashable, Sendable {
    /// What happens to dropped bits.
    public var rounding: FixedPointRounding
    /// What happens outside the range.
    public var overflow: OverflowPolicy

    /// A cast; HLS's defaults truncate and wrap.
    public init(rounding: FixedPointRounding = .truncate, overflow: OverflowPolicy = .wrap) {
      self.rounding = rounding
      self.overflow = overflow
    }
  }

  /// An arithmetic; the defaults are those of the TFLite reference with a 32-bit accumulator.
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
    outer = nil
    innerScope = .all
    zeroPoint = .subtracted
    productCast = nil
    fullyConnectedRequantization = nil
    wideBiasRequantization = .reduced
    outputCast = OutputCast()
    addition = requantization == .float ? .float : .tflite
    average = .halfAway
    softmax = .table
  }
}
