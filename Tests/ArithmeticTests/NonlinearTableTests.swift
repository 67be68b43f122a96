import Arithmetic
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct NonlinearTableTests {
  private static let int8 = IntegerFormat(bits: 8, isSigned: true)

  private func real(_ function: NonlinearTable.Function, _ x: Double) -> Double {
    switch function {
    case .logistic: 1 / (1 + exp(-x))
    case .tanh: tanh(x)
    }
  }

  @Test("8-bit tables are the nearest codes", arguments: NonlinearTable.Function.allCases)
  func eightBits(function: NonlinearTable.Function) {
    let outputScale: Float = function == .logistic ? 1 / 256 : 1 / 128
    let zeroPoint = function == .logistic ? -128 : 0
    for scale: Float in [0.003, 0.0471, 0.11, 0.5] {
      for inputZeroPoint in [-128, 7] {
        let byReals = NonlinearTable.real(
          function, input: Self.int8, inputScale: scale, inputZeroPoint: inputZeroPoint,
          output: Self.int8, outputScale: outputScale, outputZeroPoint: zeroPoint)
        let byIntegers = NonlinearTable.fixedPoint(
          function, inputScale: scale, inputZeroPoint: inputZeroPoint)
        #expect(byReals.count == 256 && byIntegers.count == 256)
        for code in -128...127 {
          let exact =
            real(function, Double(scale) * Double(code - inputZeroPoint)) / Double(outputScale)
            + Double(zeroPoint)
          let clamped = min(exact, 127)
          #expect(abs(Double(byReals[code + 128]) - clamped) <= 0.501)
          #expect(abs(Double(byIntegers[code + 128]) - clamped) <= 0.51)
        }
      }
    }
  }

  @Test("unsigned tables have their own ends")
  func unsigned() {
    let table = NonlinearTable.real(
      .tanh, input: IntegerFormat(bits: 8, isSigned: false), inputScale: 1, inputZeroPoint: 128,
      output: IntegerFormat(bits: 8, isSigned: false), outputScale: 1 / 128, outputZeroPoint: 128)
    #expect(table.first == 0 && table[128] == 128 && table.last == 255)
  }

  @Test("16-bit tables are within steps of the real functions, odd around their centre")
  func sixteenBits() {
    for function in NonlinearTable.Function.allCases {
      for scale: Float in [1 / 4096, 1 / 2048, 0.0001, 0.0005, 0.004, 2] {
        let table = NonlinearTable.int16(function, inputScale: scale)
        #expect(table.count == 65_536)
        for code in stride(from: -32_767, through: 32_767, by: 7) {
          let exact = real(function, Double(scale) * Double(code)) * 32_768
          #expect(abs(Double(table[code + 32_768]) - exact) < (function == .tanh ? 8 : 5))
        }
      }
    }
  }

  @Test("the sigmoid table: its ends, its sum, its neighbours")
  func sigmoid() {
    let entries = SigmoidTable.entries
    #expect(entries.count == 256)
    #expect(Array(entries.prefix(6)) == [32_768, 33_451, 34_133, 34_813, 35_493, 36_169])
    #expect(Array(entries.suffix(2)) == [65_534, 65_535])
    #expect(zip(entries, entries.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(SigmoidTable.logistic(scaled: 0) == 16_384)
    #expect(SigmoidTable.tanh(scaled: 0) == 0)
    #expect(SigmoidTable.scaled(5, shift: 2) == 60)
    #expect(SigmoidTable.scaled(-5, shift: -1) == -7)
  }

  @Test("interpolated tables meet their entries and stay near the function between them")
  func interpolation() {
    let exponential = InterpolatedTable.exponential
    #expect(exponential.entries.count == 513)
    #expect(exponential.entries.last == 32_767 && exponential.entries.first == 2)
    for place in stride(from: -32_768, through: 32_767, by: 3) {
      let x = (Double(place) + 32_768) / 65_536
      let reciprocal = Double(InterpolatedTable.reciprocal.value(at: Int16(place)))
      #expect(abs(reciprocal - min(32_768 / (1 + x), 32_767)) <= 1.6)
      let power = Double(exponential.value(at: Int16(place)))
      #expect(abs(power - min(32_768 * exp(10 * x - 10), 32_767)) <= 3)
    }
  }
}
