import Foundation
import Widthwise

/// Says on stderr how fast many runs were and what was reused: it differs from run to run.
///
/// - Parameter resumed: runs that a journal held.
func noteEvaluations(
  _ count: Int, resumed: Int = 0, _ reuse: ReuseCounts, _ duration: Duration
) {
  let seconds = max(duration / .seconds(1), 1e-9)
  let layers = reuse.computedLayers + reuse.restoredLayers + reuse.skippedLayers
  let plans = reuse.preparedLayers + reuse.reusedPreparations
  func share(_ part: Int, _ whole: Int) -> Int { whole == 0 ? 0 : 100 * part / whole }
  func decimal(_ value: Double) -> String { String(format: "%.1f", value) }
  let line =
    "widthwise: \(count) evaluations in \(decimal(seconds)) s, "
    + "\(decimal(Double(count) / seconds)) a second"
    + (resumed > 0 ? " (\(resumed) more from the journal)" : "")
    + "; reused: \(share(layers - reuse.computedLayers, layers)) % of the layer runs, "
    + "\(share(reuse.reusedPreparations, plans)) % of the prepared layers\n"
  FileHandle.standardError.write(Data(line.utf8))
}
