import Costs
import Mappings
import Quantities

extension ValidationTarget {
  /// Accumulators of 16 against 32 bits on a Cortex-A72: twice as fast where computing limits.
  static let neon = ValidationTarget(
    title: "Cortex-A72, 16-bit against 32-bit accumulators: speed-up of All-CNN-C and AlexNet",
    source:
      "tables/neon_throughput.csv (LLVM scheduling tables): 8 against 4 products a cycle; de Bruin "
      + "et al. report 2x",
    assumptions:
      "a layer is bound by computing when its inner loops take more than 80 % of its cycles with "
      + "32-bit sums; the others are reported"
  ) { data in
    var model = CostModel(device: try data.device("cortex-a72"))
    let rates = try data.table("tables/neon_throughput.csv").filter {
      try $0.text("core") == "A57/A72" && $0.text("instr").hasPrefix("SMLAL")
    }
    guard rates.count == 2 else { throw ValidationProblem("neon_throughput.csv: no SMLAL rows") }
    let expected = try rates[0].number("macs_per_cycle") / rates[1].number("macs_per_cycle")
    var rows: [ValidationRow] = []
    for network in ["all-cnn-c", "alexnet"] {
      let wide = try ProcessorLayers.topology(network, sums: 32, data)
      let narrow = try ProcessorLayers.topology(network, sums: 16, data)
      for (wide, narrow) in zip(wide, narrow) where wide.kind == .products {
        let slow = try model.cost(of: wide)
        let fast = try model.cost(of: narrow)
        let share = Double(slow.computeCycles.count) / Double(max(1, slow.cycles.count))
        rows.append(
          ValidationRow(
            "\(network) \(wide.name)", unit: "times",
            ours: Double(slow.cycles.count) / Double(max(1, fast.cycles.count)),
            theirs: expected, bar: share > 0.8 ? .within(0.1) : .reported,
            note: neonNotes["\(network) \(wide.name)"] ?? ""))
      }
    }
    return rows
  }

  private static let neonNotes = [
    "all-cnn-c conv1":
      "27 products an output: finishing it is 11 % of the cycles, which no accumulator makes faster"
  ]
}
