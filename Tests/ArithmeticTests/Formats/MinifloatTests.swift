import Arithmetic
import TestRandomness
import Testing

@Suite struct MinifloatTests {
  private static let small: [Minifloat] = [
    .e4m3fn, .e4m3fnuz, .e5m2, .e5m2fnuz, .e2m1, .e3m2, .e2m3,
  ]

  @Test("The largest and smallest numbers are those of the specifications")
  func limits() {
    #expect(Self.small.map(\.largest) == [448, 240, 57344, 57344, 6, 28, 7.5])
    let smallest = [0x1p-9, 0x1p-10, 0x1p-16, 0x1p-17, 0.5, 0.0625, 0.125]
    #expect(Self.small.map { $0.real(1) } == smallest && Self.small.map(\.smallest) == smallest)
    // The smallest normal numbers: OCP E4M3 2^-6, E5M2 2^-14.
    #expect(Minifloat.e4m3fn.real(0x08) == 0x1p-6 && Minifloat.e5m2.real(0x04) == 0x1p-14)
    #expect(Minifloat.half.largest == 65504 && Minifloat.half.smallest == 0x1p-24)
    #expect(Minifloat.brain.largest == 0x1.FEp127)
    #expect(Minifloat.single.largest == Double(Float.greatestFiniteMagnitude))
    #expect(Minifloat.single.smallest == Double(Float.leastNonzeroMagnitude))
    #expect((0..<8).map { Minifloat.e2m1.real($0) } == [0, 0.5, 1, 1.5, 2, 3, 4, 6])
  }

  @Test("NaN and infinities have the codes of the specifications")
  func specials() {
    #expect(Minifloat.e4m3fn.real(0x7F).isNaN && Minifloat.e4m3fn.real(0xFF).isNaN)
    #expect(Minifloat.e4m3fn.real(0x7E) == 448 && Minifloat.e4m3fn.real(0x78) == 256)
    #expect(Minifloat.e4m3fnuz.real(0x80).isNaN && Minifloat.e5m2fnuz.real(0x80).isNaN)
    #expect(Minifloat.e5m2.real(0x7C) == .infinity && Minifloat.e5m2.real(0xFC) == -.infinity)
    #expect((0x7D...0x7F).allSatisfy { Minifloat.e5m2.real($0).isNaN })
  }

  @Test("Every finite code is the code of its real number, zero's sign included")
  func roundTrip() {
    for format in FormatCases.minifloats {
      let codes = (0..<1 << format.bits).filter { format.real($0).isFinite }
      #expect(codes.allSatisfy { format.code(format.real($0)) == $0 }, "\(format)")
    }
  }

  @Test("binary16 is Float16: every code, and random numbers")
  func half() {
    #if arch(x86_64) && os(macOS)
      // Float16 does not exist there.
    #else
      let format = Minifloat.half
      for code in 0..<1 << 16 {
        let wanted = Float16(bitPattern: UInt16(code))
        let real = format.real(code)
        #expect(real == Double(wanted) || (real.isNaN && wanted.isNaN))
        #expect(real.isNaN || real.sign == wanted.sign)
      }
      var random = SeededGenerator(seed: 16)
      for _ in 0..<20_000 {
        let power = Int.random(in: -28...17, using: &random)
        let real =
          Double.random(in: -2...2, using: &random)
          * Double(sign: .plus, exponent: power, significand: 1)
        let wanted = Int(Float16(real).bitPattern)
        #expect(format.code(real, saturates: false) == wanted)
      }
    #endif
  }

  @Test("bfloat16 is the upper half of a float, rounded to even")
  func brain() {
    let format = Minifloat.brain
    for code in 0..<1 << 16 {
      let wanted = Float(bitPattern: UInt32(code) << 16)
      let real = format.real(code)
      #expect(real == Double(wanted) || (real.isNaN && wanted.isNaN))
    }
    var random = SeededGenerator(seed: 17)
    for _ in 0..<20_000 {
      let bits = UInt32.random(in: 0 ... .max, using: &random)
      guard Float(bitPattern: bits).isFinite else { continue }
      let wanted = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
      #expect(
        format.code(Double(Float(bitPattern: bits)), saturates: false) == Int(wanted))
    }
  }

  @Test("binary32 is Float: one rounding of a double")
  func single() {
    var random = SeededGenerator(seed: 18)
    for _ in 0..<20_000 {
      let power = Int.random(in: -152...129, using: &random)
      let real =
        Double.random(in: -2...2, using: &random)
        * Double(sign: .plus, exponent: power, significand: 1)
      let code = Minifloat.single.code(real, saturates: false)
      #expect(code == Int(Float(real).bitPattern))
      #expect(Minifloat.single.real(code) == Double(Float(real)))
    }
  }

  @Test("Numbers beyond the largest saturate, or become infinity or NaN")
  func overflow() {
    for format in FormatCases.minifloats {
      #expect(format.real(format.code(1e300)) == format.largest)
      #expect(format.real(format.code(-.infinity)) == -format.largest)
    }
    #expect(Minifloat.e5m2.code(1e9, saturates: false) == 0x7C)
    #expect(Minifloat.e5m2.code(61439, saturates: false) == 0x7B)
    #expect(Minifloat.e5m2.code(61440, saturates: false) == 0x7C, "half a step above")
    #expect(Minifloat.e4m3fn.code(464, saturates: false) == 0x7E, "the tie goes to the even 448")
    #expect(Minifloat.e4m3fn.code(465, saturates: false) == 0x7F)
    #expect(Minifloat.e4m3fn.code(-1e9, saturates: false) == 0xFF)
    #expect(Minifloat.e4m3fnuz.code(1e9, saturates: false) == 0x80)
    #expect(Minifloat.e2m1.code(1e9, saturates: false) == 7)
    #expect(Minifloat.e4m3fn.code(.nan) == 0x7F && Minifloat.e5m2.code(.nan) == 0x7E)
    #expect(Minifloat.e2m1.code(.nan) == 7 && Minifloat.half.code(.nan) == 0x7E00)
  }
}
