/// The widest operands that an accumulator can take: pairs of widths that use it fully.
///
/// A pair (a, w) of activation and weight bits is in the frontier if it needs at most the bits of the
/// accumulator, and neither (a + 1, w) nor (a, w + 1) does, or the ranges of widths end there.
///
/// - Source: the construction of `numerics.md` section 3.11 after de Bruin et al., Microprocessors and
///   Microsystems 72:102872, 2020.
public struct AccumulatorFrontier: Hashable, Sendable {
  /// Widths of the operands, and the accumulator that they need.
  public struct Pair: Hashable, Sendable {
    /// The bits of the activations.
    public let activationBits: Int
    /// The bits of the weights.
    public let weightBits: Int
    /// The bits of the accumulator that the pair needs.
    public let neededBits: Int
  }

  /// The bits of the accumulator.
  public let accumulatorBits: Int
  /// The pairs, from the widest activations to the widest weights.
  public let pairs: [Pair]

  /// The frontier of any rule for the bits that a pair needs.
  ///
  /// - Parameter needed: the accumulator bits of activation bits and weight bits, for example the
  ///   largest prefix that calibration samples showed. It should not fall as either grows; where it
  ///   does, every pair found still fits, but a wider one may be missed.
  /// - Complexity: asks for each pair at most once, and at most as many as both ranges are long, plus
  ///   the pairs found.
  public init<Failure: Error>(
    accumulatorBits: Int, activationBits: ClosedRange<Int>, weightBits: ClosedRange<Int>,
    needed: (_ activationBits: Int, _ weightBits: Int) throws(Failure) -> Int
  ) throws(Failure) {
    var pairs: [Pair] = []
    var weight = weightBits.lowerBound
    for activation in activationBits.reversed() where weight <= weightBits.upperBound {
      var widest: Pair?
      while weight <= weightBits.upperBound {
        let bits = try needed(activation, weight)
        guard bits <= accumulatorBits else { break }
        widest = Pair(activationBits: activation, weightBits: weight, neededBits: bits)
        weight += 1
      }
      if let widest { pairs.append(widest) }
    }
    self.accumulatorBits = accumulatorBits
    self.pairs = pairs
  }

  /// The frontier when only the formats are known: every product at its extreme, never an overflow.
  ///
  /// - Parameters:
  ///   - count: the products of a sum.
  ///   - inputs: the range of activations of a width, after subtracting the zero point.
  ///   - weights: the range of weights of a width, such as `symmetric`.
  public static func dataType(
    accumulatorBits: Int, count: Int, activationBits: ClosedRange<Int>,
    weightBits: ClosedRange<Int>, inputs: (Int) -> ClosedRange<Int>,
    weights: (Int) -> ClosedRange<Int>
  ) -> AccumulatorFrontier {
    AccumulatorFrontier(
      accumulatorBits: accumulatorBits, activationBits: activationBits, weightBits: weightBits
    ) { activation, weight in
      AccumulatorBound.dataTypeBound(
        count: count, weights: weights(weight), inputs: inputs(activation)
      ).bits
    }
  }

  /// The frontier that the weights themselves prove: their sums by sign, never an overflow in any order.
  ///
  /// - Parameters:
  ///   - inputs: the range of activations of a width, zero inside.
  ///   - sums: the sums of every channel when the weights are quantized to a width; asked once a width.
  public static func proven<Failure: Error>(
    accumulatorBits: Int, activationBits: ClosedRange<Int>, weightBits: ClosedRange<Int>,
    inputs: (Int) -> ClosedRange<Int>, sums: (Int) throws(Failure) -> [SignedSums]
  ) throws(Failure) -> AccumulatorFrontier {
    var known: [Int: [SignedSums]] = [:]
    return try AccumulatorFrontier(
      accumulatorBits: accumulatorBits, activationBits: activationBits, weightBits: weightBits
    ) { activation, weight throws(Failure) in
      var channels: [SignedSums]
      if let found = known[weight] { channels = found } else { channels = try sums(weight) }
      known[weight] = channels
      let range = inputs(activation)
      return channels.reduce(1) { max($0, $1.bound(inputs: range).bits) }
    }
  }
}

extension ClosedRange<Int> {
  /// Codes of so many bits from zero up.
  public static func unsignedCodes(_ bits: Int) -> ClosedRange<Int> { 0...(1 << bits) - 1 }

  /// Codes of so many bits in two's complement.
  public static func signedCodes(_ bits: Int) -> ClosedRange<Int> {
    -(1 << (bits - 1))...(1 << (bits - 1)) - 1
  }

  /// Codes of so many bits without the lowest of two's complement, as symmetric weights have.
  public static func symmetricCodes(_ bits: Int) -> ClosedRange<Int> {
    -((1 << (bits - 1)) - 1)...(1 << (bits - 1)) - 1
  }

  /// Codes of so many bits less a zero point that may be any of them.
  public static func offsetCodes(_ bits: Int) -> ClosedRange<Int> {
    -((1 << bits) - 1)...(1 << bits) - 1
  }
}
