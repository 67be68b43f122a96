/// Signed powers of two: a sign bit and an exponent field whose zero stands for zero.
///
/// `real = 0` for `e = 0`, else `(-1)^s * 2^(e - 1)`: 4 bits are 0, ±1, ±2, … ±64. A power-of-two scale
/// that calibration finds moves them. A product with one is a shift. The code of a negative zero is a
/// second zero that encoding never makes.
///
/// - Source: Gysel et al., "Ristretto", IEEE TNNLS 2018 (which has no zero); Zhou et al., "Incremental
///   Network Quantization", ICLR 2017 (one code for zero).
public struct PowerOfTwoFormat: Hashable, Sendable {
  /// The widths there are.
  public static let widths = 2...8

  /// The bits of a code.
  public let bits: Int

  /// A format of `bits` bits.
  ///
  /// - Precondition: 2 to 8 bits.
  public init(bits: Int) {
    precondition(Self.widths.contains(bits), "a power-of-two format has 2 to 8 bits")
    self.bits = bits
  }

  /// How many exponents there are: `2^(b - 1) - 1`.
  public var exponents: Int { (1 << (bits - 1)) - 1 }

  /// The same codes as a floating-point format without mantissa.
  public var minifloat: Minifloat {
    Minifloat(exponentBits: bits - 1, mantissaBits: 0, bias: 1)
  }
}
