import Arithmetic
import Testing

@Suite struct IntegerFormatTests {
  @Test("ranges follow two's complement or start at zero")
  func ranges() {
    let int4 = IntegerFormat(bits: 4, isSigned: true)
    #expect(int4.lowest == -8 && int4.highest == 7)
    let uint4 = IntegerFormat(bits: 4, isSigned: false)
    #expect(uint4.lowest == 0 && uint4.highest == 15)
    let widest = IntegerFormat(bits: 62, isSigned: false)
    #expect(widest.highest == (1 << 62) - 1)
    #expect(int4.clamped(-100) == -8 && int4.clamped(100) == 7 && int4.clamped(3) == 3)
  }

  @Test("integer spellings round-trip", arguments: ["int1", "int8", "int62", "uint4", "uint16"])
  func spellings(spelling: String) throws {
    let format = try #require(IntegerFormat(spelling: spelling))
    #expect(format.description == spelling)
    #expect(format.isSigned == spelling.hasPrefix("int"))
    #expect(try NumberFormat(spelling: spelling) == .affine(format))
  }

  @Test("fixed-point spellings round-trip", arguments: ["fixed8", "ufixed8", "fixed16"])
  func fixedSpellings(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    #expect(format.description == spelling)
    #expect(format == .fixedPoint(format.integer))
    #expect(format.integer.isSigned == spelling.hasPrefix("f"))
  }

  @Test(
    "anything else is no format",
    arguments: [
      "", "int", "uint", "int0", "int63", "uint-4", "int+8", "Int8", "int8 ", " int8", "int8.5",
      "i8", "u8", "fixed", "ufixed", "fixed0", "fixed63", "sfixed8", "fixeduint8", "float32",
      "int٣", "int99999999999999999999",
    ])
  func wrongSpellings(spelling: String) {
    #expect(IntegerFormat(spelling: spelling) == nil)
    #expect(throws: NumberFormat.SpellingError.self) { try NumberFormat(spelling: spelling) }
  }
}
