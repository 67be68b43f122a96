/// What an accumulator does when a sum leaves its range.
public enum OverflowPolicy: String, Hashable, Sendable, CaseIterable {
  /// Two's complement: the high bits are lost after every addition.
  case wrap
  /// The sum is clipped to the range after every addition.
  case saturate
  /// The accumulator is as wide as it needs to be (64 bits); nothing is ever lost.
  case unlimited
  /// A sum outside the range becomes 0: `SAT_ZERO` of `ap_fixed`.
  case saturateToZero = "saturate-to-zero"
  /// Clipped to `-(2^(P-1) - 1)` and `2^(P-1) - 1`: `SAT_SYM` of `ap_fixed`.
  case saturateSymmetric = "saturate-symmetric"
  /// Sign-magnitude wrap-around: `WRAP_SM` of `ap_fixed`.
  case wrapSignMagnitude = "wrap-sign-magnitude"
}

/// The width and the overflow policy of an accumulator, or the floating-point format that it holds.
///
/// A float accumulator is rounded after every addition (`FloatRegister`); `holds` then means that nothing is
/// lost, and contents count units of one product.
///
/// - Source: `numerics.md` sections 3.7 (wrap) and 3.8 (saturate); A2Q, arXiv 2308.13504.
public struct Accumulator: Hashable, Sendable, CustomStringConvertible {
  /// The widths that can be simulated.
  public static let widths = 2...64

  /// The width P in bits; 64 when unlimited.
  public let bits: Int
  /// What happens outside the range; of a float accumulator see `float`.
  public let overflow: OverflowPolicy
  /// The floating-point format; nil for integers.
  public let float: FloatAccumulator?

  /// An accumulator that never overflows.
  public static let unlimited = Accumulator(bits: 64, overflow: .unlimited)

  /// An accumulator of `bits` bits.
  ///
  /// - Precondition: 2 to 64 bits.
  public init(bits: Int, overflow: OverflowPolicy) {
    precondition(Self.widths.contains(bits), "an accumulator has 2 to 64 bits")
    self.bits = overflow == .unlimited ? 64 : bits
    self.overflow = overflow
    float = nil
  }

  /// An accumulator that holds floating-point numbers.
  public init(_ float: FloatAccumulator) {
    bits = float.bits
    overflow = .saturate
    self.float = float
  }

  /// The largest integer up to which every integer is one of a float accumulator's numbers.
  private func exactLimit(_ float: FloatAccumulator) -> Int {
    FloatRegister(float, unit: 0)?.exactLimit ?? 0
  }

  /// The smallest sum it holds: `-2^(P-1)`, one more where the range is symmetric.
  public var lowest: Int {
    if let float { return -exactLimit(float) }
    if overflow == .saturateSymmetric { return -highest }
    return bits == 64 ? .min : -(1 << (bits - 1))
  }

  /// The largest sum it holds: `2^(P-1) - 1`.
  public var highest: Int {
    if let float { return exactLimit(float) }
    return bits == 64 ? .max : (1 << (bits - 1)) - 1
  }

  /// Whether a sum fits.
  @inlinable
  public func holds(_ sum: Int) -> Bool { lowest <= sum && sum <= highest }

  /// Whether every sum of a range fits.
  public func holds(_ bound: AccumulatorBound) -> Bool {
    holds(bound.lowest) && holds(bound.highest)
  }

  /// The content after a sum is stored: wrapped or clipped.
  ///
  /// `wrap(s) = s mod 2^P` in two's complement; `saturate(s) = min(max(s, -2^(P-1)), 2^(P-1) - 1)`.
  @inlinable
  public func stored(_ sum: Int) -> Int {
    if float != nil { return floatStored(sum) }
    switch overflow {
    case .unlimited: return sum
    case .saturate, .saturateSymmetric: return min(max(sum, lowest), highest)
    case .wrap:
      let shift = 64 - bits
      return (sum << shift) >> shift
    case .saturateToZero: return lowest <= sum && sum <= highest ? sum : 0
    case .wrapSignMagnitude:
      // The low bits, complemented where the sign bit and the lowest lost bit differ.
      let shift = 64 - bits
      let kept = (sum << shift) >> shift
      let lost = bits == 64 ? (sum < 0 ? 1 : 0) : (sum >> bits) & 1
      return (lost == 1) == (kept < 0) ? kept : ~kept
    }
  }

  /// A sum rounded to the floating-point format, units of 1.
  @usableFromInline
  func floatStored(_ sum: Int) -> Int {
    float.flatMap { FloatRegister($0, unit: 0) }?.stored(sum) ?? sum
  }

  /// The spelling people type: `16:saturate`, `32:wrap`, `unlimited`, `fp16`.
  public var description: String {
    if let float { return float.description }
    return overflow == .unlimited ? "unlimited" : "\(bits):\(overflow.rawValue)"
  }

  /// Why a spelling is not an accumulator.
  public enum SpellingError: Error, Equatable {
    /// The form is neither `BITS:wrap`, `BITS:saturate`, `unlimited` nor that of a float accumulator.
    case form
    /// The width is outside 2 to 64.
    case width(Int)
  }

  /// The accumulator of a spelling such as `16:saturate`, `32:wrap`, `20` (saturating), `unlimited`, `fp16`,
  /// `bf16:saturate` or `fp-e8m13`.
  public init(spelling: String) throws(SpellingError) {
    if spelling == "unlimited" {
      self = .unlimited
      return
    }
    if let float = try? FloatAccumulator(spelling: spelling) {
      self.init(float)
      return
    }
    let parts = spelling.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count <= 2, let bits = Int(parts[0]) else { throw .form }
    guard Self.widths.contains(bits) else { throw .width(bits) }
    guard parts.count == 2 else {
      self.init(bits: bits, overflow: .saturate)
      return
    }
    guard let overflow = OverflowPolicy(rawValue: String(parts[1])), overflow != .unlimited
    else { throw .form }
    self.init(bits: bits, overflow: overflow)
  }
}
