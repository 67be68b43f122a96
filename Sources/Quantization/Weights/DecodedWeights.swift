public import Arithmetic

/// Weights as integers times a real scale of each output channel: what the integer engine multiplies.
///
/// Floating-point values, powers of two and blocks are shifted to one unit: the largest power of two that all
/// weights of the channel (of the tensor, with one scale) are multiples of. Values of other formats keep
/// the unit of their format, so that accumulators hold sums of the integers that are stored.
///
/// - Exactness: `integer * scale` is the value of the code, exactly.
public struct DecodedWeights: Hashable, Sendable {
  /// Why weights have no integers of 32 bits.
  public struct Refusal: Error, Hashable, Sendable {
    /// The bits that the integers of one unit would take.
    public let bits: Int
  }

  /// The integers, OHWI.
  public let integers: [Int32]
  /// The real value of one, for each output channel.
  public let scales: [Double]
  /// The exponent of the value of one in each output channel, without what is shared: the power of two of a
  /// codebook, of a group or block, the largest of several.
  public let units: [Int]
  /// The smallest format that holds them all and, for formats of fixed range, every integer of the format.
  public let format: IntegerFormat

  /// The integers of weights.
  ///
  /// - Throws: where an integer needs more than 32 bits.
  public init(_ weights: EncodedWeights) throws(Refusal) {
    let values = weights.values()
    let groups = weights.groups
    let units = Self.units(weights, values)
    var integers: [Int32] = []
    integers.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      guard case .finite(let significand, let exponent) = value, significand != 0,
        let unit = units[index / groups.depth]
      else {
        integers.append(0)
        continue
      }
      let places = exponent - unit
      let bits = 65 - significand.magnitude.leadingZeroBitCount + places
      guard bits <= 32, let integer = value.integer(unit: unit), let word = Int32(exactly: integer)
      else { throw Refusal(bits: bits) }
      integers.append(word)
    }
    self.integers = integers
    self.units = zip(units, Self.sharedExponents(weights)).map { ($0 ?? $1) - $1 }
    let finite = units.compactMap { $0 }
    scales = zip(units, weights.scales).map { unit, scale in
      // A channel of zeros has no unit of its own; any will do.
      let exponent = unit ?? finite.max()
      return scale * Double(sign: .plus, exponent: exponent ?? 0, significand: 1)
    }
    var range = Int(integers.min() ?? 0)...Int(integers.max() ?? 0)
    if !weights.format.isAligned, !groups.areBlocks, let all = weights.format.decodedRange {
      range = min(all.lowerBound, range.lowerBound)...max(all.upperBound, range.upperBound)
    }
    format = IntegerFormat(
      bits: max(2, AccumulatorBound.bits(range.lowerBound, range.upperBound)), isSigned: true)
  }

  /// The largest exponent that weights of each channel share.
  private static func sharedExponents(_ weights: EncodedWeights) -> [Int] {
    let groups = weights.groups
    var shared = [Int?](repeating: nil, count: groups.channels)
    for (group, range) in groups.ranges.enumerated() {
      let codebook = weights.codebooks.isEmpty ? 0 : weights.codebooks[group].exponent
      let exponent = weights.exponents[group] + codebook
      for channel in groups.isTensor
        ? 0..<groups.channels : groups.channel(of: range)..<groups.channel(of: range) + 1
      {
        shared[channel] = max(shared[channel] ?? exponent, exponent)
      }
    }
    return shared.map { $0 ?? 0 }
  }

  /// The exponent of the unit of each channel; nil for channels of zeros.
  private static func units(_ weights: EncodedWeights, _ values: [DecodedValue]) -> [Int?] {
    let groups = weights.groups
    var units = [Int?](repeating: nil, count: groups.channels)
    for (group, range) in groups.ranges.enumerated() {
      let own =
        (weights.codebooks.isEmpty ? weights.format.unit : weights.codebooks[group].exponent)
        + weights.exponents[group]
      for index in range {
        guard case .finite(let significand, let exponent) = values[index], significand != 0
        else { continue }
        let channel = index / groups.depth
        let unit = weights.format.isAligned ? exponent : own
        units[channel] = min(units[channel] ?? unit, unit)
      }
    }
    guard groups.isTensor, let least = units.compactMap({ $0 }).min() else { return units }
    return units.map { _ in least }
  }
}

extension NumberFormat {
  /// Whether values have exponents of their own, so that integers are shifted to a common unit.
  var isAligned: Bool {
    switch self {
    case .minifloat, .powerOfTwo, .float32: true
    case .microscaling(let format): format.element.minifloat != nil
    case .affine, .fixedPoint, .dynamicFixedPoint, .codebook, .bipolar, .ternary: false
    }
  }
}
