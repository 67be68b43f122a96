extension ReportFolder {
  /// Writes `comparison.csv`, `comparison.json` and `summary.txt` of several runs.
  ///
  /// - Throws: `ReportError` when the path is a file or the system refuses; nothing is left behind.
  public static func write(_ rows: [ComparisonRow], to path: String) throws(ReportError) {
    let files = [
      (name: "comparison.csv", text: ComparisonReport.csv(rows)),
      (name: "comparison.json", text: ComparisonReport.json(rows)),
      (name: "summary.txt", text: ComparisonReport.text(rows)),
    ]
    try FolderFiles.write(files, absent: [], to: path)
  }

  /// Writes one text file in a folder, which is created; the path of the file.
  ///
  /// - Throws: `ReportError` when the path is a file or the system refuses; nothing is left behind.
  public static func write(
    _ text: String, named name: String, to path: String
  ) throws(ReportError) -> String {
    try FolderFiles.write([(name: name, text: text)], absent: [], to: path)
    return "\(path)/\(name)"
  }
}
