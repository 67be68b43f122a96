import Foundation
import Quantization
import Statistics
import Testing

@Suite struct DivergenceThresholdTests {
  /// The divergence by whole distributions, as the text of TensorRT's talk has it.
  static func divergence(_ bins: [Double], cut: Int, levels: Int) -> Double {
    var reference = Array(bins[0..<cut])
    reference[cut - 1] += bins[cut...].reduce(0, +)
    var candidate = [Double](repeating: 0, count: cut)
    for level in 0..<levels {
      let run = (0..<cut).filter { $0 >= level * cut / levels && $0 < (level + 1) * cut / levels }
      let holders = run.filter { reference[$0] > 0 }
      let mass = run.reduce(0) { $0 + bins[$1] }
      for bin in holders { candidate[bin] = mass / Double(holders.count) }
    }
    let referenceSum = reference.reduce(0, +)
    let candidateSum = candidate.reduce(0, +)
    guard candidateSum > 0 else { return .infinity }
    reference = reference.map { $0 / referenceSum }
    candidate = candidate.map { $0 / candidateSum }
    let missing = (0..<cut).filter { reference[$0] > 0 && candidate[$0] == 0 }
    candidate = candidate.map { $0 * (1 - 1e-4 * Double(missing.count)) }
    for bin in missing { candidate[bin] = 1e-4 }
    return zip(reference, candidate).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
  }

  @Test("divergences and cuts equal those of whole distributions, empty bins included")
  func brute() {
    var random = RandomSource(seed: 1)
    for trial in 0..<60 {
      let count = 20 + random.index(below: 40)
      let bins = (0..<count).map { bin in
        random.index(below: 3) == 0 && trial % 2 == 0
          ? 0 : Double(random.index(below: 1 + 2000 / (1 + bin * bin)))
      }
      for levels in [2, 4, 16] {
        var best = (divergence: Double.infinity, cut: count)
        for cut in levels...count {
          let expected = Self.divergence(bins, cut: cut, levels: levels)
          let found = DivergenceThreshold.divergence(of: bins, cut: cut, levels: levels)
          #expect(found == expected || abs(found - expected) < 1e-9 * (1 + abs(expected)))
          if expected <= best.divergence - 1e-12 { best = (expected, cut) }
        }
        let cut = DivergenceThreshold.bestCut(of: bins, levels: levels)
        let found = DivergenceThreshold.divergence(of: bins, cut: cut, levels: levels)
        #expect(found == best.divergence || found <= best.divergence + 1e-9)
      }
    }
  }

  @Test("a heavy tail is cut off, numbers that fill their range are not")
  func tails() {
    let grid = CodeGrid(bits: 8, form: .symmetric)
    let spread = WeightedValues(GaussianSource.numbers(count: 50_000, deviation: 1, seed: 2))
    let tailed = WeightedValues(
      GaussianSource.numbers(count: 50_000, deviation: 1, seed: 2) + [60, -50])
    #expect(DivergenceThreshold.levels(of: spread, grid: grid) == 128)
    #expect(DivergenceThreshold.threshold(of: tailed, grid: grid) < 10)
    let even = WeightedValues(GaussianSource.uniforms(count: 50_000, seed: 3))
    #expect(DivergenceThreshold.threshold(of: even, grid: grid) > 0.95)
    let affine = CodeGrid(bits: 8, form: .affine)
    #expect(DivergenceThreshold.levels(of: even, grid: affine) == 256)
    #expect(DivergenceThreshold.levels(of: spread, grid: affine) == 128)
  }

  @Test("codes finer than the bins clip nothing")
  func wide() {
    let numbers = WeightedValues([0.25, -4, 1, 3] as [Float])
    #expect(
      DivergenceThreshold.threshold(of: numbers, grid: CodeGrid(bits: 14, form: .symmetric)) == 4)
    #expect(
      DivergenceThreshold.threshold(
        of: WeightedValues([0, 0] as [Float]), grid: CodeGrid(bits: 8, form: .affine)) == 0)
  }
}
