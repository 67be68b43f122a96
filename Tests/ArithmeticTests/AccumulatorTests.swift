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

  /// The five modes of AMD UG1399, "Overflow Modes": 19 and -19 in ap_fixed<4, 4>; wrapping and clipping
  /// also as apytypes 0.5.1 has them.
  @Test("overflow modes of ap_fixed")
  func fixedPointModes() {
    func stored(_ overflow: OverflowPolicy) -> [Int] {
      [-19, -9, -8, 7, 8, 19, 24].map(Accumulator(bits: 4, overflow: overflow).stored)
    }
    #expect(stored(.wrap) == [-3, 7, -8, 7, -8, 3, -8])
    #expect(stored(.saturate) == [-8, -8, -8, 7, 7, 7, 7])
    #expect(stored(.saturateToZero) == [0, 0, -8, 7, 0, 0, 0])
    #expect(stored(.saturateSymmetric) == [-7, -7, -7, 7, 7, 7, 7])
    // The lowest lost bit becomes the sign; the others are inverted when that changes it.
    #expect(stored(.wrapSignMagnitude) == [2, -8, -8, 7, 7, -4, -8])
    #expect(!Accumulator(bits: 4, overflow: .saturateSymmetric).holds(-8))
  }

  @Test("a cast to a format overflows as its policy says", arguments: OverflowPolicy.allCases)
  func casts(overflow: OverflowPolicy) {
    let cast = ArithmeticSpec.OutputCast(overflow: overflow)
    let accumulator = Accumulator(bits: 4, overflow: overflow)
    for value in -70...70 {
      let code = cast.code(value, in: IntegerFormat(bits: 4, isSigned: true))
      #expect(code == (overflow == .unlimited ? min(max(value, -8), 7) : accumulator.stored(value)))
      let unsigned = cast.code(value, in: IntegerFormat(bits: 3, isSigned: false))
      switch overflow {
      case .wrap, .wrapSignMagnitude: #expect(unsigned == ((value % 8) + 8) % 8)
      case .saturate, .saturateSymmetric, .unlimited: #expect(unsigned == min(max(value, 0), 7))
      case .saturateToZero: #expect(unsigned == ((0...7).contains(value) ? value : 0))
      }
    }
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
