/// A floating-point accumulator that counts in units of a power of two: its contents are whole numbers of units.
///
/// `content = round(content + products)`, to the nearest number of the format, ties to even. Whole numbers stay
/// whole: a sum that fits the significand is exact, a longer one becomes a multiple of a power of two. What
/// rounds beyond the largest number is infinite, and stays so, or becomes the largest.
///
/// - Exactness: bit-exact with `FloatAccumulator.add` of contents times `2^unit`: one rounding, in integers.
public struct FloatRegister: Hashable, Sendable {
  /// What an infinite content is kept as; of minus infinity the negative.
  public static let infinity = Int.max
  /// The largest sum in magnitude that can be stored.
  public static let largestSum = 1 << 62

  /// The format and the policy.
  public let accumulator: FloatAccumulator
  /// The exponent of a unit.
  public let unit: Int
  /// The significant bits, the hidden one included.
  public let precision: Int
  /// The places of units below the smallest spacing of the format: 0 where all small numbers are exact.
  public let droppedPlaces: Int
  /// The largest finite content, `largestSum` at most.
  public let largest: Int

  /// A register; nil where the largest numbers of the format are no whole numbers of units.
  public init?(_ accumulator: FloatAccumulator, unit: Int) {
    let format = accumulator.format
    let top = Int(accumulator.largest.exponent) - format.mantissaBits - unit
    guard top >= 0 else { return nil }
    self.accumulator = accumulator
    self.unit = unit
    precision = format.mantissaBits + 1
    droppedPlaces = max(format.unit - unit, 0)
    largest =
      top + precision > 62
      ? Self.largestSum : ((1 << precision) - 1) << top
  }

  /// The contents up to which nothing is lost, in magnitude.
  public var exactLimit: Int {
    droppedPlaces == 0 && precision <= 62 ? min(1 << precision, largest) : 0
  }

  /// Whether a sum rounds beyond the largest number.
  @inlinable
  public func overflows(_ sum: Int) -> Bool { rounded(sum.magnitude) > UInt(largest) }

  /// The content after a sum is stored.
  ///
  /// - Precondition: the sum is finite and at most `largestSum` in magnitude.
  @inlinable
  public func stored(_ sum: Int) -> Int {
    let magnitude = rounded(sum.magnitude)
    let content: Int
    if magnitude > UInt(largest) {
      content = accumulator.overflow == .saturate ? largest : Self.infinity
    } else {
      content = Int(magnitude)
    }
    return sum < 0 ? -content : content
  }

  /// A magnitude rounded to the significant bits and to the smallest spacing, ties to even.
  @inlinable
  func rounded(_ magnitude: UInt) -> UInt {
    let length = UInt.bitWidth - magnitude.leadingZeroBitCount
    let places = max(length - precision, droppedPlaces)
    guard places > 0 else { return magnitude }
    // More than half a unit of the last place never remains of so short a number.
    guard places <= length else { return 0 }
    let kept = magnitude >> UInt(places)
    let rest = magnitude & ((1 << UInt(places)) - 1)
    let half: UInt = 1 << UInt(places - 1)
    let goesUp = rest > half || (rest == half && kept & 1 == 1)
    return (kept + (goesUp ? 1 : 0)) << UInt(places)
  }
}
