import Arithmetic
import Testing

@Suite struct NumberFormatRangeTests {
  @Test(
    "Every value is a multiple of the unit, and of no larger power of two; the ends are the range's"
  )
  func units() throws {
    for format in FormatCases.sampled {
      let values = format.finiteValues()
      let unit = Double(sign: .plus, exponent: format.unit, significand: 1)
      let steps = values.map { $0 / unit }
      #expect(steps.allSatisfy { $0 == $0.rounded() }, "\(format)")
      #expect(steps.contains { abs($0) == 1 } || values.count == 1, "\(format)")
      #expect(format.largest == values.last || format == .microscaling(.init(element: .int8)))
      guard let range = format.decodedRange else { continue }
      #expect(Double(range.upperBound) == steps.last, "\(format)")
      #expect(Double(range.lowerBound) == steps.first, "\(format)")
      let integer = try #require(format.decoded)
      #expect((integer.lowest...integer.highest).contains(range.lowerBound))
      #expect((integer.lowest...integer.highest).contains(range.upperBound))
      #expect(format.codes == range && format.integer == integer)
    }
  }

  @Test(
    "Decoded operands are this wide",
    arguments: [
      ("int8", 8, 0), ("uint4", 4, 0), ("fixed8.5", 8, -5), ("fp8-e4m3", 19, -9),
      ("fp8-e5m2", 33, -16), ("fp6-e3m2", 10, -4), ("fp6-e2m3", 7, -3), ("fp4-e2m1", 5, -1),
      ("fp16", 41, -24), ("mxint8", 8, -6), ("mxfp4", 5, -1), ("pow2-4", 8, 0), ("pow2-6", 32, 0),
      ("kmeans4.6", 6, 0), ("binary", 2, 0), ("ternary", 2, 0),
    ])
  func widths(spelling: String, bits: Int, unit: Int) throws {
    let format = try NumberFormat(spelling: spelling)
    #expect(format.decoded?.bits == bits && format.unit == unit)
  }

  @Test("Formats too wide for integers say so", arguments: ["bf16", "fp32", "pow2-8"])
  func tooWide(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    #expect(format.decoded == nil && format.decodedRange == nil)
    #expect(format.integer.bits == format.bits)
  }

  @Test("Decoded integers are the values in units")
  func integers() throws {
    let format = NumberFormat.minifloat(.e2m1)
    #expect(format.decodedIntegers().prefix(9) == [0, 1, 2, 3, 4, 6, 8, 12, 0])
    #expect(NumberFormat.ternary.decodedIntegers() == [0, 1, nil, -1])
    #expect(NumberFormat.bipolar.decodedIntegers() == [-1, 1])
  }

  @Test("The shared exponent is the smallest that holds a magnitude")
  func sharedExponents() throws {
    let dfp = try NumberFormat(spelling: "dfp8")
    #expect([127, 127.01, 254, 1, 0].map(dfp.exponent(holding:)) == [0, 1, 1, -6, 0])
    let fp8 = try NumberFormat(spelling: "fp8-e4m3")
    #expect([448, 449, 1e-80, 1e80].map(fp8.exponent(holding:)) == [0, 1, -128, 127])
    for format in FormatCases.plain where format.largest > 0 {
      for magnitude in [0.001, 0.7, 3, 1000] {
        let exponent = format.exponent(holding: magnitude)
        guard (-127...126).contains(exponent) else { continue }
        let scale = Double(sign: .plus, exponent: exponent, significand: 1)
        #expect(magnitude <= format.largest * scale && magnitude > format.largest * scale / 2)
      }
    }
  }
}
