import Arithmetic
import Testing

@Suite struct NumberFormatStorageTests {
  private func storage(_ spelling: String, _ elements: Int, _ groups: Int) throws -> [Int] {
    let stored = try NumberFormat(spelling: spelling).storage(elements: elements, groups: groups)
    #expect(stored.total == stored.elements + stored.scales + stored.codebooks)
    return [stored.elements, stored.scales, stored.codebooks]
  }

  @Test("Elements, scales and codebooks are counted apart")
  func items() throws {
    #expect(try storage("int8", 1000, 10) == [8000, 320, 0])
    #expect(try storage("fixed8.5", 1000, 10) == [8000, 0, 0])
    #expect(try storage("fixed8", 1000, 1) == [8000, 8, 0])
    #expect(try storage("dfp4", 1000, 10) == [4000, 80, 0])
    #expect(try storage("fp8-e4m3", 1000, 1) == [8000, 8, 0])
    #expect(try storage("fp16", 1000, 10) == [16000, 0, 0])
    #expect(try storage("pow2-4", 1000, 4) == [4000, 32, 0])
    #expect(try storage("kmeans4.6", 1000, 1) == [4000, 8, 96])
    #expect(try storage("kmeans4", 1000, 2) == [4000, 16, 256])
    #expect(try storage("binary", 1000, 1) == [1000, 32, 0])
    #expect(try storage("ternary", 1000, 1) == [2000, 32, 0])
  }

  @Test("MX blocks: 8 bits for each 32 elements, the last block of a row may be short")
  func blocks() throws {
    #expect(try storage("mxfp4", 64, 1) == [256, 16, 0])
    #expect(try storage("mxfp6-e2m3", 33, 1) == [198, 16, 0])
    #expect(try storage("mxint8", 100, 10) == [800, 80, 0])
    #expect(try storage("mxfp8-e5m2-b16", 48, 1) == [384, 24, 0])
    #expect(try storage("mxfp4", 0, 1) == [0, 0, 0])
  }

  @Test("Zero points take the bits of a code each")
  func zeroPoints() throws {
    let format = try NumberFormat(spelling: "uint4")
    #expect(format.storage(elements: 90, groups: 3, hasZeroPoints: true).scales == 3 * 36)
  }

  @Test("Activations can have every format but a codebook's")
  func activations() throws {
    for spelling in NumberFormat.spellings {
      let format = try NumberFormat(spelling: spelling)
      #expect(format.isForActivations == !spelling.hasPrefix("kmeans"))
    }
  }
}
