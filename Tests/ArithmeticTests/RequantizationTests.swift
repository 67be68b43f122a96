import Arithmetic
import TestRandomness
import Testing

/// Every flavour against the formula as its source writes it, in wider arithmetic.
@Suite struct RequantizationTests {
  /// Accumulators of every magnitude up to `bits` bits, ties and ends included.
  private func accumulators(
    _ count: Int, bits: Int, _ random: inout SeededGenerator
  ) -> [Int] {
    let limit = (1 << (bits - 1)) - 1
    var numbers = [0, 1, -1, 2, -2, 3, -3, limit, -limit, -limit - 1, limit / 2, -(limit / 2)]
    for _ in 0..<count {
      let magnitude = 1 << Int.random(in: 0..<bits, using: &random)
      numbers.append(Int.random(in: -magnitude..<magnitude, using: &random))
    }
    return numbers.map { min(max($0, -limit - 1), limit) }
  }

  private func multiplier(_ exponents: ClosedRange<Int>, _ random: inout SeededGenerator) -> Double
  {
    Double(
      sign: .plus, exponent: Int.random(in: exponents, using: &random),
      significand: Double.random(in: 1..<2, using: &random))
  }

  /// gemmlowp: `SaturatingRoundingDoublingHighMul`, with C's truncating division.
  private func highMultiply(_ a: Int32, _ b: Int32) -> Int32 {
    if a == b && a == .min { return .max }
    let product = Int64(a) * Int64(b)
    let nudge: Int64 = product >= 0 ? 1 << 30 : 1 - (1 << 30)
    return Int32((product + nudge) / (1 << 31))
  }

  /// gemmlowp: `RoundingDivideByPOT`.
  private func divideByPower(_ x: Int32, _ exponent: Int) -> Int32 {
    let mask = Int32(truncatingIfNeeded: (Int64(1) << exponent) - 1)
    let threshold = (mask >> 1) + (x < 0 ? 1 : 0)
    return (x >> exponent) + ((x & mask) > threshold ? 1 : 0)
  }

  private func floorDivide(_ a: Int128, _ b: Int128) -> Int128 {
    let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
    return remainder < 0 ? quotient - 1 : quotient
  }

