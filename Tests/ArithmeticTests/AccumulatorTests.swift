import Arithmetic
import Testing

@Suite struct AccumulatorTests {
  @Test(
    "every sum of two int8 products wraps as modular arithmetic says", arguments: [2, 5, 8, 16])
  func wrapIsModular(bits: Int) {
    let accumulator = Accumulator(bits: bits, overflow: .wrap)
    let modulus = 1 << bits
    for sum in -70_000...70_000 {
      let stored = accumulator.stored(sum)
      #expect(accumulator.holds(stored))
      #expect((sum - stored) % modulus == 0)
    }
  }

  @Test("saturation clips to the range and keeps what fits", arguments: [2, 5, 8, 16])
  func saturationClips(bits: Int) {
    let accumulator = Accumulator(bits: bits, overflow: .saturate)
    for sum in -70_000...70_000 {
      let stored = accumulator.stored(sum)
      if sum > accumulator.highest {
        #expect(stored == accumulator.highest)
      } else if sum < accumulator.lowest {
        #expect(stored == accumulator.lowest)
      } else {
        #expect(stored == sum)
      }
    }
  }

  @Test("the range of P bits is -2^(P-1) to 2^(P-1) - 1")
  func ranges() {
    #expect(Accumulator(bits: 16, overflow: .saturate).lowest == -32768)
    #expect(Accumulator(bits: 16, overflow: .saturate).highest == 32767)
    #expect(Accumulator(bits: 64, overflow: .wrap).lowest == .min)
    #expect(Accumulator.unlimited.stored(.max) == .max)
  }

  @Test("spellings round-trip")
  func spellings() throws {
    for spelling in ["2:wrap", "16:saturate", "64:wrap", "unlimited"] {
      #expect(try Accumulator(spelling: spelling).description == spelling)
    }
    #expect(try Accumulator(spelling: "20").overflow == .saturate)
  }

  @Test("wrong spellings say why")
  func wrongSpellings() {
    #expect(throws: Accumulator.SpellingError.width(65)) { try Accumulator(spelling: "65:wrap") }
    #expect(throws: Accumulator.SpellingError.width(1)) { try Accumulator(spelling: "1:wrap") }
    for spelling in ["", "16:clip", "wrap", "16:wrap:16", "16:unlimited"] {
      #expect(throws: Accumulator.SpellingError.form) { try Accumulator(spelling: spelling) }
    }
  }
}
