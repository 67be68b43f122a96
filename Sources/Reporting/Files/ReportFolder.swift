public import Simulation

/// The folder that a run leaves: `report.json` and views of it.
public enum ReportFolder {
  /// Writes `report.json`, `layers.csv`, `accesses.csv`, `summary.txt` and, when values were executed,
  /// `overflow.csv`.
  ///
  /// The folder is created; the files appear together, each whole.
  ///
  /// - Throws: `ReportError` when the path is a file or the system refuses; nothing is left behind.
  public static func write(
    _ result: SimulationResult, to path: String
  ) throws(ReportError) {
    let overflow = CSVReport.overflow(result)
    var files = [
      (name: "report.json", text: JSONReport.text(result)),
      (name: "layers.csv", text: CSVReport.layers(result)),
      (name: "accesses.csv", text: CSVReport.accesses(result)),
      (name: "summary.txt", text: TextReport.text(result)),
    ]
    if let overflow { files.append((name: "overflow.csv", text: overflow)) }
    try FolderFiles.write(files, absent: overflow == nil ? ["overflow.csv"] : [], to: path)
  }
}
