internal import Arithmetic
public import Exploration
internal import Simulation

/// A study of sensitivity as a picture: layers down, formats across, the darker the worse.
public enum SensitivityHeatMap {
  private static let nameWidth = 220
  private static let cellWidth = 76
  private static let cellHeight = 20
  private static let gap = 24
  private static let titleHeight = 44
  /// The drop that is as dark as it gets, as a share of the samples.
  private static let darkestDrop = 0.1
  /// The signal to noise in dB between which colours run, where there are no labels.
  private static let ratios = (worst: 0.0, best: 40.0)

  /// A stand-alone SVG file.
  public static func svg(_ study: SensitivityResult) -> String {
    var body = ""
    var top = gap
    var width = 0
    for subject in study.subjects {
      let map = SensitivityMap(study, subject)
      body += panel(map, subject, study, top: top)
      top += titleHeight + map.rows.count * cellHeight + gap
      width = max(width, nameWidth + map.formats.count * cellWidth)
    }
    let size = "width=\"\(width + 2 * gap)\" height=\"\(top)\""
    return """
      <svg xmlns="http://www.w3.org/2000/svg" \(size) font-family="sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      \(body)</svg>

      """
  }

  private static func panel(
    _ map: SensitivityMap, _ subject: SensitivitySubject, _ study: SensitivityResult, top: Int
  ) -> String {
    let measure = measure(of: study)
    var text = label(
      "\(study.baseline.network), \(subject.rawValue): \(measure.title)", x: gap, y: top + 12,
      attributes: "font-weight=\"bold\"")
    let left = gap + nameWidth
    for (column, format) in map.formats.enumerated() {
      text += label(
        format, x: left + column * cellWidth + cellWidth / 2, y: top + titleHeight - 6,
        attributes: "text-anchor=\"middle\"")
    }
    for (index, row) in map.rows.enumerated() {
      let y = top + titleHeight + index * cellHeight
      let name = TextTable.shortened(map.layers[index].layer.printable, to: 32)
      text += label(name, x: left - 8, y: y + 14, attributes: "text-anchor=\"end\"")
      for (column, cell) in row.enumerated() {
        let x = left + column * cellWidth
        let shade = shade(of: cell, measure)
        let place = "x=\"\(x)\" y=\"\(y)\" width=\"\(cellWidth - 1)\" height=\"\(cellHeight - 1)\""
        text += "<rect \(place) fill=\"\(color(shade))\"/>\n"
        text += label(
          measure.text(of: cell), x: x + cellWidth / 2, y: y + 14,
          attributes: "text-anchor=\"middle\" fill=\"\(shade > 0.6 ? "white" : "black")\"")
      }
    }
    return text
  }

  private static func measure(of study: SensitivityResult) -> SensitivityMeasure {
    if study.evaluation.accuracy != nil { return .drop }
    return study.evaluation.fidelity != nil ? .signalToNoise : .energy
  }

  /// How bad a cell is, 0 to 1.
  private static func shade(of row: SensitivityRow, _ measure: SensitivityMeasure) -> Double {
    switch measure {
    case .drop: return min(max((row.drop ?? 0) / darkestDrop, 0), 1)
    case .signalToNoise:
      guard let fidelity = row.evaluation.fidelity, !fidelity.isExact else { return 0 }
      let ratio = fidelity.outputSQNR ?? ratios.worst
      return min(max((ratios.best - ratio) / (ratios.best - ratios.worst), 0), 1)
    case .overflow: return min(max(row.layerOverflow?.rate ?? 0, 0), 1)
    case .energy: return 0
    }
  }

  /// From a pale to a dark red.
  private static func color(_ shade: Double) -> String {
    func between(_ pale: Double, _ dark: Double) -> Int { Int(pale + (dark - pale) * shade) }
    return "rgb(\(between(252, 165)),\(between(240, 15)),\(between(232, 21)))"
  }

  private static func label(_ text: String, x: Int, y: Int, attributes: String) -> String {
    let escaped = text.map { character -> String in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
    return "<text x=\"\(x)\" y=\"\(y)\" \(attributes)>\(escaped)</text>\n"
  }
}
