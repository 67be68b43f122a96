import Arithmetic
import Quantization
import TestRandomness
import Testing

@Suite struct AccumulatorBudgetTests {
  @Test("a budget holds exactly what the proven bound says, for every bias and every sum")
  func exact() {
    for inputs in [0...15, -8...7, -15...15, -3...12, -7...0] {
      for bias in [-40, 0, 25] {
        for bits in [6, 8, 10] {
          let budget = AccumulatorBudget(accumulatorBits: bits, inputs: inputs, bias: bias)
          for positive in 0...20 {
            for negative in 0...20 {
              let sums = SignedSums(positive: positive, negative: negative)
              let fits = [BiasPosition.first, .last].allSatisfy {
                AccumulatorBound.weightBound(
                  positive: positive, negative: negative, inputs: inputs, bias: bias, position: $0
                ).bits <= bits
              }
              #expect(budget.holds(sums) == fits)
            }
          }
        }
      }
    }
  }

  @Test("the limits hold together, and for inputs of one sign are the largest that do")
  func limits() {
    for inputs in [0...15, -8...7, -15...15, -3...12, -7...0] {
      for bias in [-40, 0, 25, 3000] {
        let budget = AccumulatorBudget(accumulatorBits: 12, inputs: inputs, bias: bias)
        let limits = budget.limits
        let isPossible = budget.holds(SignedSums(positive: 0, negative: 0))
        #expect(isPossible == (bias < 2048))
        guard isPossible else { continue }
        #expect(budget.holds(limits))
        if inputs.lowerBound == 0 || inputs.upperBound == 0 {
          #expect(
            !budget.holds(
              SignedSums(positive: limits.positive + 1, negative: limits.negative)))
          #expect(
            !budget.holds(
              SignedSums(positive: limits.positive, negative: limits.negative + 1)))
        }
      }
    }
  }

  @Test("sums beyond any accumulator do not fit, and nothing traps")
  func huge() {
    let budget = AccumulatorBudget(accumulatorBits: 40, inputs: 0...(1 << 50), bias: 0)
    #expect(!budget.holds(SignedSums(positive: 1 << 20, negative: 0)))
    #expect(budget.growth(of: SignedSums(positive: 1 << 20, negative: 0), isPositive: true) == 0)
    #expect(budget.holds(SignedSums(positive: 0, negative: 0)))
  }

  @Test("growth is how far a sum can go, and no further")
  func growth() {
    for inputs in [0...15, -8...7, -15...15, -3...12, -7...0] {
      let budget = AccumulatorBudget(accumulatorBits: 10, inputs: inputs, bias: 31)
      for sums in [SignedSums(positive: 0, negative: 0), SignedSums(positive: 9, negative: 4)] {
        for isPositive in [true, false] {
          func grown(_ by: Int) -> SignedSums {
            SignedSums(
              positive: sums.positive + (isPositive ? by : 0),
              negative: sums.negative + (isPositive ? 0 : by))
          }
          let growth = budget.growth(of: sums, isPositive: isPositive)
          #expect(budget.holds(grown(growth)) && !budget.holds(grown(growth + 1)))
        }
      }
    }
  }

  @Test("A2Q's and A2Q+'s limits: worked figures, and safe by the exact bound")
  func published() {
    #expect(
      AccumulatorBudget.magnitudeLimit(accumulatorBits: 16, inputBits: 8, inputsAreSigned: false)
        == 127)
    #expect(
      AccumulatorBudget.magnitudeLimit(accumulatorBits: 16, inputBits: 8, inputsAreSigned: true)
        == 255)
    #expect(AccumulatorBudget.zeroCentredMagnitudeLimit(accumulatorBits: 16, inputBits: 8) == 256)
    for bits in 8...20 {
      for width in 1...8 {
        let unsigned = AccumulatorBudget(
          accumulatorBits: bits, inputs: 0...(1 << width) - 1)
        let limit = AccumulatorBudget.magnitudeLimit(
          accumulatorBits: bits, inputBits: width, inputsAreSigned: false)
        #expect(unsigned.holds(SignedSums(positive: limit, negative: 0)))
        #expect(unsigned.holds(SignedSums(positive: 0, negative: limit)))
        let half =
          AccumulatorBudget.zeroCentredMagnitudeLimit(accumulatorBits: bits, inputBits: width) / 2
        for inputs in [0...(1 << width) - 1, -(1 << (width - 1))...(1 << (width - 1)) - 1] {
          let budget = AccumulatorBudget(accumulatorBits: bits, inputs: inputs)
          #expect(budget.holds(SignedSums(positive: half, negative: half)))
        }
      }
    }
  }
}
