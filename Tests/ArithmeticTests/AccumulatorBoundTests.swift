import Arithmetic
import Testing

@Suite struct AccumulatorBoundTests {
  /// Calls `body` with every list of `count` numbers of a range.
  private func forEachList(_ count: Int, _ range: ClosedRange<Int>, _ body: ([Int]) -> Void) {
    func extend(_ list: [Int]) {
      guard list.count < count else { return body(list) }
      for number in range { extend(list + [number]) }
    }
    extend([])
  }

  private func permutations(_ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return permutations(count - 1).flatMap { rest in
      (0..<count).map { place in
        var longer = rest
        longer.insert(count - 1, at: place)
        return longer
      }
    }
  }

  @Test(
    "the weight bound is the exact range of all prefixes of all orders of all inputs",
    arguments: [0...2, -2...1, -3...0])
  func weightBound(inputs: ClosedRange<Int>) {
    let orders = permutations(3)
    forEachList(3, -2...2) { weights in
      for (bias, position) in [
        (0, BiasPosition.last), (5, .first), (5, .last), (-4, .first), (-4, .last),
      ] {
        var lowest = position == .first ? bias : 0
        var highest = lowest
        forEachList(3, inputs) { numbers in
          for order in orders {
            var sum = position == .first ? bias : 0
            for place in order {
              sum += weights[place] * numbers[place]
              lowest = min(lowest, sum)
              highest = max(highest, sum)
            }
            if position == .last {
              sum += bias
              lowest = min(lowest, sum)
              highest = max(highest, sum)
            }
          }
        }
        let bound = AccumulatorBound.weightBound(
          positive: weights.reduce(0) { $0 + max($1, 0) },
          negative: weights.reduce(0) { $0 + max(-$1, 0) }, inputs: inputs, bias: bias,
          position: position)
        #expect(bound == AccumulatorBound(lowest: lowest, highest: highest), "\(weights) \(bias)")
      }
    }
  }

  @Test("the bits of a range are the fewest whose accumulator holds both ends")
  func bits() {
    for lowest in -300...300 {
      for highest in stride(from: lowest, through: 300, by: 7) {
        var bits = 1
        while -(1 << (bits - 1)) > lowest || (1 << (bits - 1)) - 1 < highest { bits += 1 }
        #expect(AccumulatorBound.bits(lowest, highest) == bits)
      }
    }
  }

  @Test("bits at the ends of the integers")
  func bitsAtEnds() {
    #expect(AccumulatorBound.bits(0, 0) == 1)
    #expect(AccumulatorBound.bits(-1, 0) == 1)
    #expect(AccumulatorBound.bits(0, 1) == 2)
    #expect(AccumulatorBound.bits(-32768, 32767) == 16)
    #expect(AccumulatorBound.bits(-32769, 0) == 17)
    #expect(AccumulatorBound.bits(0, 32768) == 17)
    #expect(AccumulatorBound.bits(.min, .max) == 64)
    #expect(AccumulatorBound.bits(0, .max) == 64)
  }

  @Test("the data-type bound is the extreme of all weights and inputs")
  func dataTypeBound() {
    for (weights, inputs) in [(-2...1, 0...3), (-2...1, -3...1), (0...2, 0...1), (-3...3, -1...2)] {
      var lowest = 0
      var highest = 0
      forEachList(2, weights) { w in
        forEachList(2, inputs) { x in
          let products = [w[0] * x[0], w[1] * x[1]]
          for sum in [products[0], products[1], products[0] + products[1]] {
            lowest = min(lowest, sum)
            highest = max(highest, sum)
          }
        }
      }
      let bound = AccumulatorBound.dataTypeBound(count: 2, weights: weights, inputs: inputs)
      #expect(bound == AccumulatorBound(lowest: lowest, highest: highest))
    }
    // int8 x uint8, K = 64: the 22 bits of Brevitas' and FINN's tables.
    #expect(
      AccumulatorBound.dataTypeBound(count: 64, weights: -128...127, inputs: 0...255).bits == 22)
  }

  @Test("a bias widens the data-type bound by where it enters")
  func includingBias() {
    let bound = AccumulatorBound(lowest: -10, highest: 20)
    #expect(
      bound.including(bias: [3, -4], position: .last)
        == AccumulatorBound(lowest: -14, highest: 23))
    #expect(
      bound.including(bias: [30, 40], position: .first)
        == AccumulatorBound(lowest: 20, highest: 60))
    #expect(
      bound.including(bias: [30, 40], position: .last)
        == AccumulatorBound(lowest: -10, highest: 60))
    #expect(bound.including(bias: [], position: .first) == bound)
  }

  @Test("a union holds both")
  func union() {
    let union = AccumulatorBound(lowest: -1, highest: 5)
      .union(AccumulatorBound(lowest: -3, highest: 2))
    #expect(union == AccumulatorBound(lowest: -3, highest: 5))
  }

  @Test("the order of additions matters when they saturate and does not when they wrap")
  func orders() {
    let orders = permutations(4)
    var saturatedDiffers = 0
    forEachList(4, -7...7) { terms in
      for overflow in [OverflowPolicy.wrap, .saturate] {
        let accumulator = Accumulator(bits: 4, overflow: overflow)
        let finals = Set(
          orders.map { order in
            order.reduce(0) { accumulator.stored($0 + terms[$1]) }
          })
        if overflow == .wrap {
          #expect(finals == [accumulator.stored(terms.reduce(0, +))])
        } else if finals.count > 1 {
          saturatedDiffers += 1
        }
      }
    }
    #expect(saturatedDiffers > 10_000)
  }
}
