import Quantization
import Statistics
import Testing

@Suite struct ClippingRuleTests {
  static let rules: [ClippingRule] = [.largest, .percentile(0.99), .leastSquares, .leastDivergence]

  @Test("everything, and the share that is kept")
  func shares() {
    let numbers = WeightedValues((0...100).map { Float($0) })
    let affine = CodeGrid(bits: 8, form: .affine)
    let symmetric = CodeGrid(bits: 8, form: .symmetric)
    #expect(ClippingRule.largest.range(of: numbers, grid: affine) == 0...100)
    #expect(ClippingRule.largest.range(of: numbers, grid: symmetric) == -100...100)
    #expect(ClippingRule.percentile(0.9).range(of: numbers, grid: symmetric) == -90...90)
    #expect(ClippingRule.percentile(0.9).range(of: numbers, grid: affine) == 0...95)
    let both = WeightedValues((-50...150).map { Float($0) })
    #expect(ClippingRule.largest.range(of: both, grid: affine) == -50...150)
    #expect(ClippingRule.percentile(0.9).range(of: both, grid: affine) == -40...140)
  }

  @Test("every range has zero inside and lies within that of all numbers", arguments: rules)
  func bounds(rule: ClippingRule) {
    let samples: [[Float]] = [
      GaussianSource.numbers(count: 3000, deviation: 0.1, seed: 1), [5, 6, 7], [-3, -2.5], [0.001],
      GaussianSource.numbers(count: 3000, deviation: 1, seed: 2).map { max(0, $0) },
    ]
    for sample in samples {
      let numbers = WeightedValues(sample)
      for form in CodeGrid.Form.allCases {
        let grid = CodeGrid(bits: 4, form: form)
        let range = rule.range(of: numbers, grid: grid)
        let whole = ClippingRule.largest.range(of: numbers, grid: grid)
        #expect(range.contains(0) && range.lowerBound < range.upperBound)
        #expect(whole.lowerBound <= range.lowerBound && range.upperBound <= whole.upperBound)
        if form == .symmetric { #expect(range.lowerBound == -range.upperBound) }
      }
    }
    for none in [WeightedValues([] as [Float]), WeightedValues([0, 0] as [Float])] {
      #expect(rule.range(of: none, grid: CodeGrid(bits: 8, form: .affine)) == 0...0)
    }
  }

  @Test("codes of a range: scale, zero point, and the ends")
  func codes() {
    let symmetric = CodeGrid(bits: 3, form: .symmetric).codes(over: -6...6)
    #expect(symmetric.scale == 2 && symmetric.codes == -3...3)
    let affine = CodeGrid(bits: 2, form: .affine).codes(over: -1...2)
    #expect(affine.scale == 1 && affine.codes == -1...2)
    #expect(CodeGrid(bits: 1, form: .affine).codes(over: 0...2).codes == 0...1)
  }

  @Test("tensor, channels and groups cover every weight once")
  func slices() {
    #expect(WeightSlices.tensor.ranges(channels: 2, depth: 5) == [0..<10])
    #expect(WeightSlices.channel.ranges(channels: 2, depth: 5) == [0..<5, 5..<10])
    #expect(
      WeightSlices.group(2).ranges(channels: 2, depth: 5)
        == [0..<2, 2..<4, 4..<5, 5..<7, 7..<9, 9..<10])
    #expect(WeightSlices.group(9).ranges(channels: 2, depth: 5) == [0..<5, 5..<10])
  }
}
