import Foundation
import Testing

/// The small models beside the tests, and what they must give.
struct ONNXFixture: CustomTestStringConvertible {
  /// The name of the model.
  let name: String
  /// The kinds of the layers it is read as.
  let kinds: [String]
  /// The shape of its output.
  let shape: String
  /// The output that onnxruntime computed.
  let output: [Double]

  var testDescription: String { name }

  /// The root of the repository.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The folder of the fixtures.
  static let folder = root.appendingPathComponent("Tests/InterchangeTests/Fixtures/onnx")

  /// The public models of the shared data, which may be absent.
  static let models = root.appendingPathComponent("../shared/data/models")

  /// The path of a fixture.
  static func path(_ name: String) -> String {
    folder.appendingPathComponent(name + ".onnx").path
  }

  /// The bytes of a fixture.
  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// All models that must be read; make_fixtures.py describes the file.
  static let all: [ONNXFixture] = {
    let file = folder.appendingPathComponent("expected.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "|").map(String.init)
      return ONNXFixture(
        name: fields[0], kinds: fields[1].split(separator: " ").map(String.init),
        shape: fields[2], output: fields[3].split(separator: " ").compactMap { Double($0) })
    }
  }()

  /// The input that make_fixtures.py fed to every model.
  static func input(_ count: Int) -> [Double] {
    (0..<count).map { index in
      let step = (37 * index + 11) % 64
      return Double(step - 32) / 16
    }
  }
}
