internal import Arithmetic

/// The integers that codes are decoded to before they are multiplied.
extension ActivationQuantization {
  /// The real value of one of the integers that products are made of: `scale`, of decoded formats times
  /// the power of two that all their values are multiples of.
  public var integerScale: Double {
    guard format.hasRanks else { return scale }
    return scale * Double(sign: .plus, exponent: format.unit, significand: 1)
  }

  /// The range of the integers that products are made of, 0 inside.
  public var integerRange: ClosedRange<Int> {
    guard let integers = decodedIntegers, let low = integers.min(), let high = integers.max() else {
      return offsets
    }
    return min(0, Int(low))...max(0, Int(high))
  }

  /// The real bias that the scale of weights has to leave room for, times that scale: `2^30` units of the
  /// sum, and as many times more as decoded integers have bits beyond 8, up to `2^58`.
  public var biasReach: Double {
    let bits = format.hasRanks ? min(22 + max(format.integer.bits, 8), 58) : 30
    return integerScale * Double(sign: .plus, exponent: bits, significand: 1)
  }

  /// The integer of every code, lowest first, in multiples of `integerScale`; nil where codes less the zero
  /// point are the integers themselves, or where integers have more than 62 bits.
  public var decodedIntegers: [Int64]? {
    guard format.hasRanks, format.decodedRange != nil else { return nil }
    let unit = format.unit
    return codes.map { code in
      // Every finite value is a multiple of the unit, within the decoded range.
      format.value(ofRank: code, codebook: codebook).integer(unit: unit) ?? 0
    }
  }
}
