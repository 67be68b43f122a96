import Foundation
import Interchange
import Tensors
import Testing

@Suite struct NumPyStreamingTests {
  /// A path that no other test uses.
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("widthwise-\(UUID().uuidString).npy").path

  /// 1,000 rows of 300 elements of two bytes: more than is read at once.
  private static let shape = "(1000, 300)"

  private func image(_ type: String, isFortranOrder: Bool = false) -> [UInt8] {
    let order = isFortranOrder ? "True" : "False"
    return NumPyFixture.image(
      "{'descr': '\(type)', 'fortran_order': \(order), 'shape': \(Self.shape), }\n",
      (0..<600_000).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ $0 >> 9) })
  }

  @Test(
    "a large file gives the elements that its bytes in memory give, whatever their order",
    arguments: ["<i2", ">i2", "<f2"], [false, true])
  func elements(type: String, isFortranOrder: Bool) throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bytes = image(type, isFortranOrder: isFortranOrder)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try NumPyFile.array(at: path)
    let memory = try NumPyFile.array(bytes: bytes, name: "x.npy")
    #expect(file.shape == memory.shape)
    for range in [0..<300, 299_700..<300_000, 12_345..<45_678, 7..<7] {
      #expect(file.integers(range) == memory.integers(range))
      #expect(file.floats(range).map(\.bitPattern) == memory.floats(range).map(\.bitPattern))
      #expect(file.holdsIntegers(range) == memory.holdsIntegers(range))
    }
  }

  @Test("a large file that was read once can go: its elements stay")
  func removed() throws {
    let bytes = image("<i2")
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let file = try NumPyFile.array(at: path)
    try FileManager.default.removeItem(atPath: path)
    let memory = try NumPyFile.array(bytes: bytes, name: "x.npy")
    #expect(file.integers(299_000..<300_000) == memory.integers(299_000..<300_000))
  }

  @Test("a large file that is cut short, or is no array, is refused as a small one is")
  func wrong() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    for bytes in [
      Array(image("<i2").dropLast()), [UInt8](repeating: 7, count: 600_000), image("<U2"),
    ] {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: NumPyError.self) { try NumPyFile.array(at: path) }
      let expected = NumPyFixture.message(bytes)?.replacingOccurrences(of: "x.npy", with: path)
      #expect(error?.description == expected)
    }
  }
}
