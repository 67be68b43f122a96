import Foundation
import Testing

/// The small QONNX models beside the tests, and what they must give; make_qonnx_fixtures.py wrote them.
struct QONNXFixture: CustomTestStringConvertible {
  /// The name of the model.
  let name: String
  /// The kinds of the layers it is read as.
  let kinds: [String]
  /// What the inputs are multiplied by.
  let scale: Float
  /// The outputs that the qonnx package computed, a list for each sample.
  let outputs: [[Float]]

  var testDescription: String { name }

  /// The folder of the fixtures.
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures/qonnx")

  /// The path of a fixture.
  static func path(_ name: String) -> String {
    folder.appendingPathComponent(name + ".onnx").path
  }

  /// The bytes of a fixture.
  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path(name))))
  }

  /// All models that must be read.
  static let all: [QONNXFixture] = {
    let file = folder.appendingPathComponent("expected.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").map { line in
      let fields = line.split(separator: "|").map(String.init)
      return QONNXFixture(
        name: fields[0], kinds: fields[1].split(separator: " ").map(String.init),
        scale: Float(fields[2]) ?? 1,
        outputs: fields[3].split(separator: ";").map { sample in
          sample.split(separator: " ").compactMap { Float($0) }
        })
    }
  }()

  /// A sample that make_qonnx_fixtures.py fed to the model.
  func input(_ count: Int, sample: Int) -> [Float] {
    (0..<count).map { Float((37 * $0 + 29 * sample + 11) % 64 - 32) / 16 * scale }
  }
}
