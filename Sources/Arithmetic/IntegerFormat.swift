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

/// How codes stand for real numbers.
///
/// - Source: design of libnumber (2018): the representation is hidden behind one type.
public enum NumberFormat: Hashable, Sendable, CustomStringConvertible {
  /// `real = scale * (code - zeroPoint)` with any positive scale.
  case affine(IntegerFormat)
  /// `real = 2^-f * code`: a power-of-two scale and no zero point, `f` chosen by calibration.
  case fixedPoint(IntegerFormat)
  /// `real = scale * code` with codes -1 and +1, one bit each.
  case bipolar
  /// `real = scale * code` with codes -1, 0 and +1, two bits each.
  case ternary
  /// Real numbers in float32: the code is the bit pattern. Only between layers that run in float.
  case float32

  /// The smallest two's complement or unsigned format that holds every code.
  public var integer: IntegerFormat {
    switch self {
    case .affine(let format), .fixedPoint(let format): format
    case .bipolar, .ternary: IntegerFormat(bits: 2, isSigned: true)
    case .float32: IntegerFormat(bits: 32, isSigned: true)
    }
  }

  /// The bits that a code takes in memory.
  public var bits: Int { self == .bipolar ? 1 : integer.bits }

  /// The codes from the lowest to the highest.
  public var codes: ClosedRange<Int> {
    switch self {
    case .affine(let format), .fixedPoint(let format): format.lowest...format.highest
    case .bipolar, .ternary: -1...1
    case .float32: integer.lowest...integer.highest
    }
  }

  /// The spelling people type: `int8`, `uint4`, `fixed8`, `ufixed8`.
  public var description: String {
    switch self {
    case .affine(let format): format.description
    case .fixedPoint(let format): (format.isSigned ? "fixed" : "ufixed") + String(format.bits)
    case .bipolar: "bipolar"
    case .ternary: "ternary"
    case .float32: "float32"
    }
  }

  /// The format of a spelling such as `int8` or `fixed8`, or nil.
  public init?(spelling: String) {
    if let format = IntegerFormat(spelling: spelling) {
      self = .affine(format)
      return
    }
    let isSigned = !spelling.hasPrefix("u")
    guard spelling.hasPrefix(isSigned ? "fixed" : "ufixed"),
      let format = IntegerFormat(
        spelling: (isSigned ? "int" : "uint") + spelling.dropFirst(isSigned ? 5 : 6))
    else { return nil }
    self = .fixedPoint(format)
  }
}
