extension NumberFormat {
  /// The exponent of the power of two that every finite value is a multiple of: the largest such.
  ///
  /// What is shared comes on top: a codebook's values are multiples of `2^codebook.exponent`, a block's of
  /// `2^(unit + block.exponent)`.
  public var unit: Int {
    switch self {
    case .affine, .dynamicFixedPoint, .codebook, .bipolar, .ternary: 0
    case .fixedPoint(_, let fraction): -(fraction ?? 0)
    case .minifloat(let format): format.unit
    case .microscaling(let format): format.element.unit
    case .powerOfTwo(let format): format.minifloat.unit
    case .float32: Minifloat.single.unit
    }
  }

  /// The decoded integers in multiples of `2^unit`, from the lowest to the highest; nil beyond 62 bits.
  public var decodedRange: ClosedRange<Int>? {
    switch self {
    case .affine(let format), .fixedPoint(let format, _), .dynamicFixedPoint(let format):
      return format.lowest...format.highest
    case .minifloat(let format): return format.decodedRange
    case .microscaling(let format):
      return format.element.minifloat.map(\.decodedRange) ?? -128...127
    case .powerOfTwo(let format): return format.minifloat.decodedRange
    case .codebook(let format): return format.centroid.lowest...format.centroid.highest
    case .bipolar, .ternary: return -1...1
    case .float32: return nil
    }
  }

  /// The smallest two's complement or unsigned format that holds every decoded integer; nil where that
  /// takes more than 62 bits, so that only a floating-point engine can take it.
  public var decoded: IntegerFormat? {
    switch self {
    case .affine(let format), .fixedPoint(let format, _), .dynamicFixedPoint(let format):
      return format
    case .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary, .float32:
      return decodedRange.map {
        IntegerFormat(
          bits: max(2, AccumulatorBound.bits($0.lowerBound, $0.upperBound)), isSigned: true)
      }
    }
  }

  /// The format of the integers that an engine works on: `decoded`, or the bit patterns of floats that have
  /// none.
  public var integer: IntegerFormat { decoded ?? IntegerFormat(bits: bits, isSigned: true) }

  /// The integers that an engine works on, from the lowest to the highest.
  public var codes: ClosedRange<Int> { decodedRange ?? integer.lowest...integer.highest }

  /// The largest finite value, without anything that is shared.
  public var largest: Double {
    switch self {
    case .affine, .fixedPoint, .dynamicFixedPoint, .codebook, .bipolar, .ternary:
      Double(codes.upperBound) * Double(sign: .plus, exponent: unit, significand: 1)
    case .minifloat(let format): format.largest
    case .microscaling(let format): format.element.minifloat?.largest ?? 127.0 / 64
    case .powerOfTwo(let format): format.minifloat.largest
    case .float32: Minifloat.single.largest
    }
  }

  /// The smallest shared exponent `k` with which a magnitude does not saturate: `magnitude <= largest * 2^k`.
  ///
  /// Zero for a magnitude of zero, and for signed integers of one bit, -1 and 0; within -128…127, the eight bits that an exponent has. MX blocks have
  /// a rule of their own: `MicroscalingFormat.scale(largest:)`.
  ///
  /// - Precondition: the magnitude is finite and not negative.
  public func exponent(holding magnitude: Double) -> Int {
    precondition(magnitude >= 0 && magnitude.isFinite, "a magnitude is finite and not negative")
    let limit = largest
    guard magnitude > 0, limit > 0 else { return 0 }
    let isAbove = magnitude.significand > limit.significand
    let exponent = Int(magnitude.exponent) - Int(limit.exponent) + (isAbove ? 1 : 0)
    return min(max(exponent, -128), 127)
  }
}

extension Minifloat {
  /// The integers of the codes in multiples of `2^unit`; nil beyond 62 bits.
  var decodedRange: ClosedRange<Int>? {
    guard let largest = decode(largestCode).integer(unit: unit), largest < 1 << 61 else {
      return nil
    }
    return -Int(largest)...Int(largest)
  }
}
