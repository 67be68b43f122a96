import Foundation
import Interchange

/// The files that `make_numpy_fixtures.py` wrote.
enum NumPyFixture {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Fixtures/NumPy")

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  static func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  /// Element i of the 24 that the script writes for a type.
  static func element(_ type: NumPyElementType, _ i: Int) -> Double {
    let mixed = 37 * i % 101
    switch type {
    case .boolean: return i % 3 == 0 ? 1 : 0
    case .uint8, .uint16, .uint32, .uint64:
      return i == 23 ? largest(type) : Double(mixed)
    case .int8, .int16, .int32, .int64:
      if i == 0 { return -largest(type) - 1 }
      return i == 23 ? largest(type) : Double(mixed - 50)
    case .float16, .float32, .float64: return Double(mixed - 50) + 0.25
    }
  }

  /// The largest value of an integer type, as the nearest double.
  static func largest(_ type: NumPyElementType) -> Double {
    switch type {
    case .boolean: 1
    case .int8: 127
    case .uint8: 255
    case .int16: 32_767
    case .uint16: 65_535
    case .int32: 2_147_483_647
    case .uint32: 4_294_967_295
    case .int64: Double(Int64.max)
    case .uint64: Double(UInt64.max)
    case .float16, .float32, .float64: .infinity
    }
  }

  /// A version 1 image with this dictionary and these element bytes.
  static func image(_ dictionary: String, _ elements: [UInt8] = []) -> [UInt8] {
    let length = dictionary.utf8.count
    return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)]
      + Array(dictionary.utf8) + elements
  }

  /// What the error of reading these bytes says; nil when they are read.
  static func message(_ bytes: [UInt8], member: String? = nil) -> String? {
    do {
      _ = try NumPyFile.array(bytes: bytes, name: "x.npy", member: member)
      return nil
    } catch {
      return error.description
    }
  }
}
