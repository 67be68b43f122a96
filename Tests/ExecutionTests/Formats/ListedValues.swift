import Arithmetic
import Networks
import TestRandomness

/// The values of a quantization one by one, as the definition of its format lists them: the slow, obvious
/// counterpart of codes that are places.
struct ListedValues {
  /// The values in rising order, each with the stored bits of its code.
  let values: [(value: Double, pattern: UInt32)]
  let quantization: ActivationQuantization

  init(_ quantization: ActivationQuantization) {
    // The step of a fixed-point format is its scale.
    var format = quantization.format
    if case .fixedPoint(let integer, _) = format { format = .dynamicFixedPoint(integer) }
    let patterns = (0..<UInt32(1) << UInt32(format.bits)).filter { pattern in
      let value = format.decode(pattern, codebook: quantization.codebook)
      // Of two zeros the one without a sign.
      let zero = format.encode(0, codebook: quantization.codebook)
      return value.isFinite && (value.double != 0 || pattern == zero)
    }
    values = patterns.map { [format] in
      (format.decode($0, codebook: quantization.codebook).double, $0)
    }.sorted { $0.0 < $1.0 }
    self.quantization = quantization
  }

  /// The codes that stand for the values: places counted from that of zero, or indices of a codebook.
  var codes: [Int] {
    switch quantization.format {
    case .codebook: return Array(values.indices)
    case .bipolar: return [-1, 1]
    default:
      let zero = values.firstIndex { $0.value == 0 } ?? 0
      return values.indices.map { $0 - zero }
    }
  }

  /// The value of a code.
  func value(_ code: Int) -> Double {
    codes.firstIndex(of: code).map { values[$0].value } ?? .nan
  }

  /// The code of the value nearest to a real number, ties to the even code (of bipolar to +1).
  func code(_ real: Double) -> Int {
    let steps = real / quantization.scale
    var best = 0
    for place in values.indices.dropFirst() {
      // Distances of doubles to neighbours are compared exactly: a value lies between two of them.
      let (low, high) = (values[best].value, values[place].value)
      let middle = low / 2 + high / 2
      let isTie = steps == middle
      let prefersHigh =
        quantization.format == .bipolar || values[place].pattern & 1 == 0
      if steps > middle || (isTie && prefersHigh) { best = place }
    }
    return codes[best]
  }
}

/// Quantizations of every format that activations can have.
enum ActivationFormats {
  static let narrow = [
    "fp8-e4m3", "fp8-e5m2", "fp8-e4m3fnuz", "fp6-e3m2", "fp6-e2m3", "fp4-e2m1", "fp-e3m4",
    "fp-e2m5", "pow2-3", "pow2-4", "pow2-5", "kmeans2", "kmeans4", "kmeans4.6", "kmeans8.12",
    "binary",
    "fixed8.5", "ufixed8.4", "dfp8", "udfp6", "ternary",
  ]

  /// A quantization of a spelling, with centroids and scales of a seed.
  static func quantization(
    _ spelling: String, _ random: inout SeededGenerator
  ) throws -> ActivationQuantization {
    let format = try NumberFormat(spelling: spelling)
    let scale = Double(
      sign: .plus, exponent: Int.random(in: -3...3, using: &random), significand: 1)
    switch format {
    case .codebook(let table):
      let integers = Int32(table.centroid.lowest)...Int32(table.centroid.highest)
      var centroids: Set<Int32> = []
      let count = Int.random(in: 1...table.entries, using: &random)
      while centroids.count < count { centroids.insert(Int32.random(in: integers, using: &random)) }
      return ActivationQuantization(
        codebook: Codebook(
          format: table, centroids: centroids.sorted(), exponent: Int(scale.exponent) - 5))
    case .bipolar, .ternary:
      return ActivationQuantization(
        format: format, scale: Double(Float.random(in: 0.1...2, using: &random)), zeroPoint: 0)
    case .fixedPoint(_, let fraction?):
      return ActivationQuantization(
        format: format, scale: Double(sign: .plus, exponent: -fraction, significand: 1),
        zeroPoint: 0)
    default: return ActivationQuantization(format: format, scale: scale, zeroPoint: 0)
    }
  }
}
