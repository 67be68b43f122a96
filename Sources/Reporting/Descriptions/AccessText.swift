internal import Devices
public import Mappings

/// The mapping of one layer and what it moves, for people.
public enum AccessText {
  /// The mapping, the steps of the array and the accesses of each level and operand in elements.
  public static func text(_ mapping: LegalMapping) -> String {
    let counts = mapping.accesses
    var lines = ["layer \(mapping.work.name):"]
    lines += mapping.text.split(separator: "\n").map { "  " + $0 }
    lines += [
      "", "steps     \(counts.steps) of the array, \(mapping.activeUnits) units at most", "",
    ]
    var rows = [["level", "operand", "reads inwards", "fills", "updates", "drains"]]
    for (level, name) in mapping.levelNames.enumerated() {
      for operand in mapping.work.operands {
        let below = counts.links.first { $0.operand == operand && $0.parent == level }
        let above = counts.links.first { $0.operand == operand && $0.child == level }
        if below == nil, above == nil { continue }
        rows.append([
          name, operand.rawValue, String(below?.parentReads ?? 0), String(above?.childWrites ?? 0),
          String(below?.parentWrites ?? 0), String(above?.childReads ?? 0),
        ])
      }
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < 2 ? cell + space : space + cell
      }
      lines.append(cells.joined(separator: "  "))
    }
    lines += ["elements; fills come from outside, updates and drains are outputs on their way out"]
    return lines.joined(separator: "\n") + "\n"
  }
}
