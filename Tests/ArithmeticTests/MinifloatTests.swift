import Arithmetic
import TestRandomness
import Testing

@Suite struct MinifloatTests {
  /// The finite codes of a format with their real numbers.
  private func finite(_ format: Minifloat) -> [(code: Int, real: Float)] {
    (0..<1 << format.bits).map { ($0, format.real($0)) }.filter { $0.real.isFinite }
  }

  @Test("The largest and smallest numbers are those of the papers")
  func limits() {
    #expect(Minifloat.allCases.map(\.largest) == [448, 240, 57344, 57344, 6])
    let smallest = Minifloat.allCases.map { $0.real(1) }
    #expect(smallest == [0x1p-9, 0x1p-10, 0x1p-16, 0x1p-17, 0.5])
    #expect(Minifloat.e4m3fn.real(0x7F).isNaN && Minifloat.e4m3fn.real(0xFF).isNaN)
    #expect(Minifloat.e4m3fnuz.real(0x80).isNaN && Minifloat.e5m2fnuz.real(0x80).isNaN)
    #expect(Minifloat.e5m2.real(0x7C) == .infinity && Minifloat.e5m2.real(0xFC) == -.infinity)
    #expect((0..<16).map { Minifloat.e2m1.real($0) }.prefix(8) == [0, 0.5, 1, 1.5, 2, 3, 4, 6])
  }

  @Test("Every finite code is the code of its real number", arguments: Minifloat.allCases)
  func roundTrip(_ format: Minifloat) {
    for (code, real) in finite(format) { #expect(format.code(real) == code) }
  }

  @Test("A number gets the nearest code, ties to the even one", arguments: Minifloat.allCases)
  func nearest(_ format: Minifloat) {
    var random = SeededGenerator(seed: 3)
    let known = finite(format).filter { $0.code < 1 << (format.bits - 1) }
    var reals = (0..<2000).map { _ in Float.random(in: 0...format.largest * 1.2, using: &random) }
    reals += (0..<2000).map { _ in
      Float.random(in: 0...format.real(9 % known.count), using: &random)
    }
    reals += zip(known, known.dropFirst()).map { ($0.real + $1.real) / 2 }
    for real in reals {
      let wanted = known.min { a, b in
        let (x, y) = (abs(a.real - real), abs(b.real - real))
        return x < y || (x == y && a.code % 2 == 0 && b.code % 2 == 1)
      }
      #expect(format.code(real) == wanted?.code)
      #expect(format.real(format.code(-real)) == -format.real(format.code(real)))
    }
  }

  @Test("Numbers beyond the largest saturate, or become infinity or NaN")
  func overflow() {
    for format in Minifloat.allCases {
      #expect(format.real(format.code(1e9)) == format.largest)
      #expect(format.real(format.code(-.infinity)) == -format.largest)
    }
    #expect(Minifloat.e5m2.code(1e9, saturates: false) == 0x7C)
    #expect(Minifloat.e4m3fn.code(-1e9, saturates: false) == 0xFF)
    #expect(Minifloat.e4m3fnuz.code(1e9, saturates: false) == 0x80)
    #expect(Minifloat.e4m3fn.code(.nan) == 0x7F)
  }
}
