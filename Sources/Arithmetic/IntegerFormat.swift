/// A two's complement or unsigned integer code of a given width.
public struct IntegerFormat: Hashable, Sendable, CustomStringConvertible {
  /// The width in bits.
  public let bits: Int
  /// Whether codes are two's complement.
  public let isSigned: Bool

  /// A format of `bits` bits.
  ///
  /// - Precondition: 1 to 62 bits.
  public init(bits: Int, isSigned: Bool) {
    precondition((1...62).contains(bits), "an integer format has 1 to 62 bits")
    self.bits = bits
    self.isSigned = isSigned
  }

  /// The smallest code.
  public var lowest: Int { isSigned ? -(1 << (bits - 1)) : 0 }

  /// The largest code.
  public var highest: Int { isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1 }

  /// The spelling people type: `int8`, `uint4`.
  public var description: String { (isSigned ? "int" : "uint") + String(bits) }

  /// The format of a spelling such as `int8` or `uint4`, or nil.
  public init?(spelling: String) {
    let isSigned = !spelling.hasPrefix("u")
    let digits = spelling.dropFirst(isSigned ? 3 : 4)
    guard spelling.hasPrefix(isSigned ? "int" : "uint"),
      digits.allSatisfy({ ("0"..."9").contains($0) }), let bits = Int(digits),
      (1...62).contains(bits)
    else { return nil }
    self.init(bits: bits, isSigned: isSigned)
  }

  /// `value` clipped to the range of the format.
  @inlinable
  public func clamped(_ value: Int) -> Int { min(max(value, lowest), highest) }
}
