import Arithmetic
import TestRandomness
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct FixedPointTests {
  private static let arguments: [Int32] = {
    var random = SeededGenerator(seed: 4)
    return (0..<20_000).map { _ in Int32.random(in: Int32.min...0, using: &random) }
      + (0..<2000).map { Int32(-$0 * $0 * 500) } + [Int32.min, -1, 0]
  }()

  /// gemmlowp's own definition with C's truncating division.
  private func truncatedProduct(_ a: Int, _ b: Int, bits: Int) -> Int {
    let product = a * b
    let nudge = product >= 0 ? 1 << (bits - 2) : 1 - (1 << (bits - 2))
    return min((product + nudge) / (1 << (bits - 1)), 1 << (bits - 1) - 1)
  }

  @Test("the high product is gemmlowp's, in 16 and 32 bits")
  func highProduct() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      let (a, b) = (Int32.random(in: .min ... .max, using: &random), Int32(random.next() & 0xFFFF))
      #expect(Int(FixedPoint.highProduct(a, b)) == truncatedProduct(Int(a), Int(b), bits: 32))
      #expect(Int(FixedPoint.highProduct(a, -b)) == truncatedProduct(Int(a), Int(-b), bits: 32))
      let (c, d) = (Int16(truncatingIfNeeded: a), Int16(truncatingIfNeeded: b))
      #expect(Int(FixedPoint.highProduct(c, d)) == truncatedProduct(Int(c), Int(d), bits: 16))
    }
    #expect(FixedPoint.highProduct(Int32.min, Int32.min) == Int32.max)
    #expect(FixedPoint.highProduct(Int16.min, Int16.min) == Int16.max)
  }

  @Test("shifts saturate to the left and round ties away from zero to the right")
  func shifts() {
    #expect(FixedPoint.shiftedLeft(Int32(1 << 29), by: 2) == Int32.max)
    #expect(FixedPoint.shiftedLeft(Int16(-8193), by: 2) == Int16.min)
    #expect(
      [-6, -5, -2, 2, 5, 6].map { FixedPoint.shiftedRight(Int32($0), by: 2) }
        == [-2, -1, -1, 1, 1, 2])
    #expect(FixedPoint.halfSum(Int32.max, Int32.max) == Int32.max)
    #expect(
      [(0, 1), (0, -1), (2, -5), (3, 4)].map { FixedPoint.halfSum(Int16($0), Int16($1)) }
        == [1, -1, -2, 4])
  }

  /// The exponential as the published description of the vectors spells it, in wide integers.
  private func exponential(_ value: Int) -> Int {
    guard value != 0 else { return (1 << 31) - 1 }
    func high(_ a: Int, _ b: Int) -> Int { truncatedProduct(a, b, bits: 32) }
    func half(_ a: Int, _ places: Int) -> Int {
      let magnitude = (abs(a) + 1 << (places - 1)) >> places
      return a < 0 ? -magnitude : magnitude
    }
    let quarter = 1 << 24
    let t = (value & (quarter - 1)) - quarter
    let x = (t << 5) + (1 << 28)
    let square = high(x, x)
    let inner = high(half(high(square, square), 2) + high(square, x), 715_827_883) + square
    var result = 1_895_147_668 + high(1_895_147_668, x + half(inner, 1))
    let factors = [
      1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242,
    ]
    for (place, factor) in factors.enumerated() where (t - value) >> (24 + place) & 1 == 1 {
      result = high(result, factor)
    }
    return result
  }

  @Test("the exponential in Q5.26 equals its published steps and is near the real one")
  func exponential() {
    for argument in Self.arguments {
      let result = FixedPoint.exponential(ofNegative: argument, integerBits: 5)
      #expect(Int(result) == exponential(Int(argument)))
      let real = exp(Double(argument) / 67_108_864) * 2_147_483_648
      #expect(abs(Double(result) - min(real, 2_147_483_647)) < 2000)
    }
  }

  @Test("1 / (1 + x) is near the real one on the whole interval")
  func reciprocal() {
    for argument in Self.arguments {
      let x = argument == .min ? Int32.max : -argument
      let real = 2_147_483_648 / (1 + Double(x) / 2_147_483_648)
      #expect(abs(Double(FixedPoint.reciprocal(ofOnePlus: x)) - min(real, 2_147_483_647)) < 40)
    }
  }

  @Test("logistic and tanh are near the real ones, odd around their centre", arguments: 0...6)
  func functions(integerBits: Int) {
    let one = Double(1 << (31 - integerBits))
    for argument in Self.arguments.prefix(4000) where argument > .min {
      let x = Double(argument) / one
      let low = FixedPoint.logistic(argument, integerBits: integerBits)
      #expect(abs(Double(low) / 2_147_483_648 - 1 / (1 + exp(-x))) < 2e-6)
      let tangent = FixedPoint.tanh(argument, integerBits: integerBits)
      #expect(abs(Double(tangent) / 2_147_483_648 - tanh(x)) < 2e-6)
      #expect(FixedPoint.tanh(-argument, integerBits: integerBits) == -tangent)
      if argument < 0 {
        #expect(FixedPoint.logistic(-argument, integerBits: integerBits) == Int32.max - low)
      }
    }
  }

  @Test("16 bits: every argument in Q3.12 is within a few steps of the real functions")
  func short() {
    for argument in Int16.min...Int16.max {
      let x = Double(argument) / 4096
      let logistic = Double(FixedPoint.logistic(argument, integerBits: 3)) / 32_768
      #expect(abs(logistic - 1 / (1 + exp(-x))) < 4e-4)
      let tangent = Double(FixedPoint.tanh(argument, integerBits: 3)) / 32_768
      #expect(abs(tangent - tanh(x)) < 8e-4)
    }
    // More than five integer bits: below -32 the exponential is exactly zero.
    #expect(FixedPoint.exponential(ofNegative: Int16(-33 << 8), integerBits: 7) == 0)
    #expect(FixedPoint.tanh(Int16(-20 << 9), integerBits: 6) == -32_767)
  }
}
