import Foundation
import Testing

/// The small quantized models beside the tests, with what onnxruntime computed.
struct ONNXQuantizedFixture: CustomTestStringConvertible {
  /// The name of the model.
  let name: String

  var testDescription: String { name }

  static let folder = ONNXFixture.root.appendingPathComponent(
    "Tests/InterchangeTests/Fixtures/onnx-quantized")

  var path: String { Self.folder.appendingPathComponent(name + ".onnx").path }

  func bytes() throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

  /// The lines of the samples: an input and its output by turns, words of integers or float bits.
  func samples() throws -> [[String]] {
    let file = Self.folder.appendingPathComponent(name + ".txt")
    let text = try String(contentsOf: file, encoding: .utf8)
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  /// The models that can be read and those that cannot.
  static let (good, bad) = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    let names = files.sorted().filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }
    return (
      names.filter { !$0.hasPrefix("bad_") }.map { ONNXQuantizedFixture(name: $0) },
      names.filter { $0.hasPrefix("bad_") }.map { ONNXQuantizedFixture(name: $0) }
    )
  }()
}
