import ArgumentParser
import Foundation
import Interchange
import Validation

@main
struct ValidateTool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate",
    abstract: "Holds the models to published figures and recorded outputs of other models.",
    discussion: """
      Example: validate --data ../shared --output reports/validation.md

      The figures are not part of the project. Without the folder nothing is compared, and that is said.
      """)

  @Option(help: "The folder with `tables` and `costs`.")
  var data = "../shared"

  @Option(help: "The page to write.")
  var output: String?

  @Option(
    help:
      "The page with the summary between `<!-- validation -->` and `<!-- end of validation -->`.")
  var readme: String?

  @Flag(help: "Compare with the pages instead of writing them; fail when one is out of date.")
  var check = false

  func run() throws {
    let data = ValidationData(folder: data, bundled: BundledFiles(executable: nil, override: nil))
    guard data.exists else {
      print("validation skipped: no published figures in \(data.folder)")
      return
    }
    let report = try ValidationReport(data)
    print(report.summary)
    if let output { try put(report.markdown(), into: output) }
    if let readme { try put(try excerpt(report.summary, of: readme), into: readme) }
    for row in report.misses {
      print("misses its bar: \(row.item)\(row.note.isEmpty ? "" : " (\(row.note))")")
    }
  }

  /// Writes a page, or compares with it.
  private func put(_ page: String, into path: String) throws {
    if check {
      let known = try? String(contentsOfFile: path, encoding: .utf8)
      if known != page { throw ValidationError("\(path) is out of date; run `make validate`") }
    } else {
      try page.write(toFile: path, atomically: true, encoding: .utf8)
      print("written: \(path)")
    }
  }

  /// A page with the summary in its place.
  private func excerpt(_ summary: String, of path: String) throws -> String {
    let page = try String(contentsOfFile: path, encoding: .utf8)
    let (begin, end) = ("<!-- validation -->\n", "<!-- end of validation -->")
    guard let start = page.range(of: begin)?.upperBound, let stop = page.range(of: end)?.lowerBound,
      start <= stop
    else { throw ValidationError("\(path): the marks of the summary are missing") }
    return page[..<start] + "\n" + summary + "\n\n" + page[stop...]
  }
}
