import Foundation
import Interchange
import Tensors
import Testing

@Suite struct NumPyWritingTests {
  /// A path that no other test uses.
  private let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("widthwise-\(UUID().uuidString).npy").path

  @Test(
    "integers come back as written, from every integer type",
    arguments: [
      (NumPyElementType.int8, [-128, 0, 1, 127]), (.uint8, [0, 1, 128, 255]),
      (.int16, [-32_768, -1, 1, 32_767]), (.uint16, [0, 1, 2, 65_535]),
      (.int32, [-2_147_483_648, -1, 0, 2_147_483_647]), (.uint32, [0, 1, 2, 4_294_967_295]),
      (.int64, [.min, -1, 0, .max]), (.uint64, [0, 1, 2, .max]), (.boolean, [0, 1, 1, 0]),
    ])
  func integers(type: NumPyElementType, values: [Int]) throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NumPyFile.write(values, as: type, shape: Shape([2, 2]), to: path)
    let array = try NumPyFile.array(at: path)
    #expect(array.elementType == type)
    #expect(array.shape == Shape([2, 2]))
    #expect(array.integers(0..<4) == values)
  }

  @Test("real numbers come back bit for bit, and an existing file is replaced")
  func reals() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try NumPyFile.write([UInt8(1)], as: .uint8, shape: Shape([1]), to: path)
    let values: [Float] = [0, -0.0, .infinity, .leastNonzeroMagnitude, .pi, -3.4e38]
    try NumPyFile.write(values, shape: Shape([3, 1, 2]), to: path)
    let array = try NumPyFile.array(at: path)
    #expect(array.floats(0..<6).map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test("scalars, vectors and arrays without elements have the header that NumPy writes")
  func header() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    for (shape, text) in [
      (Shape([]), "()"), (Shape([0]), "(0,)"), (Shape([3, 0]), "(3, 0)"), (Shape([1]), "(1,)"),
    ] {
      let values = [Int16](repeating: 7, count: shape.count)
      try NumPyFile.write(values, as: .int16, shape: shape, to: path)
      let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
      let start = bytes.count - 2 * shape.count
      #expect(start % 64 == 0)
      let dictionary = String(decoding: bytes[10..<start], as: UTF8.self)
      #expect(
        dictionary.hasPrefix("{'descr': '<i2', 'fortran_order': False, 'shape': \(text), }"))
      #expect(dictionary.hasSuffix("\n"))
      #expect(try NumPyFile.array(at: path).integers(0..<shape.count) == values.map { Int($0) })
    }
  }

  @Test("a folder that does not exist is reported and nothing is left behind")
  func refusal() throws {
    let place = "/nowhere/widthwise/x.npy"
    #expect(throws: NumPyError.self) {
      try NumPyFile.write([1.5], shape: Shape([1]), to: place)
    }
    // The target is a folder: the temporary file beside it is written, the renaming fails.
    let parent = FileManager.default.temporaryDirectory.appending(
      path: "widthwise-\(UUID().uuidString)")
    let target = parent.appending(path: "target.npy")
    try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: parent) }
    #expect(throws: NumPyError.self) {
      try NumPyFile.write([1.5], shape: Shape([1]), to: target.path)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: parent.path) == ["target.npy"])
  }
}
