public import Simulation

extension ReportFolder {
  /// Writes `platform.json` and `summary.txt` of a run on a platform.
  ///
  /// - Throws: `ReportError` when the path is a file or the system refuses; nothing is left behind.
  public static func write(
    _ result: PlatformResult, to path: String
  ) throws(ReportError) {
    let files = [
      (name: "platform.json", text: PlatformJSON.text(result)),
      (name: "summary.txt", text: PlatformText.text(result)),
    ]
    try FolderFiles.write(files, to: path)
  }
}
