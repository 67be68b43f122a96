import Arithmetic
import Testing

@Suite struct NumberFormatRanksTests {
  static let spellings = [
    "fp8-e4m3", "fp8-e5m2", "fp8-e4m3fnuz", "fp8-e5m2fnuz", "fp6-e3m2", "fp4-e2m1", "fp-e3m4b5",
    "fp16", "pow2-2", "pow2-4", "pow2-6", "kmeans4.6", "kmeans8.12", "binary",
  ]

  private static func codebook(_ format: NumberFormat) -> Codebook? {
    guard case .codebook(let table) = format else { return nil }
    let integers = (0..<table.entries).map { Int32(table.centroid.lowest + $0 * ($0 % 3 + 1) / 3) }
    return Codebook(format: table, centroids: Set(integers).sorted(), exponent: -2)
  }

  @Test("places rise with values, and every finite value has one", arguments: spellings)
  func order(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    let codebook = Self.codebook(format)
    let ranks = format.ranks(codebook: codebook).filter { format != .bipolar || $0 != 0 }
    let values = ranks.map { format.value(ofRank: $0, codebook: codebook).double }
    #expect(values == format.finiteValues(codebook: codebook))
    for (rank, value) in zip(ranks, values) {
      #expect(format.rank(nearest: value, codebook: codebook) == rank)
    }
  }

  @Test("the nearest place is that of the code that encoding gives", arguments: spellings)
  func nearest(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    let codebook = Self.codebook(format)
    let values = format.finiteValues(codebook: codebook)
    var probes: [Double] = [-1e30, 1e30, -.infinity, .infinity, 0]
    for (low, high) in zip(values, values.dropFirst()) {
      let middle = low / 2 + high / 2
      probes += [low, low.nextUp, middle.nextDown, middle, middle.nextUp, high.nextDown]
    }
    for probe in probes {
      let rank = format.rank(nearest: probe, codebook: codebook)
      let encoded = format.decode(format.encode(probe, codebook: codebook), codebook: codebook)
      #expect(format.value(ofRank: rank, codebook: codebook) == encoded, "\(probe)")
    }
    #expect(
      format.rank(nearest: .nan, codebook: codebook)
        == format.ranks(codebook: codebook).lowerBound)
  }

  @Test("evenly spaced formats have their integers")
  func even() throws {
    for spelling in ["int8", "ufixed8.5", "dfp6", "ternary"] {
      let format = try NumberFormat(spelling: spelling)
      #expect(!format.isUneven && !format.hasRanks && format.ranks() == format.codes)
    }
  }
}
