import Foundation
import Interchange
import Testing
import Validation

@Suite("Validation") struct ValidationTests {
  static let data = ValidationData(
    folder: URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "../shared").path,
    bundled: BundledFiles(executable: nil, override: nil))

  @Test("A row meets its bar or not")
  func bars() {
    func row(_ ours: Double, _ bar: ValidationBar) -> ValidationRow {
      ValidationRow("x", unit: "ms", ours: ours, theirs: 100, bar: bar)
    }
    #expect(row(110, .within(0.1)).passes == true)
    #expect(row(89, .within(0.1)).passes == false)
    #expect(row(100, .exact).passes == true)
    #expect(row(101, .exact).passes == false)
    #expect(row(99, .atLeast).passes == false)
    #expect(row(99, .reported).passes == nil)
  }

  // The published figures are not part of the repository.
  @Test(
    "Every target runs, and every row that misses its bar says why",
    .enabled(if: data.exists, "no shared data"), arguments: ValidationTarget.all.indices)
  func target(index: Int) throws {
    let target = ValidationTarget.all[index]
    let rows = try target.rows(Self.data)
    #expect(!rows.isEmpty)
    for row in rows where row.passes == false {
      #expect(!row.note.isEmpty, "\(target.title): \(row.item)")
    }
  }
}
