import Devices
import Foundation
import Interchange
import Quantities
import Testing

@Suite("The documentation of hwconfigs")
struct DeviceDocumentationTests {
  @Test("The example loads")
  func example() throws {
    let text = try String(contentsOfFile: "\(repositoryRoot)/hwconfigs/README.md", encoding: .utf8)
    let section = try #require(text.components(separatedBy: "## An example\n").last)
    let block = try #require(section.components(separatedBy: "```yaml\n").dropFirst().first)
    let yaml = try #require(block.components(separatedBy: "```").first)
    let path = FileManager.default.temporaryDirectory
      .appendingPathComponent("example-\(UUID().uuidString).yaml").path
    try yaml.write(toFile: path, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let device = try DeviceFile.device(at: path)
    #expect(device.memories.count == 2)
    // 1.6 GB/s at 200 MHz are 8 bytes a cycle; 64 pJ a word of 64 bits is 1 pJ a bit.
    #expect(device.memories[0].readBandwidth == BitsPerCycle(64))
    #expect(device.memories[1].readEnergy[.outputs] == PicojoulesPerBit(1))
  }

  @Test("Every bundled device is in the table")
  func table() throws {
    let text = try String(contentsOfFile: "\(repositoryRoot)/hwconfigs/README.md", encoding: .utf8)
    for name in BundledFiles(executable: nil, override: nil).deviceNames {
      #expect(text.contains("| `\(name)` |"), "\(name)")
    }
  }
}
