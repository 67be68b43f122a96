import Arithmetic
import Testing

/// The formats that the tests go through code by code, of at most 16 bits.
enum FormatCases {
  /// Formats of every kind, whose values need no codebook.
  static let plain: [NumberFormat] = {
    var formats: [NumberFormat] = [.bipolar, .ternary]
    for bits in 1...16 {
      for isSigned in [false, true] {
        let integer = IntegerFormat(bits: bits, isSigned: isSigned)
        formats.append(.affine(integer))
        formats.append(.dynamicFixedPoint(integer))
        formats.append(.fixedPoint(integer, fraction: bits / 2))
      }
    }
    formats.append(.fixedPoint(IntegerFormat(bits: 8, isSigned: true)))
    formats.append(.fixedPoint(IntegerFormat(bits: 8, isSigned: true), fraction: -3))
    formats += MicroscalingFormat.Element.allCases.map {
      .microscaling(MicroscalingFormat(element: $0))
    }
    formats += PowerOfTwoFormat.widths.map { .powerOfTwo(PowerOfTwoFormat(bits: $0)) }
    formats += minifloats.map(NumberFormat.minifloat)
    return formats
  }()

  /// The formats of up to 10 and of 16 bits: enough widths where each takes long.
  static let sampled = plain.filter { $0.bits <= 10 || $0.bits == 16 }

  /// The named minifloats, and every pair of field widths up to 10 bits with every rule.
  static let minifloats: [Minifloat] = {
    var formats = Minifloat.named.map(\.format).filter { $0.bits <= 16 }
    for exponent in 1...6 {
      for mantissa in 0...(9 - exponent) {
        for specials in Minifloat.Specials.allCases
        where specials == .none || (exponent > 1 && mantissa > 0) {
          formats.append(
            Minifloat(exponentBits: exponent, mantissaBits: mantissa, specials: specials))
        }
      }
    }
    formats.append(Minifloat(exponentBits: 4, mantissaBits: 3, bias: 11))
    formats.append(Minifloat(exponentBits: 3, mantissaBits: 4, bias: -5))
    return formats
  }()

  /// The place of a value in a rising list that has it.
  static func index(of value: Double, in values: [Double]) -> Int {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if values[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The code with the nearest value among all codes, by search: ties to the even code, beyond the largest
  /// the largest.
  static func nearest(_ value: Double, _ known: [(code: UInt32, value: Double)]) -> UInt32? {
    known.min { first, second in
      let (near, far) = (abs(first.value - value), abs(second.value - value))
      return near < far || (near == far && first.code % 2 == 0 && second.code % 2 == 1)
    }?.code
  }
}
