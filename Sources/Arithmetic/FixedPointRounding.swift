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

  /// A fixed-point number without its last bits: `value / 2^droppingBits`, rounded.
  ///
  /// - Exactness: exact for every value and any number of dropped bits.
  /// - Precondition: `droppingBits` is not negative.
  @inlinable
  public func rounded(_ value: Int, droppingBits: Int) -> Int {
    precondition(droppingBits >= 0, "a cast drops no bits or some")
    guard droppingBits > 0 else { return value }
    let floor = value >> droppingBits
    // What the floor leaves, compared with a half: below, equal or above.
    let isExact: Bool
    let isAbove: Bool
    let isTie: Bool
    if droppingBits < Int.bitWidth {
      let rest = UInt(bitPattern: value) & ((1 << UInt(droppingBits)) - 1)
      let half = UInt(1) << UInt(droppingBits - 1)
      (isExact, isAbove, isTie) = (rest == 0, rest > half, rest == half)
    } else {
      // A negative value leaves `2^droppingBits - |value|`, which is at least a half.
      let isHalf = value == .min && droppingBits == Int.bitWidth
      (isExact, isAbove, isTie) = (value == 0, value < 0 && !isHalf, isHalf)
    }
    let goesUp: Bool
    switch self {
    case .truncate: goesUp = false
    case .truncateToZero: goesUp = value < 0 && !isExact
    case .round: goesUp = isAbove || isTie
    case .roundToZero: goesUp = isAbove || (isTie && value < 0)
    case .roundToInfinity: goesUp = isAbove || (isTie && value >= 0)
    case .roundToMinusInfinity: goesUp = isAbove
    case .roundConvergent: goesUp = isAbove || (isTie && floor & 1 == 1)
    }
    return goesUp ? floor + 1 : floor
  }
}
