import Arithmetic
import TestRandomness
import Testing

@Suite struct QuantizedMultiplierTests {
  private func expect(
    _ real: Double, mantissa: Int32, exponent: Int, location: SourceLocation = #_sourceLocation
  ) {
    let multiplier = QuantizedMultiplier(real)
    #expect(multiplier.mantissa == mantissa, sourceLocation: location)
    #expect(multiplier.exponent == exponent, sourceLocation: location)
  }

  @Test("powers of two have the mantissa 2^30")
  func powersOfTwo() {
    for power in -32...31 {
      expect(
        Double(sign: .plus, exponent: power, significand: 1), mantissa: 1 << 30,
        exponent: power + 1)
    }
  }

  @Test("one step below a power of two rounds up to it, one above rounds down")
  func neighbours() {
    expect(1.0.nextDown, mantissa: 1 << 30, exponent: 1)
    expect(1.0.nextUp, mantissa: 1 << 30, exponent: 1)
    expect(0.5.nextDown, mantissa: 1 << 30, exponent: 0)
    // The largest mantissa: half a unit more would round up.
    expect(1 - 0x1p-31, mantissa: .max, exponent: 0)
    expect(1 - 0x1p-32, mantissa: 1 << 30, exponent: 1)
  }

  @Test("halves of the mantissa round away from zero")
  func ties() {
    expect(0.5 + 0x1p-32, mantissa: (1 << 30) + 1, exponent: 0)
    expect((0.5 + 0x1p-32).nextDown, mantissa: 1 << 30, exponent: 0)
  }

  @Test("below 2^-32 the multiplier is zero")
  func tiny() {
    expect(0x1p-32, mantissa: 1 << 30, exponent: -31)
    expect(0x1p-32.nextDown, mantissa: 1 << 30, exponent: -31)
    expect(0x1p-33, mantissa: 0, exponent: 0)
    expect(0x1.fp-33, mantissa: 0, exponent: 0)
    expect(.leastNonzeroMagnitude, mantissa: 0, exponent: 0)
    expect(0, mantissa: 0, exponent: 0)
  }

  @Test("the mantissa is in [2^30, 2^31) and within half a unit of the real number")
  func nearest() {
    var random = SeededGenerator(seed: 1)
    for _ in 0..<20_000 {
      let real = Double(
        sign: .plus, exponent: Int.random(in: -31...20, using: &random),
        significand: Double.random(in: 1..<2, using: &random))
      let multiplier = QuantizedMultiplier(real)
      #expect(multiplier.mantissa >= 1 << 30)
      let unit = Double(sign: .plus, exponent: multiplier.exponent - 31, significand: 1)
      #expect(abs(Double(multiplier.mantissa) * unit - real) <= unit / 2)
    }
  }
}
