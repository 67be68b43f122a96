/// A register that holds a floating-point sum and rounds after every addition.
///
/// The format has IEEE 754's exponents and subnormals. A sum is the exact one, rounded once to nearest, ties to
/// even; products come in exact, so that a multiply-add is fused. Sums are kept as doubles, which hold every
/// number of the format.
///
/// - Exactness: bit-exact with IEEE 754 addition for binary16, bfloat16 and binary32, products of up to 53
///   significant bits included: the double sum is rounded to odd before it is rounded to the format, and 53
///   bits are at least two more than the format's.
/// - Source: IEEE 754-2019, 4.3 and 7.4; Boldo, Melquiond, "Emulation of FMA and correctly rounded sums", IEEE
///   Transactions on Computers 2008 (rounding to odd).
public struct FloatAccumulator: Hashable, Sendable, CustomStringConvertible {
  /// What becomes of a sum that rounds beyond the largest finite number.
  public enum Overflow: String, Hashable, Sendable, CaseIterable {
    /// Infinity, which stays.
    case infinity
    /// The largest finite number of its sign.
    case saturate
  }

  /// The format of the register, with infinities.
  public let format: Minifloat
  /// What becomes of a sum that rounds beyond the largest finite number.
  public let overflow: Overflow
  /// The largest finite sum.
  public let largest: Double

  /// A register with these fields.
  ///
  /// - Precondition: 2 to 8 exponent bits and 1 to 23 mantissa bits.
  public init(exponentBits: Int, mantissaBits: Int, overflow: Overflow = .infinity) {
    format = Minifloat(
      exponentBits: exponentBits, mantissaBits: mantissaBits, specials: .ieee)
    self.overflow = overflow
    largest = format.largest
  }

  /// binary16.
  public static let half = FloatAccumulator(exponentBits: 5, mantissaBits: 10)
  /// bfloat16.
  public static let brain = FloatAccumulator(exponentBits: 8, mantissaBits: 7)
  /// binary32.
  public static let single = FloatAccumulator(exponentBits: 8, mantissaBits: 23)

  /// The bits of the register.
  public var bits: Int { format.bits }

  /// The sum and a product, rounded once.
  ///
  /// Infinities and NaN follow IEEE 754.
  ///
  /// - Parameters:
  ///   - sum: a number of the format, or what an addition gave before.
  ///   - product: an exact product: any double.
  @inlinable
  public func add(_ sum: Double, _ product: Double) -> Double {
    var total = sum + product
    guard total.isFinite else { return total }
    // Knuth's two-sum: what the double addition lost, exactly.
    let part = total - sum
    let lost = (sum - (total - part)) + (product - part)
    if lost != 0 && total.significandBitPattern & 1 == 0 {
      total = lost > 0 ? total.nextUp : total.nextDown
    }
    return rounded(total)
  }

  /// The products added one after the other to a start.
  @inlinable
  public func sum(_ products: some Sequence<Double>, from start: Double = 0) -> Double {
    products.reduce(rounded(start)) { add($0, $1) }
  }

  /// A real number in the format: the nearest, ties to even; beyond the largest by the overflow rule.
  @inlinable
  public func rounded(_ value: Double) -> Double {
    guard value.isFinite else { return value }
    let exponent = max(Int(value.exponent), 1 - format.bias) - format.mantissaBits
    let steps = value * Double(sign: .plus, exponent: -exponent, significand: 1)
    let result =
      steps.rounded(.toNearestOrEven) * Double(sign: .plus, exponent: exponent, significand: 1)
    guard abs(result) > largest else { return result }
    switch overflow {
    case .infinity: return result < 0 ? -.infinity : .infinity
    case .saturate: return result < 0 ? -largest : largest
    }
  }

  /// The spelling people type: `fp16`, `fp32`, `bf16` or `fp-e8m13`, and `:saturate` where it saturates.
  public var description: String {
    let known = Minifloat.named.first { $0.format == format && format.bits >= 16 }
    let name = known?.name ?? "fp-e\(format.exponentBits)m\(format.mantissaBits)"
    return overflow == .infinity ? name : "\(name):\(overflow.rawValue)"
  }

  /// Why a spelling is no floating-point accumulator.
  public struct SpellingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was written.
    public let text: String

    /// The rule and the remedy; the caller writes the place in front.
    public var description: String {
      "\"\(text)\" is not a floating-point accumulator of 2 to 8 exponent bits and 1 to 23 mantissa bits; "
        + "write e.g. fp16, bf16, fp32, fp-e8m13 or fp16:saturate"
    }
  }

  /// The accumulator of a spelling such as `fp16`, `fp-e8m13` or `fp16:saturate`.
  public init(spelling: String) throws(SpellingError) {
    let parts = spelling.split(separator: ":", omittingEmptySubsequences: false)
    let overflow = parts.count == 2 ? Overflow(rawValue: String(parts[1])) : .infinity
    let name = String(parts[0])
    guard parts.count <= 2, let overflow else { throw SpellingError(text: spelling) }
    if let known = Minifloat.named.first(where: { $0.name == name && $0.format.bits >= 16 }) {
      self.init(
        exponentBits: known.format.exponentBits, mantissaBits: known.format.mantissaBits,
        overflow: overflow)
      return
    }
    var reader = SpellingReader(name)
    guard reader.take("fp-e"), let exponentBits = reader.number(), reader.take("m"),
      let mantissaBits = reader.number(), reader.isAtEnd, (2...8).contains(exponentBits),
      (1...23).contains(mantissaBits)
    else { throw SpellingError(text: spelling) }
    self.init(exponentBits: exponentBits, mantissaBits: mantissaBits, overflow: overflow)
  }
}
