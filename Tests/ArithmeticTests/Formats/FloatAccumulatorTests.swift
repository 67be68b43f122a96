import Arithmetic
import TestRandomness
import Testing

@Suite struct FloatAccumulatorTests {
  /// A random number of a size that covers subnormals and overflow of a format.
  private func number(_ powers: ClosedRange<Int>, _ random: inout SeededGenerator) -> Double {
    let power = Int.random(in: powers, using: &random)
    return Double.random(in: -2...2, using: &random)
      * Double(sign: .plus, exponent: power, significand: 1)
  }

  @Test("Small registers: every sum and addend, against exact integers and a search")
  func exhaustive() throws {
    for fields in [(2, 1), (3, 2), (2, 3), (4, 1), (3, 3)] {
      for overflow in FloatAccumulator.Overflow.allCases {
        let register = FloatAccumulator(
          exponentBits: fields.0, mantissaBits: fields.1, overflow: overflow)
        let format = register.format
        let codes = (0..<1 << (format.bits - 1)).filter { format.real($0).isFinite }
        // One more step than the largest number: where infinity begins, as if exponents went on.
        var steps = try codes.map { try #require(format.decode($0).integer(unit: format.unit)) }
        let last = try #require(steps.last)
        steps.append(2 * last - steps[steps.count - 2])
        var mistakes = 0
        // Addends in quarters of the smallest step, of both signs.
        for sum in codes {
          for quarters in stride(from: -9 * last, through: 9 * last, by: Int(last) / 24 | 1) {
            let total = 4 * steps[sum] + quarters
            let magnitude = Swift.abs(total)
            let index = steps.indices.min { first, second in
              let (near, far) = (
                Swift.abs(4 * steps[first] - magnitude), Swift.abs(4 * steps[second] - magnitude)
              )
              return near < far || (near == far && first % 2 == 0 && second % 2 == 1)
            }
            let found = try #require(index)
            var wanted = Double(steps[found]) * format.smallest
            if found == codes.count {
              wanted = overflow == .infinity ? .infinity : register.largest
            }
            if total < 0 { wanted = -wanted }
            let addend = Double(quarters) * format.smallest / 4
            if register.add(format.real(sum), addend) != wanted { mistakes += 1 }
          }
        }
        #expect(mistakes == 0, "\(register)")
      }
    }
  }

  @Test("binary32: additions of floats, and fused multiply-adds, are the machine's")
  func single() {
    var random = SeededGenerator(seed: 32)
    let register = FloatAccumulator.single
    for powers in [-3...3, -30...30, -149 ... -120, 100...127] {
      for _ in 0..<5_000 {
        let (sum, addend) = (Float(number(powers, &random)), Float(number(powers, &random)))
        #expect(register.add(Double(sum), Double(addend)) == Double(sum + addend))
        let (first, second) = (
          Float(number(-20...20, &random)), Float(number(-20...20, &random))
        )
        let product = Double(first) * Double(second)
        #expect(register.add(Double(sum), product) == Double(sum.addingProduct(first, second)))
      }
    }
  }

  @Test("A sum that rounding twice gets wrong is right")
  func doubleRounding() {
    // 1 + 2^-24 + 2^-60: double drops 2^-60, and the tie would then go down to 1.
    let product = 0x1p-24 + 0x1p-60
    #expect(Float(1.0 + product) == 1)
    #expect(FloatAccumulator.single.add(1, product) == Double(Float(1).nextUp))
    #expect(FloatAccumulator.single.add(-1, -product) == Double(Float(-1).nextDown))
    #expect(FloatAccumulator.single.add(1 + 0x1p-22, -0x1p-24 - 0x1p-60) == 1 + 0x1p-23 * 1)
  }

  @Test("binary16: sums of codes are Float16's, subnormals and overflow included")
  func half() {
    #if arch(x86_64) && os(macOS)
      // Float16 does not exist there.
    #else
      var random = SeededGenerator(seed: 16)
      for _ in 0..<40_000 {
        let sum = Float16(bitPattern: UInt16.random(in: 0 ... .max, using: &random))
        let addend = Float16(bitPattern: UInt16.random(in: 0 ... .max, using: &random))
        let wanted = Double(sum + addend)
        let result = FloatAccumulator.half.add(Double(sum), Double(addend))
        #expect(result == wanted || (result.isNaN && wanted.isNaN))
      }
    #endif
  }

  @Test("14 bits of mantissa and others: integers are rounded as integer arithmetic rounds them")
  func integers() throws {
    var random = SeededGenerator(seed: 14)
    for spelling in ["fp-e8m13", "fp-e8m9", "bf16", "fp32", "fp-e6m9"] {
      let register = try FloatAccumulator(spelling: spelling)
      let precision = register.format.mantissaBits + 1
      for _ in 0..<5_000 {
        let limit = 1 << min(30, (1 << (register.format.exponentBits - 1)) - 4)
        let sum = rounded(Int.random(in: -limit...limit, using: &random), to: precision)
        let addend = Int.random(in: -limit...limit, using: &random)
        let wanted = rounded(sum + addend, to: precision)
        #expect(register.add(Double(sum), Double(addend)) == Double(wanted), "\(spelling)")
      }
    }
  }

  /// An integer with its leading bits only, ties to even.
  private func rounded(_ value: Int, to precision: Int) -> Int {
    let width = Int.bitWidth - abs(value).leadingZeroBitCount
    let places = max(0, width - precision)
    return FixedPointRounding.roundConvergent.rounded(value, droppingBits: places) << places
  }

  @Test("Additions one after the other lose what is too small; infinity stays, saturation recovers")
  func sequences() throws {
    #expect(FloatAccumulator.half.sum([2048] + Array(repeating: 1, count: 100)) == 2048)
    #expect(FloatAccumulator.single.sum([2048] + Array(repeating: 1, count: 100)) == 2148)
    #expect(FloatAccumulator.brain.sum([1, 0x1p-9], from: 0) == 1)
    #expect(FloatAccumulator.half.sum([65504, 15]) == 65504)
    #expect(FloatAccumulator.half.sum([65504, 16, -65504]) == .infinity)
    let saturating = try FloatAccumulator(spelling: "fp16:saturate")
    #expect(saturating.sum([65504, 1e9, -65504]) == 0)
    #expect(saturating.sum([-1e9]) == -65504)
    #expect(FloatAccumulator.half.add(.infinity, -.infinity).isNaN)
  }

  @Test(
    "Spellings are read back",
    arguments: ["fp16", "bf16", "fp32", "fp-e8m13", "fp16:saturate", "fp-e5m2:saturate"])
  func spellings(spelling: String) throws {
    let register = try FloatAccumulator(spelling: spelling)
    #expect(register.description == spelling)
    #expect(register.overflow == (spelling.hasSuffix(":saturate") ? .saturate : .infinity))
  }

  @Test("Named registers have their fields")
  func fields() throws {
    #expect(try FloatAccumulator(spelling: "fp-e5m10") == .half)
    #expect(try FloatAccumulator(spelling: "fp-e8m13").bits == 22)
    #expect(try FloatAccumulator(spelling: "fp16:infinity") == .half)
  }

  @Test(
    "Anything else is refused with the forms",
    arguments: [
      "", "fp8", "fp8-e4m3", "fp-e1m3", "fp-e9m3", "fp-e8m0", "fp-e8m24", "fp16:wrap", "fp16:",
      "16:saturate",
    ])
  func wrong(spelling: String) {
    do throws(FloatAccumulator.SpellingError) {
      let register = try FloatAccumulator(spelling: spelling)
      Issue.record("\(spelling) is \(register)")
    } catch {
      #expect(
        error.description
          == "\"\(spelling)\" is not a floating-point accumulator of 2 to 8 exponent bits and 1 to 23 "
          + "mantissa bits; write e.g. fp16, bf16, fp32, fp-e8m13 or fp16:saturate")
    }
  }
}
