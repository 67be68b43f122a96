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

  /// Whether multipliers must be powers of two.
  public var needsPowerOfTwo: Bool { self == .shift || self == .cast }
}

/// How the float32 multiplier of R4 comes from the scales.
public enum FloatMultiplier: String, Hashable, Sendable, CaseIterable {
  /// `float32(s_x * s_w / s_y)` with the rest in double; fully connected layers with one weight scale
  /// round `s_x * s_w` to float32 before they divide: XNNPACK as LiteRT calls it.
  case roundedOnce = "rounded-once"
  /// Every operation in float32: ONNX Runtime.
  case roundedTwice = "rounded-twice"
}

/// What is multiplied when the input has a zero point.
public enum ZeroPointHandling: String, Hashable, Sendable, CaseIterable {
  /// Products are of `x - z`: TFLM, XNNPACK's meaning, most accelerators.
  case subtracted
  /// Products are of the input's codes counted from the lowest one (0 to 2^b - 1), and `z * sum(w)`
  /// comes off at the end: gemmlowp, MLAS.
  ///
  /// Padding takes part as the code of zero. Weights are taken less their zero points, where MLAS corrects
  /// for those too at the end: the same unless a narrow inner accumulator saturates.
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
  /// How the multipliers of `.float` requantization are rounded.
  public var floatMultiplier: FloatMultiplier
  /// The rounding and overflow of `.cast` requantization.
  public var outputCast: OutputCast
  /// How activations are added and subtracted.
  public var addition: AdditionFlavour
  /// How averages are rounded.
  public var average: AverageRounding
  /// How softmax is computed.
  public var softmax: SoftmaxFlavour
  /// How sigmoid and tanh of an LSTM's gates are computed.
  public var nonlinearity: NonlinearityFlavour

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

    /// The code in a format that a rounded number is stored as.
    ///
    /// Unsigned formats have no sign to keep symmetric or to wrap by; `unlimited` clips.
    @inlinable
    public func code(_ value: Int, in format: IntegerFormat) -> Int {
      switch overflow {
      case .unlimited, .saturate: return format.clamped(value)
      case .saturateSymmetric:
        return min(max(value, format.isSigned ? -format.highest : 0), format.highest)
      case .saturateToZero: return format.clamped(value) == value ? value : 0
      case .wrap, .wrapSignMagnitude:
        let shift = 64 - format.bits
        guard format.isSigned else { return value & format.highest }
        let kept = (value << shift) >> shift
        let isLostSet = (value >> format.bits) & 1 == 1
        return overflow == .wrap || isLostSet == (kept < 0) ? kept : ~kept
      }
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
    floatMultiplier = .roundedOnce
    outputCast = OutputCast()
    addition = requantization == .float ? .float : .tflite
    average = .halfAway
    softmax = .table
    nonlinearity = .table
  }
}
