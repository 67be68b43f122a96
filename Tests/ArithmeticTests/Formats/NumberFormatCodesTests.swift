import Arithmetic
import TestRandomness
import Testing

@Suite struct NumberFormatCodesTests {
  /// The code that encoding gives for the value of a code: the same, but for second names of a value.
  private func canonical(_ code: UInt32, _ format: NumberFormat, _ value: Double) -> UInt32 {
    switch format {
    case .microscaling(let block) where block.element == .int8 && code == 0x80:
      return 0x81  // -2 is decoded, and encoded as the symmetric -127/64
    case .minifloat, .powerOfTwo, .microscaling: return value == 0 ? 0 : code  // a negative zero
    case .affine, .fixedPoint, .dynamicFixedPoint, .codebook, .bipolar, .ternary, .float32:
      return code
    }
  }

  @Test("Every code of every format up to 16 bits is the code of its value")
  func roundTrip() {
    var codes = 0
    for format in FormatCases.plain {
      var mistakes = 0
      for code in 0..<UInt32(1) << UInt32(format.bits) {
        let value = format.decode(code)
        guard value.isFinite else { continue }
        codes += 1
        if format.encode(value.double) != canonical(code, format, value.double) { mistakes += 1 }
      }
      #expect(mistakes == 0, "\(format)")
    }
    #expect(codes > 500_000)
  }

  @Test("A real number gets the nearest code: never one whose neighbour is nearer")
  func nearest() {
    var random = SeededGenerator(seed: 61)
    for format in FormatCases.sampled {
      let values = format.finiteValues()
      let limit = Swift.min(1.2 * format.largest, 1e300)
      var reals = (0..<200).map { _ in Double.random(in: -limit...limit, using: &random) }
      reals += (0..<200).map { _ in
        let index = Int.random(in: 0..<(values.count - 1), using: &random)
        return Double.random(in: values[index]...values[index + 1], using: &random)
      }
      var mistakes = 0
      for real in reals {
        let got = format.decode(format.encode(real)).double
        let index = FormatCases.index(of: got, in: values)
        let isLowest = index == (format.isMicroscaledInteger ? 1 : 0)
        let below = isLowest ? -Double.infinity : values[index - 1]
        let next = index + 1 < values.count ? values[index + 1] : .infinity
        if abs(below - real) < abs(got - real) || abs(next - real) < abs(got - real) {
          mistakes += 1
        }
      }
      #expect(mistakes == 0, "\(format)")
    }
  }

  @Test("Half-way numbers go to the even code, as a search over all codes says")
  func ties() {
    for format in FormatCases.plain where format.bits <= 8 && format != .bipolar {
      let values = format.finiteValues()
      var known: [(code: UInt32, value: Double)] = []
      for value in values { known.append((format.encode(value), value)) }
      // The code -128 of MX int8 decodes, but is never chosen.
      known.removeAll { format.decode($0.code).double != $0.value }
      for (first, second) in zip(known, known.dropFirst()) {
        let middle = first.value + (second.value - first.value) / 2
        let wanted = FormatCases.nearest(middle, known)
        let code = format.encode(middle)
        // A float that rounds to zero keeps its sign: another code of the same value.
        let isZero = code & (code &- 1) == 0 && format.decode(code).double == 0 && middle < 0
        #expect((isZero ? 0 : code) == wanted, "\(format) \(middle)")
      }
    }
  }

  @Test("Numbers beyond the range saturate, and NaN has a code")
  func beyond() {
    let int8 = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
    #expect(int8.encode(1e9) == 127 && int8.encode(-1e9) == 0x80 && int8.encode(.nan) == 0x80)
    let uint32 = NumberFormat.affine(IntegerFormat(bits: 32, isSigned: false))
    #expect(uint32.encode(1e20) == .max && uint32.encode(-1) == 0)
    #expect(uint32.decode(.max).double == 4_294_967_295)
    let fixed = NumberFormat.fixedPoint(IntegerFormat(bits: 8, isSigned: true), fraction: 5)
    #expect(fixed.encode(100) == 127 && fixed.decode(127).double == 127.0 / 32)
    #expect(fixed.encode(-0.046875) == 0xFE, "-1.5 steps go to the even -2")
    let half = NumberFormat.minifloat(.half)
    #expect(half.encode(1e9) == 0x7BFF && half.decode(half.encode(.nan)) == .notANumber)
    #expect(half.decode(0xFC00) == .infinity(isNegative: true))
    #expect(NumberFormat.bipolar.encode(0) == 1 && NumberFormat.bipolar.encode(-0.1) == 0)
    #expect([-9, -0.5, 0.5, 0.6].map { NumberFormat.ternary.encode($0) } == [3, 0, 0, 1])
    #expect(NumberFormat.ternary.decode(2) == .notANumber)
    #expect(NumberFormat.float32.decode(Float.pi.bitPattern).double == Double(Float.pi))
  }

  @Test("Powers of two: 4 bits are zero and ±1 to ±64")
  func powersOfTwo() {
    let format = NumberFormat.powerOfTwo(PowerOfTwoFormat(bits: 4))
    let positive: [Double] = [1, 2, 4, 8, 16, 32, 64]
    #expect(format.finiteValues() == positive.reversed().map { -$0 } + [0] + positive)
    #expect(format.decode(8).double == 0, "the code of a negative zero")
    #expect(format.encode(-0.3) == 0 && format.encode(-0.0) == 0)
    #expect([1.5, 3, 6, 1000].map { format.encode($0) } == [2, 2, 4, 7])
  }

  @Test("A value is an integer times a power of two; equal values are equal")
  func decodedValues() {
    #expect(DecodedValue.exact(12, -2) == .exact(3, 0))
    #expect(DecodedValue.exact(0, 9) == .finite(significand: 0, exponent: 0))
    #expect(DecodedValue.exact(-6, 3) == .finite(significand: -3, exponent: 4))
    #expect(DecodedValue.exact(-6, 3).integer(unit: 1) == -24)
    #expect(DecodedValue.exact(3, 0).integer(unit: 1) == nil)
    #expect(DecodedValue.exact(3, 62).integer(unit: 0) == nil)
    #expect(DecodedValue.notANumber.integer(unit: 0) == nil && !DecodedValue.notANumber.isFinite)
  }
}

extension NumberFormat {
  fileprivate var isMicroscaledInteger: Bool {
    if case .microscaling(let format) = self { format.element == .int8 } else { false }
  }
}
