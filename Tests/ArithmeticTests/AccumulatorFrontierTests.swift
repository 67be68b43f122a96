import Arithmetic
import TestRandomness
import Testing

@Suite struct AccumulatorFrontierTests {
  /// The pairs of the definition, by trying all.
  static func bruteForce(
    _ accumulator: Int, _ activations: ClosedRange<Int>, _ weights: ClosedRange<Int>,
    _ needed: (Int, Int) -> Int
  ) -> Set<[Int]> {
    func fits(_ a: Int, _ w: Int) -> Bool {
      activations.contains(a) && weights.contains(w) && needed(a, w) <= accumulator
    }
    var pairs: Set<[Int]> = []
    for a in activations {
      for w in weights where fits(a, w) && !fits(a + 1, w) && !fits(a, w + 1) {
        pairs.insert([a, w])
      }
    }
    return pairs
  }

  @Test("every pair of the definition, and no other, for any rule that grows")
  func definition() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<100 {
      // Running sums of random steps grow along both widths.
      var table = [[Int]](repeating: [Int](repeating: 0, count: 12), count: 12)
      for a in 1..<12 {
        for w in 1..<12 {
          table[a][w] =
            max(table[a - 1][w], table[a][w - 1]) + Int.random(in: 0...2, using: &random)
        }
      }
      let accumulator = Int.random(in: 0...20, using: &random)
      var asked: Set<[Int]> = []
      let frontier = AccumulatorFrontier(
        accumulatorBits: accumulator, activationBits: 2...11, weightBits: 1...10
      ) { a, w in
        #expect(asked.insert([a, w]).inserted)
        return table[a][w]
      }
      let expected = Self.bruteForce(accumulator, 2...11, 1...10) { table[$0][$1] }
      #expect(Set(frontier.pairs.map { [$0.activationBits, $0.weightBits] }) == expected)
      #expect(frontier.pairs.count == expected.count && asked.count <= 20)
      #expect(
        frontier.pairs.allSatisfy { $0.neededBits == table[$0.activationBits][$0.weightBits] })
    }
  }

  @Test("the worst case of 1,728 products in 16 bits: a product of at most 18")
  func dataType() {
    let frontier = AccumulatorFrontier.dataType(
      accumulatorBits: 16, count: 1728, activationBits: 1...8, weightBits: 2...8,
      inputs: ClosedRange.unsignedCodes, weights: ClosedRange.symmetricCodes)
    // (2^a - 1)(2^(w-1) - 1) 1728 <= 32767, that is a product of at most 18.
    #expect(
      frontier.pairs.map { [$0.activationBits, $0.weightBits] } == [[4, 2], [2, 3], [1, 5]])
    #expect(frontier.pairs.map(\.neededBits) == [16, 15, 16])
  }

  @Test("signed activations count their lowest code, offset ones both ends")
  func ranges() {
    #expect(ClosedRange.unsignedCodes(4) == 0...15)
    #expect(ClosedRange.signedCodes(4) == -8...7)
    #expect(ClosedRange.symmetricCodes(4) == -7...7)
    #expect(ClosedRange.offsetCodes(4) == -15...15)
    let signed = AccumulatorFrontier.dataType(
      accumulatorBits: 12, count: 16, activationBits: 4...4, weightBits: 2...8,
      inputs: ClosedRange.signedCodes, weights: ClosedRange.symmetricCodes)
    // 16 · 8 · 15 = 1920 <= 2047 < 16 · 8 · 31.
    #expect(signed.pairs.map(\.weightBits) == [5])
  }

  @Test("the weights themselves prove more than their format, and each width is asked once")
  func proven() {
    var random = SeededGenerator(seed: 2)
    let real = (0..<4).map { _ in random.floats(100).map { Double($0 * $0 * $0) } }
    func sums(_ bits: Int) -> [SignedSums] {
      let largest = Double((1 << (bits - 1)) - 1)
      return real.map { SignedSums($0.map { Int(($0 * largest).rounded()) }) }
    }
    var asked: [Int] = []
    let proven = AccumulatorFrontier.proven(
      accumulatorBits: 14, activationBits: 1...8, weightBits: 2...8,
      inputs: ClosedRange.unsignedCodes
    ) { bits in
      asked.append(bits)
      return sums(bits)
    }
    #expect(asked.count == Set(asked).count)
    let expected = Self.bruteForce(14, 1...8, 2...8) { a, w in
      sums(w).map { $0.bound(inputs: 0...(1 << a) - 1).bits }.max() ?? 0
    }
    #expect(Set(proven.pairs.map { [$0.activationBits, $0.weightBits] }) == expected)
    let worst = AccumulatorFrontier.dataType(
      accumulatorBits: 14, count: 100, activationBits: 1...8, weightBits: 2...8,
      inputs: ClosedRange.unsignedCodes, weights: ClosedRange.symmetricCodes)
    for pair in worst.pairs {
      #expect(
        proven.pairs.contains {
          $0.activationBits >= pair.activationBits && $0.weightBits >= pair.weightBits
        })
    }
  }

  @Test("an error of the rule comes out, and an accumulator too narrow for all has no pair")
  func edges() {
    struct Stopped: Error {}
    #expect(throws: Stopped.self) {
      try AccumulatorFrontier(accumulatorBits: 8, activationBits: 1...8, weightBits: 1...8) {
        _, _ throws(Stopped) in throw Stopped()
      }
    }
    let none = AccumulatorFrontier(accumulatorBits: 8, activationBits: 1...4, weightBits: 1...4) {
      _, _ in 9
    }
    #expect(none.pairs.isEmpty)
  }

  @Test("sums by sign")
  func sums() {
    let sums = SignedSums([3, -4, 0, 5])
    #expect(sums == SignedSums(positive: 8, negative: 4) && sums.magnitude == 12)
    #expect(sums.bound(inputs: -1...2) == AccumulatorBound(lowest: -16, highest: 20))
  }
}
