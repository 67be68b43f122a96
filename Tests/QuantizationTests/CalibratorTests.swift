import Quantization
import Statistics
import Testing

@Suite struct CalibratorTests {
  private func histogram(_ numbers: [Float]) -> Histogram {
    var range = ValueRange()
    range.add(numbers)
    var histogram = range.histogram(bins: Calibrator.bins)
    histogram.add(numbers)
    return histogram
  }

  /// Gaussian numbers with a few far out: what batch-normalised activations look like.
  private func heavyTailed() -> [Float] {
    var numbers = GaussianSource.numbers(count: 100_000, deviation: 1, seed: 5)
    for index in stride(from: 0, to: numbers.count, by: 20_000) { numbers[index] *= 40 }
    numbers[1] = 100
    numbers[2] = -60
    return numbers
  }

  /// The mean squared error of affine codes over a range.
  private func error(_ numbers: [Float], _ range: ClosedRange<Double>, bits: Int) -> Double {
    let levels = Double(1 << bits) - 1
    let scale = (range.upperBound - range.lowerBound) / levels
    let zero = (-range.lowerBound / scale).rounded()
    return numbers.reduce(0) { sum, number in
      let code = min(max((Double(number) / scale).rounded() + zero, 0), levels)
      let difference = (code - zero) * scale - Double(number)
      return sum + difference * difference
    } / Double(numbers.count)
  }

  @Test("min-max is the exact range with zero inside")
  func minmax() {
    #expect(Calibrator.minmax.range(of: histogram([-1.5, 0.25, 3]), bits: 8) == -1.5...3)
    #expect(Calibrator.minmax.range(of: histogram([2, 3]), bits: 8) == 0...3)
    #expect(Calibrator.minmax.range(of: histogram([-2, -3]), bits: 8) == -3...0)
  }

  @Test("a percentile drops an outlier and keeps the rest")
  func percentile() {
    var numbers = GaussianSource.uniforms(count: 100_000, seed: 1)
    numbers[0] = 1000
    let range = Calibrator.percentile.range(of: histogram(numbers), bits: 8)
    #expect(range.lowerBound == 0)
    // One bin of the histogram is a quarter wide.
    #expect(range.upperBound >= 0.99 && range.upperBound < 1.3)
  }

  @Test("least squares is at least as good as min-max, and much better with a heavy tail")
  func leastSquares() {
    let numbers = heavyTailed()
    let histogram = histogram(numbers)
    for bits in [3, 4, 6, 8] {
      let whole = Calibrator.minmax.range(of: histogram, bits: bits)
      let best = Calibrator.mse.range(of: histogram, bits: bits)
      let wholeError = error(numbers, whole, bits: bits)
      let bestError = error(numbers, best, bits: bits)
      #expect(bestError <= wholeError)
      if bits == 4 { #expect(bestError < wholeError * 0.8) }
    }
    // Nothing to gain on uniform numbers with many codes.
    let uniform = GaussianSource.uniforms(count: 50_000, seed: 2)
    let range = Calibrator.mse.range(of: self.histogram(uniform), bits: 8)
    #expect(range.upperBound > 0.98)
  }

  @Test("least divergence cuts a heavy tail", arguments: [4, 6, 8])
  func divergenceCuts(bits: Int) {
    let range = Calibrator.kl.range(of: histogram(heavyTailed()), bits: bits)
    #expect(range.upperBound < 50)
    #expect(range.upperBound > 1.5)
    #expect(range.lowerBound >= -50 && range.lowerBound < -1.5)
  }

  @Test(
    "least divergence keeps all of a uniform sample",
    arguments: [(0.0, 1.0), (-1.0, 1.0), (-0.37, 1.0), (-1.0, 0.81), (-0.05, 1.0), (-2.0, 0.0)])
  func divergenceKeeps(low: Double, high: Double) {
    let numbers = GaussianSource.uniforms(count: 400_000, seed: 3)
      .map { Float(low + (high - low) * Double($0)) }
    let histogram = histogram(numbers)
    let range = Calibrator.kl.range(of: histogram, bits: 8)
    // Whole, but for the noise of the sample.
    #expect(range.lowerBound <= low * 0.95)
    #expect(range.upperBound >= high * 0.95)
  }

  @Test("nothing seen, or only zeros, gives a range to divide by", arguments: Calibrator.allCases)
  func empty(calibrator: Calibrator) {
    let nothing = ValueRange().histogram(bins: Calibrator.bins)
    let range = calibrator.range(of: nothing, bits: 8)
    #expect(range.lowerBound <= 0 && range.upperBound > 0)
    let zeros = calibrator.range(of: histogram([0, 0, 0]), bits: 8)
    #expect(zeros.lowerBound <= 0 && zeros.upperBound > 0)
  }

  @Test("ranges merge, and numbers that are not finite are left out")
  func ranges() {
    var first = ValueRange()
    first.add([1, .nan, 2])
    var second = ValueRange()
    second.add([-3, .infinity])
    first.merge(second)
    #expect(first.withZero == -3...2)
    #expect(ValueRange().withZero == 0...0)
  }
}
