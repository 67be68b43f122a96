import Quantization
import Statistics
import Testing

@Suite struct DivergenceScanTests {
  @Test("prefix sums give the divergences of plain sums at every cut")
  func equal() {
    var random = RandomSource(seed: 8)
    for trial in 0..<30 {
      let bins = (0..<(40 + random.index(below: 200))).map { bin -> Double in
        random.index(below: 3) == 0 && trial % 2 == 0
          ? 0 : Double(random.index(below: 1 + 100_000 / (1 + bin * bin)))
      }
      for levels in [1, 2, 7, 32] {
        let scan = DivergenceScan(bins, levels: levels)
        for cut in levels...bins.count {
          let expected = DivergenceThreshold.divergence(of: bins, cut: cut, levels: levels)
          let found = scan.divergence(cut: cut)
          #expect(found == expected || abs(found - expected) < 1e-10 * (1 + abs(expected)))
        }
      }
    }
  }

  @Test("nothing kept is infinitely far")
  func empty() {
    #expect(DivergenceScan([0, 0, 0, 5], levels: 2).divergence(cut: 3) == .infinity)
    #expect(DivergenceScan([0, 0], levels: 1).divergence(cut: 2) == .infinity)
  }

  @Test("fewer numbers than levels are all kept")
  func sparse() {
    let numbers = WeightedValues([0.01, 0.02, -0.03, 5] as [Float])
    let grid = CodeGrid(bits: 8, form: .symmetric)
    #expect(DivergenceThreshold.threshold(of: numbers, grid: grid) == 5)
  }
}
