import Arithmetic
import TestRandomness
import Testing

@Suite struct FloatRegisterTests {
  static let spellings = [
    "fp16", "bf16", "fp32", "fp-e8m13", "fp-e5m2", "fp-e4m3", "fp-e6m1", "fp16:saturate",
    "fp-e5m2:saturate",
  ]

  @Test("contents are the float sums in units, one rounding at each addition", arguments: spellings)
  func sums(spelling: String) throws {
    let accumulator = try FloatAccumulator(spelling: spelling)
    var random = SeededGenerator(seed: 5)
    for unit in [0, -3, -9, -18, -30, 2] {
      guard let register = FloatRegister(accumulator, unit: unit) else {
        // Then the largest number is no whole number of units.
        let largest = accumulator.largest * Double(sign: .plus, exponent: -unit, significand: 1)
        #expect(Int(largest.exponent) < accumulator.format.mantissaBits)
        continue
      }
      let factor = Double(sign: .plus, exponent: unit, significand: 1)
      for bits in 1...40 {
        var content = 0
        var sum = 0.0
        for _ in 0..<40 {
          let limit = 1 << bits
          let term = Int.random(in: -limit...limit, using: &random)
          guard content.magnitude != UInt(FloatRegister.infinity) else { break }
          let next = content + term
          content = register.stored(next)
          sum = accumulator.add(sum, Double(term) * factor)
          let expected =
            sum.isFinite ? Int(sum / factor) : sum < 0 ? -FloatRegister.infinity : .max
          #expect(content == expected, "\(spelling), unit \(unit), \(next)")
          let isBeyond = abs(accumulator.rounded(Double(next) * factor)) == .infinity
          if accumulator.overflow == .infinity {
            #expect(register.overflows(next) == isBeyond)
          }
          if next.magnitude <= UInt(register.exactLimit) { #expect(content == next) }
        }
      }
    }
  }

  @Test("every 12-bit sum of fp-e4m3 by hand: the nearest multiple, ties to even")
  func small() throws {
    let register = try #require(
      FloatRegister(try FloatAccumulator(spelling: "fp-e4m3"), unit: 0))
    #expect(register.precision == 4 && register.droppedPlaces == 0 && register.largest == 240)
    for sum in 0...2048 {
      var spacing = 1
      while sum >= 16 * spacing { spacing *= 2 }
      let (quotient, rest) = sum.quotientAndRemainder(dividingBy: spacing)
      let isUp = 2 * rest > spacing || (2 * rest == spacing && quotient % 2 == 1)
      let nearest = (quotient + (isUp ? 1 : 0)) * spacing
      let expected = nearest > 240 ? FloatRegister.infinity : nearest
      #expect(register.stored(sum) == expected && register.stored(-sum) == -expected)
    }
  }

  @Test("accumulators are spelt as floats, too, and hold what they hold exactly")
  func accumulators() throws {
    for spelling in Self.spellings {
      let accumulator = try Accumulator(spelling: spelling)
      let float = try #require(accumulator.float)
      #expect(accumulator.bits == float.bits && accumulator.description == float.description)
      #expect(try Accumulator(spelling: accumulator.description) == accumulator)
    }
    let half = try Accumulator(spelling: "fp16")
    #expect(half.bits == 16 && half.highest == 2048 && half.lowest == -2048)
    #expect(half.stored(2049) == 2048 && half.stored(2051) == 2052 && half.holds(2048))
    #expect(half.stored(65_520) == .max && half.stored(65_519) == 65_504)
    #expect(throws: Accumulator.SpellingError.form) { try Accumulator(spelling: "fp8-e4m3") }
    #expect(throws: Accumulator.SpellingError.form) { try Accumulator(spelling: "fp16:wrap") }
  }
}
