import Foundation
import Widthwise

extension BundledFiles {
  /// The devices and networks that this tool finds.
  static var ofTool: BundledFiles {
    BundledFiles(
      executable: Bundle.main.executablePath,
      override: ProcessInfo.processInfo.environment["WIDTHWISE_DATA"])
  }

  /// The file of a NETWORK argument: a path or a bundled name.
  func network(_ argument: String) throws -> String {
    if FileManager.default.fileExists(atPath: argument), argument.contains(".") { return argument }
    if let path = networkPath(named: argument) { return path }
    if argument.contains("/") || argument.contains(".") {
      throw BadInput("network \"\(argument)\": there is no such file; check the path")
    }
    throw BadInput(
      "network \"\(argument)\": is not bundled; write a path or one of "
        + networkNames.joined(separator: ", "))
  }
}
