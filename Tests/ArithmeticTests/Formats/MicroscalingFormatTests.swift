import Arithmetic
import TestRandomness
import Testing

@Suite struct MicroscalingFormatTests {
  @Test(
    "Elements are the specification's: bits, largest value, largest exponent",
    arguments: [
      ("int8", 8, 1.984375, 0), ("fp8-e4m3", 8, 448, 8), ("fp8-e5m2", 8, 57344, 15),
      ("fp6-e3m2", 6, 28, 4), ("fp6-e2m3", 6, 7.5, 2), ("fp4", 4, 6, 2),
    ])
  func elements(name: String, bits: Int, largest: Double, exponent: Int) throws {
    let element = try #require(MicroscalingFormat.Element(rawValue: name))
    #expect(element.bits == bits && element.largestExponent == exponent)
    #expect(element.decode(element.encode(1e9)).double == largest)
    #expect(element.decode(element.encode(-1e9)).double == -largest)
  }

  @Test("A block by hand: the largest magnitude 7 has the exponent 2, so FP4's scale is 2^0")
  func byHand() {
    let format = MicroscalingFormat(element: .fp4)
    let block = format.encode([7, -0.3, 1.3, 2.5, 0, -5])
    #expect(block.scale == 127)
    #expect(format.decode(block).map(\.double) == [6, -0.5, 1.5, 2, 0, -4])
    // Twice the numbers, twice the scale, the same codes.
    let twice = format.encode([14, -0.6, 2.6, 5, 0, -10])
    #expect(twice.scale == 128 && twice.codes == block.codes)
    let integers = MicroscalingFormat(element: .int8)
    let eighths = integers.encode([1.5, -0.01, 0.3])
    #expect(eighths.scale == 127 && eighths.codes == [96, 255, 19])
    #expect(integers.encode([1.999]).codes == [127], "rounds to 128, saturates")
    #expect(integers.encode([-1.999]).codes == [0x81])
  }

  @Test("The scale is a byte: zeros get the smallest, what is not finite makes the block NaN")
  func scales() {
    for element in MicroscalingFormat.Element.allCases {
      let format = MicroscalingFormat(element: element)
      #expect(format.encode([0, 0]) == MicroscalingBlock(scale: 0, codes: [0, 0]))
      for bad in [[1, .nan], [.nan, 1], [-Double.infinity, 2]] {
        let block = format.encode(bad)
        #expect(block == MicroscalingBlock(scale: 255, codes: [0, 0]))
        #expect(format.decode(block) == [.notANumber, .notANumber])
      }
      #expect(format.scale(largest: 0x1p-149) == 0)
      #expect(format.scale(largest: 0x1p300) == 254)
      #expect(format.scale(largest: 1) == UInt8(127 - element.largestExponent))
    }
  }

  @Test("Blocks of random numbers: the scale is the rule's, each element the nearest")
  func random() {
    var random = SeededGenerator(seed: 32)
    for element in MicroscalingFormat.Element.allCases {
      let format = MicroscalingFormat(element: element)
      let known = (0..<UInt32(1) << UInt32(element.bits)).compactMap { code in
        let value = element.decode(code)
        let isChosen = value.isFinite && element.encode(value.double) == code
        return isChosen ? (code: code, value: value.double) : nil
      }
      for _ in 0..<20 {
        let reach = Double.random(in: -20...20, using: &random).rounded()
        let size = Double(sign: .plus, exponent: Int(reach), significand: 1)
        let values = (0..<32).map { _ in Double.random(in: -size...size, using: &random) }
        let largest = values.map(abs).max() ?? 0
        let block = format.encode(values)
        // The largest power of two not above the maximum, by trying.
        let floor = (-60...60).last { largest >= Double(sign: .plus, exponent: $0, significand: 1) }
        #expect(Int(block.scale) - 127 == (floor ?? 0) - element.largestExponent)
        let scale = Double(sign: .plus, exponent: Int(block.scale) - 127, significand: 1)
        for (value, (code, decoded)) in zip(values, zip(block.codes, format.decode(block))) {
          let wanted = FormatCases.nearest(value / scale, known)
          #expect(element.decode(code) == wanted.map(element.decode))
          #expect(decoded.double == element.decode(code).double * scale)
        }
      }
    }
  }
}
