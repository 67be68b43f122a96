import Devices
import Foundation
import Interchange
import Quantities
import Testing

@Suite("Platform files")
struct PlatformFileTests {
  static let bundled = BundledFiles(executable: nil, override: nil)

  static let right = """
    summary: "two devices"
    devices:
      mcu: cortex-m4
      npu: {device: edge-npu, layout: channels-first}
    links:
      - between: [mcu, npu]
        source: "design choice: a bus"
        bandwidth: 200 MB/s
        latency: 10 us
        energy: {value: 40 pJ/bit, source: "a paper"}
    placement: {fc: mcu}

    """

  /// The platform of a text in a file of its own, and the file's folder.
  private func read(_ text: String) throws -> Platform {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("board.yaml").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(PlatformFile.isPlatform(path, in: Self.bundled))
    return try PlatformFile.platform(path, in: Self.bundled)
  }

  @Test("Devices, layouts, links in base units and hand placements are read")
  func reads() throws {
    let platform = try read(Self.right)
    #expect(platform.name == "board")
    #expect(platform.members.map(\.name) == ["mcu", "npu"])
    #expect(platform.members.map(\.device.name) == ["cortex-m4", "edge-npu"])
    #expect(platform.members.map(\.layout) == [.channelsLast, .channelsFirst])
    #expect(platform.placement == ["fc": "mcu"])
    let link = try #require(platform.link(1, 0))
    #expect(link.bitsPerSecond == 1.6e9)
    #expect(link.energy == PicojoulesPerBit(40))
    // 10 us and 16,000 bits at 1.6 Gbit/s, which take as long again.
    #expect(abs(link.time(for: Bits(16_000)).value - 20e-6) < 1e-15)
    #expect(platform.sources.count == 3)
  }

  @Test("Every bundled platform is right, and no device")
  func bundledPlatforms() throws {
    #expect(Self.bundled.platformNames.contains("npu-and-m4"))
    for name in Self.bundled.platformNames {
      #expect(PlatformFile.isPlatform(name, in: Self.bundled))
      #expect(try PlatformFile.platform(name, in: Self.bundled).problems.isEmpty)
    }
    for name in Self.bundled.deviceNames {
      #expect(!PlatformFile.isPlatform(name, in: Self.bundled))
    }
  }

  @Test(
    "What is wrong has its place, the rule and a remedy",
    arguments: [
      ("mcu: cortex-m4", "mcu: cortex-m44", "cortex-m4"),
      (
        "between: [mcu, npu]", "between: [mcu, gpu]", "links[0].between: there is no device \"gpu\""
      ),
      ("between: [mcu, npu]", "between: [mcu, mcu]", "links[0].between: a link joins two devices"),
      ("bandwidth: 200 MB/s", "bandwidth: 200", "links[0].bandwidth: a bandwidth needs a unit"),
      ("latency: 10 us", "latency: 10", "links[0].latency: a latency needs a unit"),
      ("latency: 10 us", "delay: 10 us", "links[0].latency: the key is missing"),
      ("bandwidth: 200 MB/s", "bandwidth: 0 MB/s", "links[0].bandwidth: a bandwidth must lie"),
      ("source: \"a paper\"", "source: \"design choice\"", "links[0].energy"),
      ("{fc: mcu}", "{fc: gpu}", "placement.fc: there is no device \"gpu\""),
      ("layout: channels-first", "layout: rows", "channels-first"),
      ("devices:\n", "devices:\n  gpu: cortex-a72\n", "links: no link leads to"),
      ("  mcu: cortex-m4\n", "", "devices: a platform has two devices at least"),
    ])
  func problems(old: String, new: String, words: String) throws {
    let text = Self.right.replacingOccurrences(of: old, with: new)
    #expect(text != Self.right)
    let error = #expect(throws: YAMLError.self) { try read(text) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
  }

  @Test("A misspelt name of a platform gets a proposal, a missing file a line")
  func names() {
    let error = #expect(throws: YAMLError.self) {
      try PlatformFile.platform("npu-and-m5", in: Self.bundled)
    }
    #expect(error?.description.contains("npu-and-m4") == true)
    #expect(throws: YAMLError.self) {
      try PlatformFile.platform("none.yaml", in: Self.bundled)
    }
    #expect(!PlatformFile.isPlatform("none.yaml", in: Self.bundled))
  }
}
