import Foundation
import Interchange
import Networks
import Testing

@Suite struct ONNXErrorTests {
  /// The lines of errors.txt: the name of a wrong model and what must be said about it.
  static let messages: [(name: String, message: String)] = {
    let file = ONNXFixture.folder.appendingPathComponent("errors.txt")
    let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      guard let bar = line.firstIndex(of: "|") else { return nil }
      return (String(line[..<bar]), String(line[line.index(after: bar)...]))
    }
  }()

  /// The reason for refusing a file, or nil when it is read.
  static func reason(_ read: () throws(ONNXError) -> Network) -> String? {
    do throws(ONNXError) {
      _ = try read()
      return nil
    } catch {
      return error.description.contains("\n") ? "more than one line" : error.reason
    }
  }

  @Test("each wrong model gives its own line", arguments: messages)
  func line(_ name: String, _ message: String) {
    let path = ONNXFixture.path(name)
    #expect(throws: ONNXError(path: path, reason: message)) { try ONNXFile.network(at: path) }
  }

  @Test("every wrong model has its line")
  func complete() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: ONNXFixture.folder.path)
    let wrong = files.filter { $0.hasPrefix("bad_") }.map { String($0.dropLast(5)) }
    #expect(Set(wrong) == Set(Self.messages.map(\.name)))
  }

  @Test("weights that are not numbers are refused by the verifier")
  func notANumber() throws {
    let network = try ONNXFile.network(at: ONNXFixture.path("nan"))
    #expect(
      throws: NetworkError(problems: [
        "layer 'n_y': scale contains NaN at index 1; every constant must be finite"
      ])
    ) { try network.verified() }
  }

  @Test("a missing file, a folder and a device are refused")
  func notFiles() {
    #expect(
      Self.reason { () throws(ONNXError) in try ONNXFile.network(at: "no/such.onnx") }
        == "there is no such file, or it cannot be opened; check the path")
    let folder = ONNXFixture.folder.path
    for path in [folder, "/dev/zero"] {
      #expect(
        Self.reason { () throws(ONNXError) in try ONNXFile.network(at: path) }
          == "is not a regular file; give the path of an ONNX file")
    }
  }

  @Test("external data needs a directory and may not leave it through a link")
  func externalLinks() throws {
    let bytes = try ONNXFixture.bytes("external")
    #expect(
      Self.reason { () throws(ONNXError) in try ONNXFile.network(from: bytes, path: "m.onnx") }
        == "tensor 'w': external data 'external.bin': the model has no directory; "
        + "read it from a file")
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createSymbolicLink(
      at: folder.appendingPathComponent("external.bin"),
      withDestinationURL: ONNXFixture.folder.appendingPathComponent("external.bin"))
    #expect(
      Self.reason { () throws(ONNXError) in
        try ONNXFile.network(from: bytes, path: "m.onnx", externalDataDirectory: folder.path)
      }
        == "tensor 'w': external data 'external.bin': leaves the model's directory; "
        + "put the file beside the model")
  }
}