  @Test("R1 is gemmlowp's high multiply and rounding divide")
  func gemmlowp() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<400 {
      let rescale = Requantization(multiplier(-36...6, &random), flavour: .gemmlowp)
      let exponent = rescale.quantized.exponent
      for accumulator in accumulators(100, bits: 32, &random) {
        let shifted = Int32(truncatingIfNeeded: accumulator << max(exponent, 0))
        let expected = divideByPower(
          highMultiply(shifted, rescale.quantized.mantissa), max(-exponent, 0))
        #expect(rescale.rescaled(accumulator) == Int(expected))
      }
    }
  }

  @Test("R1 of accumulators beyond 32 bits is the same formula in 128 bits")
  func wideGemmlowp() {
    var random = SeededGenerator(seed: 2)
    for _ in 0..<300 {
      let rescale = Requantization(multiplier(-30...3, &random), flavour: .gemmlowp)
      let exponent = rescale.quantized.exponent
      for accumulator in accumulators(100, bits: 56, &random)
      where Int(Int32(truncatingIfNeeded: accumulator)) != accumulator {
        let product =
          Int128(accumulator) * Int128(rescale.quantized.mantissa) << Int128(max(exponent, 0))
        let high = floorDivide(product + (1 << 30), 1 << 31)
        // Half away from zero.
        let divisor = Int128(1) << Int128(max(-exponent, 0))
        let magnitude = high < 0 ? -high : high
        let rounded = (2 * magnitude + divisor) / (2 * divisor)
        #expect(Int128(rescale.rescaled(accumulator)) == (high < 0 ? -rounded : rounded))
      }
    }
  }

  @Test("R3 is one rounding of the wide product, half up", arguments: [32, 56])
  func single(bits: Int) {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<300 {
      let rescale = Requantization(multiplier(-31...3, &random), flavour: .single)
      let mantissa = Int128(rescale.quantized.mantissa)
      let exponent = Int128(rescale.quantized.exponent)
      for accumulator in accumulators(100, bits: bits, &random) {
        let numerator = Int128(accumulator) * mantissa + (Int128(1) << (30 - exponent))
        let expected = floorDivide(numerator, Int128(1) << (31 - exponent))
        #expect(Int128(rescale.rescaled(accumulator)) == expected)
      }
    }
  }

  @Test("R4 rounds the accumulator to float32, multiplies in float32, rounds half to even")
  func float() {
    var random = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      let real = multiplier(-30...2, &random)
      let rescale = Requantization(real, flavour: .float)
      for accumulator in accumulators(100, bits: 32, &random) {
        // A double holds the product of two floats exactly; converting it rounds once.
        let product = Double(Float(Double(Float(accumulator)) * Double(Float(real))))
        let below = product.rounded(.down)
        let part = product - below
        let isUp = part > 0.5 || (part == 0.5 && Int(below) & 1 == 1)
        #expect(rescale.rescaled(accumulator) == Int(below) + (isUp ? 1 : 0))
      }
    }
    #expect(Requantization(1, flavour: .float).rescaled(16_777_217) == 16_777_216)
  }

  @Test("R6 with its preloaded constant rounds half up", arguments: 0...12)
  func shift(places: Int) {
    let scale = Double(sign: .plus, exponent: -places, significand: 1)
    let rescale = Requantization(scale, flavour: .shift)
    #expect(rescale.preloadedRounding == (places == 0 ? 0 : 1 << (places - 1)))
    for accumulator in -40_000...40_000 {
      let expected = (Double(accumulator) * scale + 0.5).rounded(.down)
      #expect(rescale.rescaled(accumulator + rescale.preloadedRounding) == Int(expected))
    }
  }

  @Test("R6 by more than one shifts left")
  func leftShift() {
    let rescale = Requantization(8, flavour: .shift)
    #expect(rescale.shift == -3)
    #expect(rescale.preloadedRounding == 0)
    #expect(rescale.rescaled(-5) == -40)
  }

  @Test("R2 is R1's high multiply, then a shift that rounds half up")
  func ruy() {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let rescale = Requantization(multiplier(-30...6, &random), flavour: .ruy)
      let exponent = rescale.quantized.exponent
      for accumulator in accumulators(100, bits: 32, &random) {
        let shifted = Int32(truncatingIfNeeded: accumulator << max(exponent, 0))
        let high = Int(highMultiply(shifted, rescale.quantized.mantissa))
        let places = max(-exponent, 0)
        let expected = floorDivide(
          Int128(2 * high) + (Int128(1) << Int128(places)), Int128(2) << Int128(places))
        #expect(Int128(rescale.rescaled(accumulator)) == expected)
      }
    }
  }

  @Test("R5 is TFLite's MultiplyByQuantizedMultiplier of an int64 accumulator")
  func reduced() {
    var random = SeededGenerator(seed: 8)
    for _ in 0..<300 {
      let rescale = Requantization(multiplier(-16...6, &random), flavour: .reduced)
      let mantissa = Int(rescale.quantized.mantissa)
      let factor = mantissa < 0x7FFF_0000 ? (mantissa + (1 << 15)) >> 16 : 0x7FFF
      let places = 15 - rescale.quantized.exponent
      for accumulator in accumulators(100, bits: 48, &random) {
        let expected = (accumulator * factor + (1 << (places - 1))) >> places
        #expect(rescale.rescaled(accumulator) == expected)
      }
    }
    #expect(Requantization(0.99999, flavour: .reduced).quantized.mantissa >= 0x7FFF_0000)
    #expect(Requantization(0.99999, flavour: .reduced).rescaled(1 << 15) == 0x7FFF)
  }

  @Test("R9 is the integer nearest to the exact product, ties to even")
  func thresholds() {
    var random = SeededGenerator(seed: 9)
    for _ in 0..<300 {
      // Few bits of significand, so that many products are ties.
      let significand = Double(Int.random(in: 1...255, using: &random))
      let places = Int.random(in: 0...16, using: &random)
      let real = significand * Double(sign: .plus, exponent: -places, significand: 1)
      let rescale = Requantization(real, flavour: .thresholds)
      for accumulator in accumulators(100, bits: 50, &random) {
        let numerator = Int128(accumulator) * Int128(Int(significand))
        let divisor = Int128(1) << Int128(places)
        let floor = floorDivide(numerator, divisor)
        let twice = 2 * (numerator - floor * divisor)
        let isUp = twice > divisor || (twice == divisor && floor & 1 == 1)
        #expect(Int128(rescale.rescaled(accumulator)) == floor + (isUp ? 1 : 0))
      }
    }
    // 2^53 + 1 has no double: a rounded product would be a tie, or not be one.
    #expect(Requantization(0.5, flavour: .thresholds).rescaled((1 << 53) + 1) == 1 << 52)
    #expect(Requantization(0.5, flavour: .thresholds).rescaled((1 << 53) + 3) == (1 << 52) + 2)
    #expect(Requantization((0.5).nextUp, flavour: .thresholds).rescaled(1) == 1)
    #expect(Requantization((0.5).nextDown, flavour: .thresholds).rescaled(1) == 0)
    #expect(Requantization((0.5).nextUp, flavour: .thresholds).rescaled(5) == 3)
  }

  @Test("R10 drops bits as its rounding says", arguments: FixedPointRounding.allCases)
  func cast(rounding: FixedPointRounding) {
    let rescale = Requantization(0.125, flavour: .cast, rounding: rounding)
    for accumulator in -100...100 {
      #expect(rescale.rescaled(accumulator) == rounding.rounded(accumulator, droppingBits: 3))
    }
    #expect(Requantization(8, flavour: .cast, rounding: rounding).rescaled(-5) == -40)
  }

  @Test("R7 floors the product with a factor of 8 or 9 bits")
  func floor() {
    var random = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      let real = multiplier(-30...4, &random)
      let rescale = Requantization(real, flavour: .floor)
      #expect((256...512).contains(rescale.factor))
      let power = Double(sign: .plus, exponent: rescale.shift, significand: 1)
      #expect(abs(Double(rescale.factor) - real * power) <= 0.5)
      for accumulator in accumulators(100, bits: 48, &random) {
        let expected = floorDivide(
          Int128(accumulator) * Int128(rescale.factor), Int128(1) << Int128(rescale.shift))
        #expect(Int128(rescale.rescaled(accumulator)) == expected)
      }
    }
    #expect(Requantization(0.5, flavour: .floor).factor == 256)
    #expect(Requantization(0.5, flavour: .floor).rescaled(-1) == -1)
  }

  @Test("ties: R1 away from zero in the shift, R3 up, R4 to even, R7 down")
  func ties() {
    func codes(_ flavour: RequantizationFlavour) -> [Int] {
      let rescale = Requantization(0.125, flavour: flavour)
      return [-20, -12, -4, 4, 12, 20].map { rescale.rescaled($0 + rescale.preloadedRounding) }
    }
    #expect(codes(.gemmlowp) == [-3, -2, -1, 1, 2, 3])
    #expect(codes(.single) == [-2, -1, 0, 1, 2, 3])
    #expect(codes(.float) == [-2, -2, 0, 0, 2, 2])
    #expect(codes(.shift) == [-2, -1, 0, 1, 2, 3])
    #expect(codes(.floor) == [-3, -2, -1, 0, 1, 2])
  }

  @Test("every flavour stays within one step of the real product", arguments: [8, 20, 31])
  func nearTheProduct(bits: Int) {
    var random = SeededGenerator(seed: 6)
    for flavour in RequantizationFlavour.allCases where !flavour.needsPowerOfTwo {
      for _ in 0..<100 {
        let real = multiplier(-20...0, &random)
        let rescale = Requantization(real, flavour: flavour)
        for accumulator in accumulators(50, bits: bits, &random)
        where real * Double(abs(accumulator)) < 65_536 {
          let exact = real * Double(accumulator)
          // R7's factor is good to half a part in 256, R5's to half a part in 2^14.
          let slack =
            flavour == .floor
            ? abs(exact) / 512 : flavour == .reduced ? abs(exact) / 32_768 : 0.01
          #expect(abs(Double(rescale.rescaled(accumulator)) - exact) <= 1 + slack)
        }
      }
    }
  }

  @Test("absurd multipliers saturate at 2^62 or vanish, and never trap")
  func absurdMultipliers() {
    for flavour in RequantizationFlavour.allCases {
      for exponent in [62, 100, 500, 1023] {
        let huge = Requantization(
          Double(sign: .plus, exponent: exponent, significand: 1), flavour: flavour)
        #expect(huge.rescaled(0) == 0)
        #expect(abs(huge.rescaled(1 << 40)) == Requantization.largest)
        #expect(huge.rescaled(-1 << 40) == -Requantization.largest)
      }
      for exponent in [-64, -65, -100, -1022] {
        let tiny = Requantization(
          Double(sign: .plus, exponent: exponent, significand: 1), flavour: flavour)
        #expect(tiny.rescaled(1 << 40) == 0)
        #expect(abs(tiny.rescaled(-1 << 40 + tiny.preloadedRounding)) <= 1)
      }
    }
  }
}
