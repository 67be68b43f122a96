import Statistics
import Testing

@Suite struct GaussianQuantizerTests {
  @Test("Lloyd-Max levels and errors as J. Max published them in 1960, table I")
  func published() {
    let table: [(levels: Int, positive: [Double], error: Double)] = [
      (1, [], 1), (2, [0.7980], 0.3634), (3, [1.224], 0.1902), (4, [0.4528, 1.510], 0.1175),
      (8, [0.2451, 0.7560, 1.344, 2.152], 0.03454),
      (16, [0.1284, 0.3881, 0.6568, 0.9424, 1.256, 1.618, 2.069, 2.733], 0.009497),
    ]
    for row in table {
      let quantizer = GaussianQuantizer.lloydMax(levels: row.levels)
      #expect(abs(quantizer.meanSquaredError - row.error) < 6e-4 * row.error)
      for (level, published) in zip(quantizer.levels.filter { $0 > 1e-9 }, row.positive) {
        #expect(abs(level - published) < 6e-4)
      }
    }
  }

  @Test("levels are the means of their cells and thresholds halfway", arguments: [2, 5, 64, 256])
  func conditions(count: Int) {
    let quantizer = GaussianQuantizer.lloydMax(levels: count)
    #expect(quantizer.levels.count == count && quantizer.thresholds.count == count - 1)
    for (index, threshold) in quantizer.thresholds.enumerated() {
      #expect(
        abs(threshold - (quantizer.levels[index] + quantizer.levels[index + 1]) / 2) < 1e-10)
    }
    for (low, high) in zip(quantizer.levels, quantizer.levels.reversed()) {
      #expect(abs(low + high) < 1e-10)
    }
    #expect(
      quantizer.meanSquaredError <= GaussianQuantizer.equalProbability(levels: count)
        .meanSquaredError + 1e-12)
    // Panter and Dite: the error of many levels tends to √3 π / (2 k²).
    let limit = 3.0.squareRoot() * Double.pi / 2 / Double(count * count)
    #expect(quantizer.meanSquaredError < limit * 1.02)
    #expect(count < 256 || quantizer.meanSquaredError > limit * 0.97)
  }

  @Test("equally probable cells: quartiles, their means, and the scale of a tensor")
  func equalProbability() {
    let quantizer = GaussianQuantizer.equalProbability(levels: 4)
    #expect(abs(quantizer.thresholds[2] - 0.674489750196) < 1e-10)
    #expect(abs(quantizer.thresholds[1]) < 1e-12)
    // 4 φ(0.6745) and 4 (φ(0) - φ(0.6745)).
    #expect(abs(quantizer.levels[3] - 1.271106) < 1e-5)
    #expect(abs(quantizer.levels[2] - 0.324663) < 1e-5)
    let scaled = quantizer.levels(mean: 1, deviation: 2)
    #expect(scaled == quantizer.levels.map { 1 + 2 * $0 })
  }

  @Test("Lloyd-Max is where k-means of many Gaussian numbers goes")
  func clustering() {
    let numbers = WeightedValues(GaussianSource.numbers(count: 40_000, deviation: 1, seed: 5))
    let found = ScalarClustering.optimal(of: numbers, count: 4, exactLimit: 1024)
    let quantizer = GaussianQuantizer.lloydMax(levels: 4)
    for (centroid, level) in zip(found.centroids, quantizer.levels) {
      #expect(abs(centroid - level) < 0.03)
    }
    #expect(abs(found.squaredError / 40_000 - quantizer.meanSquaredError) < 0.005)
  }
}
