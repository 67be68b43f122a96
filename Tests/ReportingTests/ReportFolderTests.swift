import Costs
import Foundation
import Reporting
import Simulation
import Testing

@Suite("Report folders")
struct ReportFolderTests {
  private func withFolder(_ body: (URL) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("widthwise-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await body(folder)
  }

  private func entries(_ folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  @Test("All files of a run appear, and nothing else")
  func files() async throws {
    try await withFolder { folder in
      let result = try await SampleRun.result()
      let target = folder.appendingPathComponent("a/b")
      try ReportFolder.write(result, to: target.path)
      #expect(
        try entries(target) == [
          "accesses.csv", "layers.csv", "overflow.csv", "report.json", "summary.txt",
        ])
      let report = try String(
        contentsOf: target.appendingPathComponent("report.json"), encoding: .utf8)
      #expect(report == JSONReport.text(result))
      // A later run without values leaves no stale table of overflow.
      try ReportFolder.write(try await SampleRun.result(executes: false), to: target.path)
      #expect(
        try entries(target) == ["accesses.csv", "layers.csv", "report.json", "summary.txt"])
    }
  }

  @Test("A comparison leaves three files")
  func comparison() async throws {
    try await withFolder { folder in
      let row = ComparisonRow(
        settings: [("weights", "int8")], result: try await SampleRun.result(executes: false))
      try ReportFolder.write([row], to: folder.path)
      #expect(
        try entries(folder) == ["comparison.csv", "comparison.json", "summary.txt"])
    }
  }

  @Test("Tables have a row for each layer, access and channel")
  func rows() async throws {
    let result = try await SampleRun.result()
    let layers = CSVReport.layers(result).split(separator: "\n")
    #expect(layers.count == 1 + 4)
    #expect(layers[4].hasPrefix("3,\"head, \"\"quoted\"\"\",fc,504,int8,uint8,uint8,17:saturate,"))
    let accesses = CSVReport.accesses(result).split(separator: "\n")
    #expect(accesses.count == 1 + result.layers.reduce(0) { $0 + $1.cost.accesses.count })
    let overflow = try #require(CSVReport.overflow(result)).split(separator: "\n")
    #expect(overflow.count == 1 + 8 + 7)
    for table in [Array(accesses), Array(overflow.prefix(9))] {
      let widths = Set(
        table.map { $0.split(separator: ",", omittingEmptySubsequences: false).count })
      // Names with commas are quoted and only in the last layer.
      #expect(widths.count <= 2)
    }
  }

  @Test("A file in the place of the folder is refused and left alone")
  func isAFile() async throws {
    try await withFolder { folder in
      let file = folder.appendingPathComponent("taken")
      try Data("precious".utf8).write(to: file)
      let result = try await SampleRun.result(executes: false)
      for path in [file.path, file.path + "/below"] {
        let error = try #require(throws: ReportError.self) {
          try ReportFolder.write(result, to: path)
        }
        #expect(
          error.description == "\(file.path): is a file, reports need a folder; name another folder"
        )
      }
      #expect(try String(contentsOf: file, encoding: .utf8) == "precious")
      #expect(try entries(folder) == ["taken"])
    }
  }

  @Test("A file that cannot be replaced leaves nothing half-written")
  func refused() async throws {
    try await withFolder { folder in
      let result = try await SampleRun.result(executes: false)
      // A folder with something in it stands where the second file should go.
      let obstacle = folder.appendingPathComponent("layers.csv/full")
      try FileManager.default.createDirectory(at: obstacle, withIntermediateDirectories: true)
      let error = try #require(throws: ReportError.self) {
        try ReportFolder.write(result, to: folder.path)
      }
      #expect(error.description.hasPrefix("\(folder.path)/layers.csv: cannot write the file: "))
      #expect(!error.description.contains("\n"))
      #expect(try entries(folder).filter { $0.hasSuffix(".partial") }.isEmpty)
    }
  }

  @Test("A folder that cannot be created is one line")
  func impossible() async throws {
    let result = try await SampleRun.result(executes: false)
    let error = try #require(throws: ReportError.self) {
      try ReportFolder.write(result, to: "/proc/no-such-place/report")
    }
    #expect(
      error.description
        == "/proc/no-such-place: cannot create the folder: No such file or directory; "
        + "check the path and its permissions")
  }
}
