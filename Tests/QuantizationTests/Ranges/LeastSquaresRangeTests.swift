import Quantization
import Statistics
import Testing

@Suite struct LeastSquaresRangeTests {
  static let samples: [(name: String, numbers: [Float])] = [
    ("gaussian", GaussianSource.numbers(count: 20_000, deviation: 1, seed: 1)),
    (
      "outlier",
      GaussianSource.numbers(count: 2000, deviation: 1, seed: 2) + [40, -35]
    ),
    (
      "skewed", GaussianSource.numbers(count: 4000, deviation: 1, seed: 3).map { abs($0) * $0 + $0 }
    ),
    ("few", [0.1, -0.7, 0.35, 0.9, 0.02, -0.4, 0.88, 0.5]),
  ]

  /// The error straight from the definition.
  static func error(
    _ numbers: WeightedValues, _ range: ClosedRange<Double>, _ grid: CodeGrid
  ) -> Double {
    let (scale, codes) = grid.codes(over: range)
    return zip(numbers.values, numbers.weights).reduce(0) { sum, pair in
      let code = (pair.0 / scale).rounded()
      let clipped = min(max(code, Double(codes.lowerBound)), Double(codes.upperBound)) * scale
      return sum + pair.1 * (clipped - pair.0) * (clipped - pair.0)
    }
  }

  @Test("the error by cells equals the error number by number", arguments: CodeGrid.Form.allCases)
  func errors(form: CodeGrid.Form) {
    for sample in Self.samples {
      let numbers = WeightedValues(sample.numbers)
      for bits in [2, 3, 5, 8, 10, 12] {
        let grid = CodeGrid(bits: bits, form: form)
        let search = LeastSquaresRange(numbers, grid: grid)
        for range in [-3.0...3.0, -0.5...2.25, -1...0.125, -40...40] {
          let direct = Self.error(numbers, range, grid)
          #expect(abs(search.squaredError(range) - direct) <= 1e-6 * direct + 1e-12)
        }
      }
    }
  }

  @Test("no symmetric range of 4,000 has a smaller error by more than a thousandth")
  func symmetric() {
    for sample in Self.samples {
      let numbers = WeightedValues(sample.numbers)
      for bits in [2, 3, 4, 8] {
        let grid = CodeGrid(bits: bits, form: .symmetric)
        let range = ClippingRule.leastSquares.range(of: numbers, grid: grid)
        let whole = ClippingRule.largest.range(of: numbers, grid: grid)
        #expect(range.lowerBound == -range.upperBound && range.upperBound <= whole.upperBound)
        let search = LeastSquaresRange(numbers, grid: grid)
        let least = (1...4000).reduce(Double.infinity) {
          let end = whole.upperBound * Double($1) / 4000
          return min($0, search.squaredError(-end...end))
        }
        // Eight numbers make an error of many narrow minima; a scan may end in the second best.
        let tolerance = sample.numbers.count < 100 ? 1.25 : 1.001
        #expect(search.squaredError(range) <= least * tolerance, "\(sample.name) \(bits)")
      }
    }
  }

  @Test("an affine range comes within 5 % of the best pair of ends of a grid")
  func affine() {
    for sample in Self.samples.dropLast() {
      let numbers = WeightedValues(sample.numbers)
      for bits in [3, 4] {
        let grid = CodeGrid(bits: bits, form: .affine)
        let whole = ClippingRule.largest.range(of: numbers, grid: grid)
        let range = ClippingRule.leastSquares.range(of: numbers, grid: grid)
        let search = LeastSquaresRange(numbers, grid: grid)
        var least = Double.infinity
        for low in 1...60 {
          for high in 1...60 {
            let ends =
              whole.lowerBound * Double(low) / 60...whole.upperBound * Double(high) / 60
            least = min(least, search.squaredError(ends))
          }
        }
        #expect(search.squaredError(range) <= least * 1.05, "\(sample.name) \(bits)")
        #expect(search.squaredError(range) < search.squaredError(whole))
      }
    }
  }

  @Test("the best three levels of Gaussian numbers are those of J. Max")
  func gaussian() {
    let numbers = WeightedValues(Self.samples[0].numbers)
    let ternary = ClippingRule.leastSquares.range(
      of: numbers, grid: CodeGrid(bits: 2, form: .symmetric))
    // Three levels -c, 0, c with thresholds c/2: J. Max, table I, c = 1.224.
    #expect(abs(ternary.upperBound - 1.224) < 0.03)
    let wide = ClippingRule.leastSquares.range(
      of: numbers, grid: CodeGrid(bits: 8, form: .symmetric))
    #expect(wide.upperBound > 3.5)
  }
}
