import Devices

extension ValidationTarget {
  /// Aladdin's energies of arithmetic at many widths and nodes, as Accelergy scales them from 40 nm.
  static let scaling = ValidationTarget(
    title: "Multipliers, adders, registers by width and node: Aladdin through Accelergy",
    source: "costs/accelergy/aladdin_compute.csv",
    assumptions:
      "Accelergy's 32-bit figures at 40 nm and 1 ns, multipliers with both widths, adders and registers with "
      + "one; Stillmaker and Baas at 0.8 V; its figures have five digits"
  ) { data in
    try data.table("costs/accelergy/aladdin_compute.csv").map { record in
      let component = try record.text("component")
      let node = try record.integer("tech_nm")
      let width = try record.number("width_a")
      let other = try record.number("width_b")
      let base: Double
      switch component {
      case "IntMultiplier": base = 12.68 * width / 32 * other / 32
      case "IntAdder": base = 0.21 * width / 32
      case "Register": base = 0.009 * width
      default: throw ValidationProblem("\(component): is not IntMultiplier, IntAdder or Register")
      }
      guard let factor = TechnologyScaling.factor(from: (40, 0.8), to: (node, 0.8)) else {
        throw ValidationProblem("\(node) nm: cannot be scaled to")
      }
      return ValidationRow(
        "\(component) \(Int(width)) x \(Int(other)) bit, \(node) nm", unit: "pJ",
        ours: base * factor, theirs: try record.number("energy_pJ"), bar: .within(0.001))
    }
  }
}
