import Devices
import Foundation
import Interchange
import Testing

@Suite("Levels inside the array") struct SharedLevelTests {
  /// The valid device with one more level, which has these keys.
  private static func device(_ keys: String) throws -> Device {
    let base = try String(
      contentsOfFile: "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/valid-device.yaml",
      encoding: .utf8)
    let level = """
        - name: pads
          source: a paper
          operands: [inputs]
          capacity: 64 B
          word: 8 bit
          readBandwidth: 8 bit/cycle
          writeBandwidth: 8 bit/cycle
          readEnergy: 1 pJ/bit
          writeEnergy: 1 pJ/bit

      """
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("shared-\(UUID().uuidString).yaml").path
    try (base + level + keys).write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try DeviceFile.device(at: path)
  }

  @Test("A level may be shared along some dimensions and keep its halo")
  func keys() throws {
    let plain = try Self.device("    perUnit: true\n").memories[2]
    #expect(plain.isPerUnit && plain.sharedAlong.isEmpty && !plain.keepsHalo)
    let lanes = try Self.device(
      "    perUnit: true\n    sharedAlong: [lanes]\n    keepsHalo: true\n"
    ).memories[2]
    #expect(lanes.isPerUnit && lanes.sharedAlong == [.lanes] && lanes.keepsHalo)
    let shared = try Self.device("    keepsHalo: true\n").memories[2]
    #expect(!shared.isPerUnit && shared.sharedAlong.count == 3 && shared.keepsHalo)
  }

  @Test(
    "Sharing that contradicts perUnit is one line",
    arguments: [
      ("    sharedAlong: [rows]\n", "a level that is not perUnit is shared by the whole array"),
      (
        "    perUnit: true\n    sharedAlong: [rows, columns, lanes]\n",
        "a level shared along all dimensions is not perUnit"
      ),
    ])
  func contradictions(keys: String, rule: String) throws {
    let error = #expect(throws: YAMLError.self) { try Self.device(keys) }
    #expect(error?.problems.count == 1)
    #expect(error?.description.contains(rule) == true)
  }
}
