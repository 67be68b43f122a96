import Statistics
import Testing

@Suite struct HistogramTests {
  @Test("numbers fall in their bins, those outside in the first or last, others nowhere")
  func counts() {
    var histogram = Histogram(low: -1, high: 1, bins: 4)
    histogram.add([-1, -0.75, -0.5, 0, 0.49, 0.5, 1, 7, -7, .nan, .infinity])
    #expect(histogram.counts == [3, 1, 2, 3])
    #expect(histogram.total == 9)
    #expect(histogram.width == 0.5)
    #expect(histogram.center(0) == -0.75)
    #expect(histogram.center(3) == 0.75)
  }

  @Test("quantiles of evenly spread numbers are linear")
  func quantiles() {
    var histogram = Histogram(low: 0, high: 10, bins: 100)
    histogram.add((0..<1000).map { Float($0) / 100 + 0.005 })
    for share in [0.0, 0.1, 0.255, 0.5, 0.999, 1] {
      #expect(abs(histogram.quantile(share) - 10 * share) < 1e-9)
    }
  }

  @Test("quantiles stop at the bins that hold something")
  func emptyBins() {
    var histogram = Histogram(low: 0, high: 10, bins: 10)
    histogram.add([3.5, 3.5, 6.5, 6.5])
    #expect(histogram.quantile(0) == 3)
    #expect(histogram.quantile(0.5) == 4)
    #expect(histogram.quantile(0.75) == 6.5)
    #expect(histogram.quantile(1) == 7)
  }

  @Test("merging adds counts")
  func merge() {
    var first = Histogram(low: 0, high: 1, bins: 2)
    var second = first
    first.add([0.1, 0.9])
    second.add([0.2])
    first.merge(second)
    #expect(first.counts == [2, 1])
  }
}
