import Arithmetic
import Testing

@Suite struct NumberFormatSpellingTests {
  @Test("The spelling of a format is read back", arguments: NumberFormat.spellings)
  func listed(spelling: String) throws {
    #expect(try NumberFormat(spelling: spelling).description == spelling)
  }

  @Test("Every format can be written and read")
  func everyFormat() throws {
    for format in FormatCases.plain {
      #expect(try NumberFormat(spelling: format.description) == format)
    }
    for bits in CodebookFormat.indexWidths {
      for centroid in CodebookFormat.centroidWidths {
        let format = NumberFormat.codebook(
          CodebookFormat(indexBits: bits, centroidBits: centroid))
        #expect(try NumberFormat(spelling: format.description) == format)
      }
    }
    let blocks = NumberFormat.microscaling(MicroscalingFormat(element: .fp8e5m2, blockSize: 16))
    #expect(blocks.description == "mxfp8-e5m2-b16")
    #expect(try NumberFormat(spelling: "mxfp8-e5m2-b16") == blocks)
  }

  @Test("Spellings mean the formats of the standards")
  func meanings() throws {
    let signed = IntegerFormat(bits: 8, isSigned: true)
    let unsigned = IntegerFormat(bits: 8, isSigned: false)
    #expect(try NumberFormat(spelling: "fixed8.5") == .fixedPoint(signed, fraction: 5))
    #expect(try NumberFormat(spelling: "ufixed8.-2") == .fixedPoint(unsigned, fraction: -2))
    #expect(try NumberFormat(spelling: "udfp8") == .dynamicFixedPoint(unsigned))
    #expect(try NumberFormat(spelling: "fp8-e4m3") == .minifloat(.e4m3fn))
    #expect(try NumberFormat(spelling: "fp-e3m2") == .minifloat(.e3m2))
    #expect(try NumberFormat(spelling: "fp-e5m10-ieee") == .minifloat(.half))
    #expect(try NumberFormat(spelling: "fp-e4m3b11").bits == 8)
    #expect(
      try NumberFormat(spelling: "kmeans4")
        == .codebook(CodebookFormat(indexBits: 4, centroidBits: 8)))
    #expect(try NumberFormat(spelling: "binary") == .bipolar)
  }

  private static let rules: [(String, String)] = [
    ("int99", "a code has 1 to 62 bits, not 99; write e.g. int8"),
    ("udfp0", "a code has 1 to 62 bits, not 0; write e.g. udfp8"),
    ("fixed8.99", "a fraction has -64 to 64 bits; write e.g. fixed8.5"),
    ("fp-e9m3", "a minifloat has 1 to 8 exponent bits, not 9; write e.g. fp-e3m4"),
    ("fp-e3m24", "a minifloat has 0 to 23 mantissa bits, not 24; write e.g. fp-e3m4"),
    ("fp-e3m4b300", "a minifloat has a bias from -127 to 255, not 300; write e.g. fp-e3m4"),
    (
      "fp-e1m3-ieee", "infinity and NaN need 2 exponent bits and 1 mantissa bit; write e.g. fp-e3m4"
    ),
    ("mxfp4-b1", "a block has 2 to 1024 elements, not 1; write e.g. mxfp4-b16"),
    ("pow2-9", "a power of two has 2 to 8 bits, not 9; write e.g. pow2-4"),
    ("kmeans9", "an index has 1 to 8 bits, not 9; write e.g. kmeans4"),
    ("kmeans4.1", "a centroid has 2 to 16 bits, not 1; write e.g. kmeans4.6"),
  ]

  @Test("A spelling that breaks a rule names it and a remedy", arguments: rules)
  func brokenRules(spelling: String, message: String) {
    do throws(NumberFormat.SpellingError) {
      let format = try NumberFormat(spelling: spelling)
      Issue.record("\(spelling) is \(format)")
    } catch {
      #expect(error.description == "\"\(spelling)\" is not a number format: \(message)")
    }
  }

  @Test(
    "Anything else is answered with every form",
    arguments: [
      "", "u", "integer", "int", "int8 ", "Int8", "fixed", "fixed8.", "fixed8.5.1", "dfp", "dfp8.5",
      "fp8", "fp-e3", "fp-e3m", "fp-e3m4x", "fp-e3m4-none", "fp-e3m4b", "mx", "mxfp8", "mxfp4-b",
      "pow2", "pow2-", "pow2-4x", "kmeans", "kmeans4.", "kmeans4.6.1", "binary2", "bipolar",
      "float32", "ubinary", "umxfp4", "upow2-4", "ukmeans4", "ufp16",
    ])
  func unknown(spelling: String) {
    #expect(throws: NumberFormat.SpellingError.unknown(spelling)) {
      try NumberFormat(spelling: spelling)
    }
  }

  @Test("The answer to an unknown spelling, exactly")
  func unknownMessage() {
    #expect(
      NumberFormat.SpellingError.unknown("posit8").description
        == """
        "posit8" is not a number format; write e.g. int8, uint4, fixed8, ufixed8, fixed8.5, ufixed8.5, \
        dfp8, udfp8, fp8-e4m3, fp8-e5m2, fp16, bf16, fp6-e3m2, fp6-e2m3, fp4-e2m1, fp-e3m4, fp-e3m4b5, \
        mxint8, mxfp8-e4m3, mxfp8-e5m2, mxfp6-e3m2, mxfp6-e2m3, mxfp4, pow2-4, kmeans4, kmeans4.6, \
        binary, ternary
        """)
  }
}
