import Devices
import Quantities

extension ValidationTarget {
  /// The SRAM model against the CACTI 7 runs that it was fitted to, and against Horowitz's energies.
  static let sram = ValidationTarget(
    title: "SRAM: energy, leakage and area of a fit to CACTI 7",
    source:
      "tables/cacti7_sram_sweep.csv, 468 runs of CACTI 7.0; tables/energy_horowitz_isscc2014_45nm.csv",
    fitted:
      "for each figure and flavour 12 coefficients in the logarithms of size and width and a shift for "
      + "two of the three nodes, by least squares on all 468 runs; Horowitz's energies are outside the fit",
    assumptions:
      "rows of CACTI show root mean square and largest differences as 1 + difference against 1; CACTI "
      + "itself jumps from size to size: interpolating its neighbours misses reads by 11 %"
  ) { data in
    var rows: [ValidationRow] = []
    let table = try data.table("tables/cacti7_sram_sweep.csv")
    let columns: [(SRAMModel.Figure, String, rootMeanSquare: Double, largest: Double)] = [
      (.read, "read_pJ", 0.15, 0.5), (.write, "write_pJ", 0.1, 0.25),
      (.leakage, "leakage_mW", 0.1, 0.25), (.area, "area_mm2", 0.1, 0.25),
    ]
    for (figure, column, rootMeanSquare, largest) in columns {
      var squares = 0.0
      var worst = 0.0
      for record in table {
        let theirs = try record.number(column)
        let difference = try Self.modelled(figure, record) / theirs - 1
        squares += difference * difference
        worst = max(worst, difference.magnitude)
      }
      let mean = (squares / Double(max(table.count, 1))).squareRoot()
      rows.append(
        ValidationRow(
          "\(figure.rawValue), \(table.count) points, root mean square", unit: "ratio",
          ours: 1 + mean, theirs: 1, bar: .within(rootMeanSquare), isFitted: true))
      rows.append(
        ValidationRow(
          "\(figure.rawValue), \(table.count) points, largest", unit: "ratio", ours: 1 + worst,
          theirs: 1, bar: .within(largest), isFitted: true))
    }
    for (op, capacity) in [
      ("SRAM 8KB 64b", 8), ("SRAM 32KB 64b", 32), ("SRAM 1MB 64b", 1024),
    ] {
      let record = try data.table("tables/energy_horowitz_isscc2014_45nm.csv").first {
        try $0.text("op") == op
      }
      guard let record, let model = SRAMModel(.lowStandbyPower, technology: 45),
        let energy = model.energy(isWrite: false, capacity: .kibibytes(capacity), width: 64)
      else { throw ValidationProblem("no row \(op)") }
      rows.append(
        ValidationRow(
          "\(op) read, Horowitz", unit: "pJ", ours: energy.value,
          theirs: try record.number("energy_pJ"), bar: .reported,
          note: "another circuit; CACTI's own figures are 6.1, 17.0 and 93.5 pJ"))
    }
    return rows
  }

  private static func modelled(
    _ figure: SRAMModel.Figure, _ record: ValidationRecord
  ) throws -> Double {
    let cell = try record.text("cell")
    guard let flavour = SRAMModel.Flavour.allCases.first(where: { cell == "itrs-\($0.rawValue)" }),
      let model = SRAMModel(flavour, technology: try record.integer("tech_nm")),
      let value = model.value(
        figure, capacity: .bytes(try record.integer("bytes")),
        width: try record.integer("width_bits"))
    else { throw ValidationProblem("the model of SRAM does not cover \(cell)") }
    return value
  }
}
