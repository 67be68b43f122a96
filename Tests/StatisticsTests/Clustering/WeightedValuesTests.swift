import Statistics
import Testing

@Suite struct WeightedValuesTests {
  @Test("equal numbers are joined, numbers rise, others are passed over")
  func counting() {
    let values = WeightedValues([2, -1, 2, .nan, 0, -0.0, .infinity, 2] as [Float])
    #expect(values.values == [-1, 0, 2])
    #expect(values.weights == [1, 2, 3])
    #expect(values.total == 6)
    #expect(abs(values.mean - 5.0 / 6) < 1e-15)
    #expect(abs(values.deviation - (13.0 / 6 - 25.0 / 36).squareRoot()) < 1e-15)
    #expect(values.quantile(0.5) == 0)
    #expect(values.quantile(0.51) == 2)
    #expect(values.firstIndex(above: 0) == 2)
    #expect(values.firstIndex(above: -5) == 0)
    #expect(values.firstIndex(above: 2) == 3)
  }

  @Test("pairs are joined; bins of a histogram stand at their middle")
  func pairs() {
    let values = WeightedValues([(3, 1), (1, 2), (3, 0.5), (7, 0)])
    #expect(values.values == [1, 3])
    #expect(values.weights == [2, 1.5])
    var histogram = Histogram(low: 0, high: 4, bins: 4)
    histogram.add([0.1, 2.2, 2.9])
    #expect(WeightedValues(histogram).values == [0.5, 2.5])
    #expect(WeightedValues(histogram).weights == [1, 2])
    #expect(WeightedValues([] as [Float]).isEmpty)
    #expect(WeightedValues([] as [Float]).mean == 0)
  }

  @Test("merging keeps the weight and the mean")
  func merging() {
    let values = WeightedValues(GaussianSource.numbers(count: 5000, deviation: 2, seed: 4))
    let merged = values.merged(to: 100)
    #expect(merged.count <= 100 && merged.count > 50)
    #expect(merged.total == values.total)
    #expect(abs(merged.mean - values.mean) < 1e-12)
    #expect(values.merged(to: 6000) == values)
  }

  @Test("moments of runs equal direct sums")
  func prefixes() {
    let values = WeightedValues([(1, 2), (2, 1), (5, 3), (9, 1)])
    let prefixes = MomentPrefixes(values)
    #expect(abs(prefixes.mean(1, 3) - 17.0 / 4) < 1e-12)
    #expect(abs(prefixes.spread(1, 3) - (81.0 / 16 + 3 * 9.0 / 16)) < 1e-12)
    #expect(abs(prefixes.squaredError(0, 4, around: 3) - (8 + 1 + 12 + 36)) < 1e-12)
    #expect(prefixes.weight(0, 4) == 7)
  }
}
