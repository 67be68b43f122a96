import Arithmetic
import Testing
import TestRandomness

/// Every packed dot product gives the integers of the plain one.
@Suite struct LowBitDotTests {
  private func plain(_ a: [Int32], _ b: [Int32]) -> Int {
    zip(a, b).reduce(0) { $0 + Int($1.0) * Int($1.1) }
  }

  private func draw(
    _ count: Int, _ range: ClosedRange<Int32>, _ random: inout SeededGenerator,
    where isCode: (Int32) -> Bool = { _ in true }
  ) -> [Int32] {
    let codes = range.filter(isCode)
    return (0..<count).map { _ in codes.randomElement(using: &random) ?? 0 }
  }

  @Test("binary: K - 2 popcount(a xor w), and XNOR counts equal signs, on 4,000 vectors")
  func bipolar() throws {
    var random = SeededGenerator(seed: 1)
    for trial in 0..<4000 {
      let count = trial % 200
      let a = draw(count, -1...1, &random) { $0 != 0 }
      let b = draw(count, -1...1, &random) { $0 != 0 }
      let x = try #require(BipolarVector(a))
      let y = try #require(BipolarVector(b))
      #expect(x.dot(y) == plain(a, b))
      #expect(x.xnorPopcount(y) == zip(a, b).count { $0 == $1 })
      #expect(2 * x.xnorPopcount(y) - count == x.dot(y))
    }
  }

  @Test("ternary: two planes, on 4,000 vectors, bipolar ones included")
  func ternary() throws {
    var random = SeededGenerator(seed: 2)
    for trial in 0..<4000 {
      let count = trial % 200
      let a = draw(count, -1...1, &random)
      let b = draw(count, -1...1, &random) { trial % 2 == 0 || $0 != 0 }
      #expect(try #require(TernaryVector(a)).dot(try #require(TernaryVector(b))) == plain(a, b))
    }
  }

  @Test("bit-serial: 1 to 8 bits, unsigned and two's complement, on 4,000 pairs")
  func bitSerial() throws {
    var random = SeededGenerator(seed: 3)
    for trial in 0..<4000 {
      let first = IntegerFormat(bits: 1 + trial % 8, isSigned: trial & 8 != 0)
      let second = IntegerFormat(bits: 1 + trial / 16 % 8, isSigned: trial & 128 != 0)
      let count = Int.random(in: 0...150, using: &random)
      let a = draw(count, Int32(first.lowest)...Int32(first.highest), &random)
      let b = draw(count, Int32(second.lowest)...Int32(second.highest), &random)
      let x = try #require(BitSerialVector(a, format: first))
      let y = try #require(BitSerialVector(b, format: second))
      #expect(x.planes.count == first.bits)
      #expect(x.dot(y) == plain(a, b))
    }
  }

  @Test("{-1,+1} decomposition of odd integers: 1 to 6 planes, on 4,000 pairs")
  func decomposition() throws {
    var random = SeededGenerator(seed: 4)
    for trial in 0..<4000 {
      let m = 1 + trial % 6
      let n = 1 + trial / 6 % 6
      let count = Int.random(in: 0...150, using: &random)
      let a = draw(count, -(1 << Int32(m)) + 1...(1 << Int32(m)) - 1, &random) { $0 & 1 == 1 }
      let b = draw(count, -(1 << Int32(n)) + 1...(1 << Int32(n)) - 1, &random) { $0 & 1 == 1 }
      let x = try #require(BipolarDecomposition(a, planes: m))
      let y = try #require(BipolarDecomposition(b, planes: n))
      #expect(x.dot(y) == plain(a, b))
    }
  }

  @Test("planes of the decomposition sum up to the integer, all of 5 planes")
  func planes() throws {
    for code in stride(from: Int32(-31), through: 31, by: 2) {
      let planes = try #require(BipolarDecomposition([code], planes: 5)).planes
      let sum = planes.enumerated().reduce(0) { sum, plane in
        sum + (plane.element.signs.words[0] == 1 ? 1 : -1) << plane.offset
      }
      #expect(sum == Int(code))
    }
  }

  @Test("codes outside a format are refused")
  func refused() {
    #expect(BipolarVector([1, 0]) == nil)
    #expect(TernaryVector([2]) == nil)
    #expect(BitSerialVector([8], format: IntegerFormat(bits: 4, isSigned: true)) == nil)
    #expect(BitSerialVector([-1], format: IntegerFormat(bits: 4, isSigned: false)) == nil)
    #expect(BipolarDecomposition([2], planes: 2) == nil)
    #expect(BipolarDecomposition([5], planes: 2) == nil)
  }
}
