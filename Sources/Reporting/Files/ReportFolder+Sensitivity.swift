public import Exploration

extension ReportFolder {
  /// Writes `sensitivity.csv`, `sensitivity.json`, `sensitivity.svg` and `summary.txt` of a study.
  ///
  /// - Throws: `ReportError` when the path is a file or the system refuses; nothing is left behind.
  public static func write(_ study: SensitivityResult, to path: String) throws(ReportError) {
    let files = [
      (name: "sensitivity.csv", text: SensitivityReport.csv(study)),
      (name: "sensitivity.json", text: SensitivityReport.json(study)),
      (name: "sensitivity.svg", text: SensitivityHeatMap.svg(study)),
      (name: "summary.txt", text: SensitivityReport.text(study)),
    ]
    try FolderFiles.write(files, to: path)
  }
}
