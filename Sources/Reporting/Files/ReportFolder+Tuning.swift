public import Exploration

extension ReportFolder {
  /// Writes `tuning.json`, `candidates.csv`, `summary.txt` and, of a float network, `scheme.yaml`.
  ///
  /// - Throws: `ReportError` when the path is a file or the system refuses; nothing is left behind.
  public static func write(
    _ verdict: TuningVerdict, scheme: String?, to path: String
  ) throws(ReportError) {
    var files = [
      (name: "tuning.json", text: TuningReport.json(verdict)),
      (name: "candidates.csv", text: TuningReport.csv(verdict)),
      (name: "summary.txt", text: TuningReport.text(verdict)),
    ]
    if let scheme { files.append((name: "scheme.yaml", text: scheme)) }
    try FolderFiles.write(files, to: path)
  }
}
