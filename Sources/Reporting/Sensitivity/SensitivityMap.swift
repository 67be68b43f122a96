internal import Exploration
internal import Quantities
internal import Simulation

/// The rows of one subject as a matrix: layers down, formats across.
struct SensitivityMap {
  let layers: [SensitivityPoint]
  let formats: [String]
  let rows: [[SensitivityRow]]

  init(_ study: SensitivityResult, _ subject: SensitivitySubject) {
    var layers: [SensitivityPoint] = []
    var rows: [[SensitivityRow]] = []
    for row in study.rows(of: subject) {
      if layers.last != row.point {
        layers.append(row.point)
        rows.append([])
      }
      rows[rows.count - 1].append(row)
    }
    self.layers = layers
    self.rows = rows
    formats = rows.first?.map(\.change.description) ?? []
  }
}

/// A figure of a row that a matrix shows.
enum SensitivityMeasure: CaseIterable {
  case drop
  case signalToNoise
  case overflow
  case energy

  /// What stands above the matrix, with its unit.
  var title: String {
    switch self {
    case .drop: "top-1 lost, in points (below 0: gained)"
    case .signalToNoise: "signal to noise of the outputs, in dB"
    case .overflow: "overflowed outputs of the layer, in %"
    case .energy: "energy of an inference"
    }
  }

  /// Whether people are shown it: what the study has, costs only where there is nothing else.
  func isShown(of subject: SensitivitySubject, in study: SensitivityResult) -> Bool {
    let baseline = study.evaluation
    switch self {
    case .drop: return baseline.accuracy != nil
    case .signalToNoise: return baseline.fidelity != nil
    case .overflow: return subject == .accumulator && baseline.overflow != nil
    case .energy: return baseline.accuracy == nil && baseline.fidelity == nil
    }
  }

  /// The figure of a row for people.
  func text(of row: SensitivityRow) -> String {
    switch self {
    case .drop:
      return row.drop.map { NumberText.fixed($0 * 100, 1) } ?? "-"
    case .signalToNoise:
      guard let fidelity = row.evaluation.fidelity else { return "-" }
      return fidelity.isExact ? "exact" : fidelity.outputSQNR.map { NumberText.fixed($0, 1) } ?? "-"
    case .overflow: return row.layerOverflow.map { NumberText.percent($0.rate) } ?? "-"
    case .energy: return NumberText.energy(row.evaluation.energy)
    }
  }
}
