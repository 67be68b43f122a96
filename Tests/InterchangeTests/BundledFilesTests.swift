import Foundation
import Interchange
import Testing

@Suite("Bundled files")
struct BundledFilesTests {
  /// An empty folder that is removed afterwards.
  private func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private func write(_ path: String, in folder: URL) throws {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("x".utf8).write(to: file)
  }

  @Test("Without anything else the sources that this was built from are used")
  func sources() {
    let bundled = BundledFiles(executable: "/nowhere/bin/widthwise", override: nil)
    #expect(bundled.devicePath(named: "edge-npu") == "\(repositoryRoot)/hwconfigs/edge-npu.yaml")
    #expect(bundled.devicePath(named: "../hwconfigs/edge-npu") == nil)
    #expect(bundled.devicePath(named: "") == nil)
  }

  @Test("An installed tool finds share/widthwise beside it, also by a symbolic link")
  func installed() throws {
    try withFolder { folder in
      try write("bin/widthwise", in: folder)
      try write("share/widthwise/hwconfigs/mine.yaml", in: folder)
      try write("share/widthwise/traces/faces/workload.yaml", in: folder)
      try write("share/widthwise/traces/not-a-network/readme.txt", in: folder)
      try write("share/widthwise/traces/topologies/tiny.csv", in: folder)
      let link = folder.appendingPathComponent("link")
      try FileManager.default.createSymbolicLink(
        at: link, withDestinationURL: folder.appendingPathComponent("bin/widthwise"))
      for tool in [folder.appendingPathComponent("bin/widthwise").path, link.path] {
        let bundled = BundledFiles(executable: tool, override: nil)
        #expect(bundled.devicePath(named: "mine")?.hasSuffix("hwconfigs/mine.yaml") == true)
        #expect(bundled.networkPath(named: "faces")?.hasSuffix("faces/workload.yaml") == true)
        #expect(bundled.networkPath(named: "tiny")?.hasSuffix("topologies/tiny.csv") == true)
        #expect(bundled.networkPath(named: "not-a-network") == nil)
        #expect(bundled.networkNames.contains("faces") && bundled.networkNames.contains("tiny"))
      }
    }
  }

  @Test("The root that is given comes first")
  func overridden() throws {
    try withFolder { folder in
      try write("hwconfigs/edge-npu.yaml", in: folder)
      let bundled = BundledFiles(executable: nil, override: folder.path)
      #expect(bundled.devicePath(named: "edge-npu") == "\(folder.path)/hwconfigs/edge-npu.yaml")
      #expect(bundled.deviceNames.contains("eyeriss"))
    }
  }
}
