public import Arithmetic

/// How the codes of an activation tensor stand for real numbers: `real = scale * (code - zeroPoint)`.
///
/// Codes of unevenly spaced formats are places in the order of their values (`NumberFormat.ranks`):
/// `real = scale * value(code)`, and the zero point is the code nearest to zero.
public struct ActivationQuantization: Hashable, Sendable {
  /// The format of the codes.
  public let format: NumberFormat
  /// The real value of one step, or of a value of 1.
  public let scale: Double
  /// The code of zero; inside the format's range.
  public let zeroPoint: Int
  /// The centroids of a codebook format in multiples of the scale; nil for all others.
  public let codebook: Codebook?

  /// A quantization of codes of that format.
  ///
  /// - Precondition: the scale is positive and finite and the zero point is a code.
  public init(format: NumberFormat, scale: Double, zeroPoint: Int) {
    precondition(scale > 0 && scale.isFinite, "a scale is positive and finite")
    precondition(format.ranks().contains(zeroPoint), "a zero point is a code of the format")
    if case .codebook = format { preconditionFailure("a codebook format comes with its centroids") }
    self.format = format
    self.scale = scale
    self.zeroPoint = zeroPoint
    codebook = nil
  }

  /// A quantization to the centroids of a codebook, whose exponent becomes the scale.
  public init(codebook: Codebook) {
    let unit = Codebook(format: codebook.format, centroids: codebook.centroids, exponent: 0)
    format = .codebook(codebook.format)
    scale = Double(sign: .plus, exponent: codebook.exponent, significand: 1)
    zeroPoint = Int(unit.encode(0))
    self.codebook = unit
  }

  /// Real numbers in float32 between layers that run in float; codes are bit patterns.
  public static let float32 = ActivationQuantization(format: .float32, scale: 1, zeroPoint: 0)

  /// The codes of the format.
  public var codes: ClosedRange<Int> { format.ranks(codebook: codebook) }

  /// The codes less the zero point, which products are made of; contains 0.
  public var offsets: ClosedRange<Int> {
    (codes.lowerBound - zeroPoint)...(codes.upperBound - zeroPoint)
  }

  /// The code of a real number: `saturate(round_half_even(real / scale) + zeroPoint)`, of unevenly spaced
  /// formats that of the nearest value of `real / scale`; NaN gives the lowest.
  ///
  /// - Exactness: up to 16 bits the quotient is float32, as runtimes compute it; above it, and to uneven
  ///   formats, it is double.
  /// - Source: ONNX QuantizeLinear.
  public func code(_ real: Double) -> Int {
    if format == .float32 { return Int(Int32(bitPattern: Float(real).bitPattern)) }
    if format.isUneven { return format.rank(nearest: real / scale, codebook: codebook) }
    let quotient =
      format.integer.bits <= 16 && (1e-30...1e30).contains(scale)
      ? Double(Float(real) / Float(scale)) : real / scale
    let steps = quotient.rounded(.toNearestOrEven) + Double(zeroPoint)
    if !(steps > Double(codes.lowerBound)) { return codes.lowerBound }
    return steps >= Double(codes.upperBound) ? codes.upperBound : Int(steps)
  }

  /// The real number of a code.
  public func real(_ code: Int) -> Double {
    if format == .float32 {
      return Double(Float(bitPattern: UInt32(bitPattern: Int32(truncatingIfNeeded: code))))
    }
    if format.hasRanks { return scale * format.value(ofRank: code, codebook: codebook).double }
    return scale * Double(code - zeroPoint)
  }
}
