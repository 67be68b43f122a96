import Tensors
import Testing

@Suite struct CodeArrayTests {
  @Test(
    "codes come back as they were put in, at every width",
    arguments: [
      [], [0], [-128, 127], [0, 128, 255], [-1, 255], [-129, 0], [256],
      [Int32.min, 0, Int32.max],
    ] as [[Int32]])
  func codes(codes: [Int32]) {
    let array = CodeArray(codes)
    #expect(Array(array) == codes)
    #expect(array.words == codes)
    #expect(array.count == codes.count)
    let turned = Array(codes.indices.reversed())
    #expect(array.gathered(turned) == CodeArray(Array(codes.reversed())))
    #expect(array.reduce(0) { $0 &+ Int($1) } == codes.reduce(0) { $0 &+ Int($1) })
  }

  @Test("equal codes are equal whatever they were made of")
  func equality() {
    #expect(CodeArray([Int8(1), 2]) == CodeArray([Int32(1), 2]))
    #expect(CodeArray([UInt8(1), 127]) == CodeArray([Int32(1), 127]))
    #expect(CodeArray([UInt8(1), 128]) == CodeArray([Int32(1), 128]))
    #expect(CodeArray([UInt8(1), 128]) != CodeArray([Int8(1), -128]))
    // What is left of wide codes is as narrow as it can be.
    #expect(CodeArray([Int32(300), 5, 4]).gathered([1, 2]) == CodeArray([Int32(5), 4]))
  }
}
