import Statistics
import Testing

@Suite struct HuffmanCodeTests {
  /// The fewest bits of any prefix code: all lengths that Kraft's inequality allows.
  static func bruteForce(_ counts: [Int]) -> Int {
    let longest = counts.count - 1
    func best(_ index: Int, _ space: Int) -> Int? {
      if index == counts.count { return 0 }
      var least: Int?
      for length in 1...max(longest, 1) where 1 << (longest - length) <= space {
        if let rest = best(index + 1, space - 1 << (longest - length)) {
          least = min(least ?? Int.max, rest + counts[index] * length)
        }
      }
      return least
    }
    return best(0, 1 << longest) ?? 0
  }

  @Test("no other prefix code is shorter")
  func optimal() {
    var random = RandomSource(seed: 6)
    for _ in 0..<200 {
      let counts = (0..<2 + random.index(below: 6)).map { _ in 1 + random.index(below: 30) }
      let code = HuffmanCode(counts: counts)
      #expect(code.totalBits == Self.bruteForce(counts))
    }
  }

  @Test("a textbook example: total, entropy, canonical words")
  func example() {
    let code = HuffmanCode(counts: [45, 13, 12, 16, 9, 5])
    #expect(code.lengths == [1, 3, 3, 3, 4, 4])
    #expect(code.totalBits == 224)
    #expect(code.words == [0b0, 0b100, 0b101, 0b110, 0b1110, 0b1111])
    #expect(code.tableBits == 6 * 3)
    let even = HuffmanCode(counts: [1, 1, 1, 1])
    #expect(even.totalBits == 8 && even.entropyBits == 8)
  }

  @Test("entropy is a lower bound and a bit a symbol more an upper one; words are prefix-free")
  func bounds() {
    var random = RandomSource(seed: 7)
    for _ in 0..<50 {
      let counts = (0..<20).map { _ in random.index(below: 3) * random.index(below: 1000) }
      let code = HuffmanCode(counts: counts)
      let total = counts.reduce(0, +)
      #expect(Double(code.totalBits) >= code.entropyBits - 1e-9)
      #expect(Double(code.totalBits) <= code.entropyBits + Double(total))
      let words = code.words
      for (one, length) in code.lengths.enumerated() where length > 0 {
        #expect(words[one] < 1 << length)
        for (other, longer) in code.lengths.enumerated() where other != one && longer >= length {
          #expect(words[other] >> (longer - length) != words[one])
        }
      }
    }
  }

  @Test("absent symbols have no bits, a lone one has a bit, none have none")
  func small() {
    #expect(HuffmanCode(counts: [0, 7, 0]).lengths == [0, 1, 0])
    #expect(HuffmanCode(counts: [0, 7, 0]).totalBits == 7)
    #expect(HuffmanCode(counts: [0, 7, 0]).entropyBits == 0)
    #expect(HuffmanCode(counts: []).totalBits == 0)
    #expect(HuffmanCode(counts: [0, 0]).lengths == [0, 0])
  }
}
