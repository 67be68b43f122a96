import Devices
import Foundation
import Interchange
import Testing

/// The wrong hwconfigs, each with the exact lines that it must give in a `.expected` file beside it.
///
/// `RECORD_GOLDENS=1` rewrites the expected lines and fails, so that a recording is never a pass.
@Suite("Wrong hwconfigs")
struct InvalidDeviceTests {
  static let folder = "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/invalid-devices"

  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test("There are fixtures of every kind")
  func fixturesExist() {
    #expect(Self.names.count >= 25)
  }

  @Test("gives exactly the expected lines", arguments: names)
  func message(name: String) throws {
    let expectedPath = "\(Self.folder)/\(name).expected"
    let error = #expect(throws: YAMLError.self) {
      try DeviceFile.device(at: "\(Self.folder)/\(name).yaml")
    }
    let lines = (error?.description ?? "").replacingOccurrences(of: "\(Self.folder)/", with: "")
    if ProcessInfo.processInfo.environment["RECORD_GOLDENS"] != nil {
      try "\(lines)\n".write(toFile: expectedPath, atomically: true, encoding: .utf8)
      Issue.record("recorded \(name).expected")
    }
    let expected = try String(contentsOfFile: expectedPath, encoding: .utf8)
    #expect("\(lines)\n" == expected)
  }

  @Test("The device that the wrong ones are made from is right")
  func validBase() throws {
    let device = try DeviceFile.device(
      at: "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/valid-device.yaml")
    #expect(device.problems.isEmpty)
  }

  @Test("A missing file, a folder and a binary file give one line each")
  func unreadable() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let binary = folder.appendingPathComponent("binary.yaml").path
    try Data([0xFF, 0xFE, 0x00, 0x80]).write(to: URL(fileURLWithPath: binary))
    let control = folder.appendingPathComponent("control.yaml").path
    try Data("summary: \u{1}\n".utf8).write(to: URL(fileURLWithPath: control))
    let large = folder.appendingPathComponent("large.yaml").path
    try Data(repeating: 0x20, count: 1 << 20 + 1).write(to: URL(fileURLWithPath: large))
    let deep = folder.appendingPathComponent("deep.yaml").path
    try String(repeating: "[", count: 100_000).write(
      toFile: deep, atomically: true, encoding: .utf8)
    for path in [folder.path, folder.path + "/none.yaml", binary, control, large, deep] {
      let error = #expect(throws: YAMLError.self) { try DeviceFile.device(at: path) }
      #expect(error?.problems.count == 1)
      #expect(error?.description.hasPrefix(path) == true)
      #expect(error?.description.contains("\n") == false)
    }
  }
}
