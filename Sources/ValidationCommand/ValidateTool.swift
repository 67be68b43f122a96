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

  @Flag(help: "Compare with the page instead of writing it; fail when it is out of date.")
  var check = false

  func run() throws {
    let data = ValidationData(folder: data, bundled: BundledFiles(executable: nil, override: nil))
    guard data.exists else {
      print("validation skipped: no published figures in \(data.folder)")
      return
    }
    let report = try ValidationReport(data)
    print(report.summary)
    if let output {
      let page = report.markdown()
      if check {
        let known = try? String(contentsOfFile: output, encoding: .utf8)
        if known != page {
          throw ValidationError("\(output) is out of date; run `make validate`")
        }
      } else {
        try page.write(toFile: output, atomically: true, encoding: .utf8)
        print("written: \(output)")
      }
    }
    for row in report.misses {
      print("misses its bar: \(row.item)\(row.note.isEmpty ? "" : " (\(row.note))")")
    }
  }
}
