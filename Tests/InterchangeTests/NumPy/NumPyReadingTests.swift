import Foundation
import Interchange
import Tensors
import Testing

@Suite struct NumPyReadingTests {
  static let variants: [(String, NumPyElementType)] =
    NumPyElementType.allCases.map { ("little_\($0.rawValue)", $0) }
    + NumPyElementType.allCases.filter { $0.byteCount > 1 }.map { ("big_\($0.rawValue)", $0) }
    + [("fortran_u1", .uint8), ("fortran_i4", .int32), ("fortran_f8", .float64)]

  @Test(
    "every element type, byte order and axis order is read from stored and deflated archives",
    arguments: ["stored.npz", "deflated.npz"], variants)
  func everyType(archive: String, variant: (name: String, type: NumPyElementType)) throws {
    let array = try NumPyFile.array(at: NumPyFixture.path(archive) + ":" + variant.name)
    #expect(array.shape == Shape([2, 3, 4]))
    #expect(array.elementType == variant.type)
    #expect(array.sampleCount == 2)
    #expect(array.elementsPerSample == 12)
    #expect(array.isInteger == ![.float16, .float32, .float64].contains(variant.type))
    let expected = (0..<24).map { NumPyFixture.element(variant.type, $0) }
    #expect(array.floats(0..<24) == expected.map { Float($0) })
    #expect(array.integers(1..<23) == expected[1..<23].map { Int($0) })
    #expect(array.floats(12..<13) == [Float(expected[12])])
    #expect(array.holdsIntegers(1..<23) == array.isInteger)
  }

  @Test("the ends of the 64-bit types are exact, and larger values are clipped")
  func ends() throws {
    let signed = try NumPyFile.array(at: NumPyFixture.path("stored.npz") + ":big_i8.npy")
    #expect(signed.integers(0..<1) == [Int.min])
    #expect(signed.integers(23..<24) == [Int.max])
    let unsigned = try NumPyFile.array(at: NumPyFixture.path("stored.npz") + ":little_u8")
    #expect(unsigned.integers(23..<24) == [Int.max])
    #expect(!unsigned.holdsIntegers(0..<24))
    #expect(unsigned.holdsIntegers(0..<23))
  }

  @Test("the three versions of the format hold the same array", arguments: 1...3)
  func versions(version: Int) throws {
    let array = try NumPyFile.array(at: NumPyFixture.path("version\(version).npy"))
    #expect(array.integers(0..<5) == [0, 37, 74, 10, 47])
    #expect(array.integers(23..<24) == [65_535])
  }

  @Test("a scalar, an array without elements, a vector and a Fortran image are read")
  func shapes() throws {
    let scalar = try NumPyFile.array(at: NumPyFixture.path("scalar.npy"))
    #expect(scalar.shape == Shape([]))
    #expect(scalar.sampleCount == 1)
    #expect(scalar.integers(0..<1) == [-7])
    let none = try NumPyFile.array(at: NumPyFixture.path("none.npy"))
    #expect(none.shape == Shape([0, 5]))
    #expect(none.count == 0 && none.sampleCount == 0 && none.floats(0..<0).isEmpty)
    let vector = try NumPyFile.array(at: NumPyFixture.path("vector.npy"))
    #expect(vector.integers(0..<6) == [0, 1, 2, 3, 4, 5])
    let fortran = try NumPyFile.array(at: NumPyFixture.path("fortran.npy"))
    #expect(
      fortran.integers(0..<24).dropFirst()
        == (1..<24).map {
          Int(NumPyFixture.element(.int16, $0))
        }[...])
  }

  @Test("an archive with one array needs no name, and zeros that compress a lot are read")
  func archives() throws {
    let single = try NumPyFile.array(at: NumPyFixture.path("single.npz"))
    #expect(single.integers(0..<2) == [-32_768, -13])
    let zeros = try NumPyFile.array(at: NumPyFixture.path("zeros.npz"))
    #expect(zeros.shape == Shape([300, 1000]))
    #expect(zeros.integers(0..<300_000).allSatisfy { $0 == 0 })
  }

  @Test("real numbers become integers by truncation, clipping and NaN to 0")
  func truncation() throws {
    let values: [Float] = [-1.75, 2, .nan, .infinity, -.infinity, 1e30]
    let elements = values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } }
    let array = try NumPyFile.array(
      bytes: NumPyFixture.image(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }\n", elements), name: "x.npy")
    #expect(array.integers(0..<6) == [-1, 2, 0, .max, .min, .max])
    #expect(array.holdsIntegers(1..<2))
    for i in [0, 2, 3, 4, 5] { #expect(!array.holdsIntegers(i..<(i + 1))) }
  }

  @Test(
    "headers that Python writes differently are read",
    arguments: [
      "{\"shape\": (1, 2,), \"fortran_order\": True, \"descr\": \"|u1\"}",
      "{'descr':'=u1','fortran_order':False,'shape':(2L,)}\n",
      "  { 'fortran_order' : False , 'descr' : '<u1' , 'shape' : ( 2 , 1 ) , }  \n",
    ])
  func spellings(dictionary: String) throws {
    let array = try NumPyFile.array(
      bytes: NumPyFixture.image(dictionary, [5, 6]), name: "x.npy")
    #expect(array.integers(0..<2) == [5, 6])
  }

  @Test("the bundled digits are what their README says")
  func digits() throws {
    let folder = NumPyFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("traces/digits")
    func array(_ name: String) throws -> NumPyArray {
      try NumPyFile.array(at: folder.appendingPathComponent("\(name).npy").path)
    }
    let images = try array("test_images")
    let labels = try array("test_labels")
    let calibration = try array("calibration_images")
    #expect(images.shape == Shape([500, 1, 8, 8]))
    #expect(labels.shape == Shape([500]))
    #expect(calibration.shape == Shape([128, 1, 8, 8]))
    #expect(images.elementsPerSample == 64)
    let pixels = images.integers(0..<images.count)
    #expect(pixels.min() == 0 && pixels.max() == 16)
    #expect(Set(labels.integers(0..<500)) == Set(0...9))
    // No calibration image is also a test image.
    let tests = Set((0..<500).map { images.integers(($0 * 64)..<(($0 + 1) * 64)) })
    for sample in 0..<128 {
      #expect(!tests.contains(calibration.integers((sample * 64)..<((sample + 1) * 64))))
    }
  }

  static let shared = NumPyFixture.folder.deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("../shared/data/datasets")

  @Test(
    "every recorded data set is read whole",
    // Shared data lies beside the repository; without it the test is skipped.
    .enabled(
      if: FileManager.default.fileExists(atPath: shared.path),
      "skipped: ../shared/data/datasets is not there"))
  func datasets() throws {
    let names = try FileManager.default.subpathsOfDirectory(atPath: Self.shared.path)
      .filter { $0.hasSuffix(".npy") }.sorted()
    #expect(!names.isEmpty)
    for name in names {
      let array = try NumPyFile.array(at: Self.shared.appendingPathComponent(name).path)
      #expect(array.count > 0, "\(name)")
      #expect(array.floats((array.count - 1)..<array.count).allSatisfy { $0.isFinite }, "\(name)")
    }
  }
}
