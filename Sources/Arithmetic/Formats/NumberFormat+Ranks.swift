/// Places in the order of values: what the codes of activations of unevenly spaced formats are while a
/// network runs, so that the larger code is the larger number and a clamp is a range of codes.
///
/// | format | place of a value |
/// |---|---|
/// | minifloat, power of two | its code without the sign bit, negative for negative values: 0 is zero |
/// | codebook | its index: centroids rise |
/// | bipolar | -1 and +1, the value itself |
extension NumberFormat {
  /// Whether values are not every integer of a range, so that rounding to the nearest is no rescaling.
  public var isUneven: Bool {
    switch self {
    case .minifloat, .powerOfTwo, .codebook, .bipolar: true
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .ternary, .float32: false
    }
  }

  /// Whether activations have places for codes, which have to be decoded before they are multiplied.
  public var hasRanks: Bool { isUneven && self != .bipolar }

  /// The places there are, those of NaN and infinity left out; with a codebook those of its centroids.
  ///
  /// Of evenly spaced formats the integers.
  public func ranks(codebook: Codebook? = nil) -> ClosedRange<Int> {
    switch self {
    case .minifloat(let format): return -format.largestCode...format.largestCode
    case .powerOfTwo(let format):
      return -format.minifloat.largestCode...format.minifloat.largestCode
    case .codebook(let format): return 0...((codebook?.centroids.count ?? format.entries) - 1)
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .bipolar, .ternary, .float32:
      return codes
    }
  }

  /// The stored bits of a place.
  ///
  /// - Precondition: one of `ranks`.
  public func pattern(ofRank rank: Int) -> UInt32 {
    switch self {
    case .minifloat, .powerOfTwo:
      let sign: UInt32 = rank < 0 ? 1 << UInt32(bits - 1) : 0
      return sign | UInt32(rank.magnitude)
    case .bipolar: return rank > 0 ? 1 : 0
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .codebook, .ternary, .float32:
      return UInt32(truncatingIfNeeded: rank) & (~0 >> UInt32(32 - bits))
    }
  }

  /// What a place stands for, without anything that is shared.
  ///
  /// - Precondition: one of `ranks`; a codebook format comes with a codebook of that format.
  public func value(ofRank rank: Int, codebook: Codebook? = nil) -> DecodedValue {
    decode(pattern(ofRank: rank), codebook: codebook)
  }

  /// The place of the nearest value, with the ties of `encode`; NaN gives the lowest.
  ///
  /// - Precondition: a codebook format comes with a codebook of that format.
  public func rank(nearest value: Double, codebook: Codebook? = nil) -> Int {
    guard !value.isNaN else { return ranks(codebook: codebook).lowerBound }
    switch self {
    case .minifloat(let format): return format.rank(nearest: value)
    case .powerOfTwo(let format): return format.minifloat.rank(nearest: value)
    case .bipolar: return value >= 0 ? 1 : -1
    case .codebook: return Int(encode(value, codebook: codebook))
    case .affine, .fixedPoint, .dynamicFixedPoint, .microscaling, .ternary, .float32:
      let range = codes
      let rounded = value.rounded(.toNearestOrEven)
      guard rounded > Double(range.lowerBound) else { return range.lowerBound }
      return rounded >= Double(range.upperBound) ? range.upperBound : Int(rounded)
    }
  }
}

extension Minifloat {
  /// The code of the magnitude with the sign of the number: the nearest, ties to the even code, saturated.
  fileprivate func rank(nearest value: Double) -> Int {
    let magnitude = code(abs(value))
    return value < 0 ? -magnitude : magnitude
  }
}
