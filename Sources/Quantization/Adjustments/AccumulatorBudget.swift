public import Arithmetic

/// What the integer weights of a channel may sum to so that no order of addition overflows.
///
/// With inputs from `x_lo <= 0` to `x_hi >= 0` and a register from L to H, the sums of the positive
/// and of the negated negative weights, S+ and S-, must satisfy both
///
///     x_hi S+ - x_lo S-  <=  H - max(bias, 0)
///     x_hi S- - x_lo S+  <=  min(bias, 0) - L
///
/// which is necessary and sufficient, wherever the bias enters.
///
/// - Source: `numerics.md` sections 3.2 to 3.5.
public struct AccumulatorBudget: Hashable, Sendable {
  /// The bits of the two's complement accumulator.
  public let accumulatorBits: Int
  /// The inputs after subtracting their zero point.
  public let inputs: ClosedRange<Int>
  /// The bias that the accumulator holds too, in its units.
  public let bias: Int
  /// Whether the lowest content is `-(2^(P-1) - 1)`.
  public let isSymmetric: Bool

  /// The budget of a channel.
  ///
  /// - Precondition: 2 to 62 bits; `inputs` contains 0 and more.
  public init(
    accumulatorBits: Int, inputs: ClosedRange<Int>, bias: Int = 0, isSymmetric: Bool = false
  ) {
    precondition((2...62).contains(accumulatorBits), "an accumulator has 2 to 62 bits")
    precondition(inputs.contains(0) && inputs.count > 1, "the inputs contain zero and more")
    self.accumulatorBits = accumulatorBits
    self.inputs = inputs
    self.bias = bias
    self.isSymmetric = isSymmetric
  }

  /// What is left of the upper and of the lower half of the register beside the bias.
  private var room: (above: Int, below: Int) {
    let half = 1 << (accumulatorBits - 1)
    return (half - 1 - max(bias, 0), half - (isSymmetric ? 1 : 0) + min(bias, 0))
  }

  /// Whether weights with these sums never overflow.
  public func holds(_ sums: SignedSums) -> Bool {
    guard isWithinWords(sums) else { return false }
    let high = inputs.upperBound * sums.positive - inputs.lowerBound * sums.negative
    let low = inputs.upperBound * sums.negative - inputs.lowerBound * sums.positive
    return high <= room.above && low <= room.below
  }

  /// Limits of S+ and S- that hold whatever the other is up to its own; 0 where the bias leaves no room.
  ///
  /// For inputs of one sign they are exact; otherwise both are `min(room) / (x_hi - x_lo)`, which is
  /// half of A2Q+'s limit of the magnitude.
  public var limits: SignedSums {
    let above = max(0, room.above)
    let below = max(0, room.below)
    if inputs.lowerBound == 0 {
      return SignedSums(positive: above / inputs.upperBound, negative: below / inputs.upperBound)
    }
    if inputs.upperBound == 0 {
      return SignedSums(
        positive: below / -inputs.lowerBound, negative: above / -inputs.lowerBound)
    }
    let both = min(above, below) / (inputs.upperBound - inputs.lowerBound)
    return SignedSums(positive: both, negative: both)
  }

  /// A limit of `‖q‖₁` that holds however it is split in S+ and S-; 0 where the bias leaves no room.
  public var magnitudeLimit: Int {
    max(0, min(room.above, room.below)) / max(inputs.upperBound, -inputs.lowerBound)
  }

  /// Whether products with these sums stay within 62 bits, which is more than any accumulator has.
  private func isWithinWords(_ sums: SignedSums) -> Bool {
    let reach = max(Double(inputs.upperBound), -Double(inputs.lowerBound))
    return reach * (Double(sums.positive) + Double(sums.negative)) < 0x1p62
  }

  /// How much further S+ (or S-) may grow when the sums are these already.
  public func growth(of sums: SignedSums, isPositive: Bool) -> Int {
    guard isWithinWords(sums) else { return 0 }
    let up = isPositive ? inputs.upperBound : -inputs.lowerBound
    let down = isPositive ? -inputs.lowerBound : inputs.upperBound
    let high = inputs.upperBound * sums.positive - inputs.lowerBound * sums.negative
    let low = inputs.upperBound * sums.negative - inputs.lowerBound * sums.positive
    let byHigh = up > 0 ? (room.above - high) / up : Int.max
    let byLow = down > 0 ? (room.below - low) / down : Int.max
    return max(0, min(byHigh, byLow))
  }

  /// A2Q's limit of `‖q‖₁`: `(2^(P-1) - 1) · 2^([signed] - N)`, rounded down.
  ///
  /// - Source: I. Colbert et al., A2Q: accumulator-aware quantization, arXiv 2308.13504.
  public static func magnitudeLimit(
    accumulatorBits: Int, inputBits: Int, inputsAreSigned: Bool
  ) -> Int {
    ((1 << (accumulatorBits - 1)) - 1) >> (inputBits - (inputsAreSigned ? 1 : 0))
  }

  /// A2Q+'s limit of `‖q‖₁` for weights that sum to zero: `(2^P - 2) / (2^N - 1)`, rounded down.
  ///
  /// - Source: I. Colbert et al., A2Q+, arXiv 2401.10432; `numerics.md` section 3.4.
  public static func zeroCentredMagnitudeLimit(accumulatorBits: Int, inputBits: Int) -> Int {
    ((1 << accumulatorBits) - 2) / ((1 << inputBits) - 1)
  }
}
