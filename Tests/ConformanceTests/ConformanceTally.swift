import Foundation
import Testing

/// The figures of one suite of vectors: which cases are equal to the last bit, which are not run and why.
struct ConformanceTally {
  /// The name of the suite, the first column of its line.
  let suite: String
  private(set) var equal = 0
  private(set) var differing: [String] = []
  private(set) var skipped: [(name: String, reason: String)] = []

  init(suite: String) { self.suite = suite }

  /// A case that ran.
  mutating func record(_ name: String, equal isEqual: Bool) {
    if isEqual { equal += 1 } else { differing.append(name) }
  }

  /// A case that did not run.
  mutating func skip(_ name: String, because reason: String) {
    skipped.append((name, reason))
  }

  /// `conformance | suite | cases | equal | differing | skipped | reasons`, one line.
  var line: String {
    var reasons: [String: Int] = [:]
    for entry in skipped { reasons[entry.reason, default: 0] += 1 }
    let listed = reasons.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    let cases = equal + differing.count + skipped.count
    return
      (["conformance", suite] + [cases, equal, differing.count, skipped.count].map(String.init)
      + [listed.joined(separator: "; ")]).joined(separator: " | ")
  }

  /// Prints the line, and fails when a case differs or nothing ran.
  func finish() {
    print(line)
    #expect(differing.isEmpty, "\(suite): these cases differ: \(differing.prefix(20))")
    #expect(equal > 0, "\(suite): no case ran")
  }
}

/// The folder of shared data beside the project; tests that need it are skipped when it is absent.
enum SharedData {
  static let root: String = {
    var url = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { url.deleteLastPathComponent() }
    return url.appendingPathComponent("shared").path
  }()

  /// Whether a folder or file of it is there.
  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root + "/" + path)
  }
}
