import Devices
import Foundation
import Interchange
import Testing

/// Random damage to a right hwconfig: the loader must return a device or lines, and never crash.
@Suite("Damaged hwconfigs")
struct DeviceMutationTests {
  /// SplitMix64, so that every run sees the same damage.
  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }

  private static let pieces = [
    "", "\n", " ", ":", "-", "[", "]", "{", "}", "\"", "'", "&a ", "*a", "!!int ", "|\n", "? ",
    "0", "-1", "1e308", "99999999999999999999", ".nan", "nan", "~", "#", "---\n", "\t", "\u{85}",
    "\u{E000}", "é", "rows: 4\n", "name: x\n", "source: y\n", "<<: ", "%YAML 9\n",
  ]

  @Test("Two thousand damaged files give a device or one-line problems", arguments: 0..<4)
  func damaged(seed: UInt64) throws {
    let source = try String(
      contentsOfFile: "\(repositoryRoot)/Tests/InterchangeTests/Fixtures/valid-device.yaml",
      encoding: .utf8)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("damaged-\(UUID().uuidString).yaml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var generator = Generator(state: seed)
    var refused = 0
    for _ in 0..<500 {
      var text = Array(source)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let start = Int.random(in: 0...text.count, using: &generator)
        let end = min(text.count, start + Int.random(in: 0...12, using: &generator))
        let piece = Self.pieces.randomElement(using: &generator) ?? ""
        text.replaceSubrange(start..<end, with: Array(piece))
      }
      try String(text).write(toFile: path, atomically: false, encoding: .utf8)
      do {
        let device = try DeviceFile.device(at: path)
        #expect(device.problems.isEmpty)
      } catch {
        refused += 1
        let problems = error.problems
        #expect(!problems.isEmpty)
        for problem in problems {
          #expect(problem.hasPrefix(path) && !problem.contains(where: \.isNewline))
          #expect(problem.contains("; "), "\(problem)")
        }
      }
    }
    #expect(refused > 300)
  }
}
