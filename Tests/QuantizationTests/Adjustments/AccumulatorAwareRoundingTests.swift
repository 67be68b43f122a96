import Arithmetic
import Quantization
import Statistics
import TestRandomness
import Testing

@Suite struct AccumulatorAwareRoundingTests {
  /// Inputs of a rectified layer, neighbours alike: [weight][sample].
  static func inputs(weights: Int, samples: Int, seed: UInt64) -> [[Float]] {
    let common = GaussianSource.numbers(count: samples, deviation: 1, seed: seed)
    return (0..<weights).map { weight in
      zip(
        common, GaussianSource.numbers(count: samples, deviation: 0.5, seed: seed + UInt64(weight))
      )
      .map { max(0, $0 + $1 + 0.5) }
    }
  }

  static func outputError(_ steps: [Double], _ codes: [Int], _ inputs: [[Float]]) -> Double {
    (0..<inputs[0].count).reduce(0) { sum, sample in
      let error = steps.indices.reduce(0) {
        $0 + (steps[$1] - Double(codes[$1])) * Double(inputs[$1][sample])
      }
      return sum + error * error
    }
  }

  @Test("never outside the budget, whatever the inputs, the bias or the tile")
  func bounded() {
    var random = SeededGenerator(seed: 1)
    for trial in 0..<120 {
      let count = Int.random(in: 1...60, using: &random)
      let steps = random.floats(count).map { Double($0) * 140 }
      let low = -Int.random(in: 0...200, using: &random)
      let budget = AccumulatorBudget(
        accumulatorBits: Int.random(in: 10...18, using: &random), inputs: low...low + 255,
        bias: trial % 3 == 0 ? Int.random(in: -400...400, using: &random) : 0)
      let tile = trial % 4 == 0 ? Int.random(in: 1...16, using: &random) : nil
      let codes = AccumulatorAwareRounding.codes(
        of: steps, inputs: (0..<count).map { _ in random.floats(8) }, budget: budget, largest: 127,
        tile: tile)
      #expect(codes.count == count && codes.allSatisfy { abs($0) <= 127 })
      for start in stride(from: 0, to: count, by: tile ?? count) {
        #expect(budget.holds(SignedSums(codes[start..<min(start + (tile ?? count), count)])))
      }
    }
  }

  @Test("with room and no inputs it is rounding to the nearest")
  func unconstrained() {
    let steps = [0.4, -1.6, 2.5, 300, -0.5]
    let codes = AccumulatorAwareRounding.codes(
      of: steps, inputs: steps.map { _ in [] },
      budget: AccumulatorBudget(accumulatorBits: 32, inputs: 0...255), largest: 127)
    #expect(codes == [0, -2, 2, 127, 0])
  }

  @Test("error feedback makes the outputs nearer, with and without a narrow budget")
  func feedback() {
    var aware = [14: 0.0, 24: 0.0]
    var projected = aware
    for seed in 1...20 as ClosedRange<UInt64> {
      let steps = GaussianSource.numbers(count: 64, deviation: 3, seed: seed).map(Double.init)
      let inputs = Self.inputs(weights: 64, samples: 128, seed: 100 * seed)
      for bits in [14, 24] {
        let budget = AccumulatorBudget(accumulatorBits: bits, inputs: 0...255)
        let codes = AccumulatorAwareRounding.codes(
          of: steps, inputs: inputs, budget: budget, largest: 7)
        let plain = IntegerProjection.codes(of: steps, limits: budget.limits, largest: 7)
        #expect(budget.holds(SignedSums(codes)) && budget.holds(SignedSums(plain)))
        aware[bits, default: 0] += Self.outputError(steps, codes, inputs)
        projected[bits, default: 0] += Self.outputError(steps, plain, inputs)
      }
    }
    for (bits, error) in aware { #expect(error < 0.7 * (projected[bits] ?? 0), "\(bits)") }
  }
}
