import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// ZigZag's latency of given mappings: compute with stalls, on- and off-loading, and their sum.
  static let zigzagLatency = ValidationTarget(
    title: "ZigZag, given mappings: latency",
    source: "costs/zigzag/vectors.json, recorded outputs of ZigZag 3.9.1",
    assumptions:
      "the paddings are not recorded and follow from the recorded input words; partial sums that are read "
      + "for the first time are not read here, but take a slot at the port there; weights and inputs "
      + "that come first over one port come one after the other here, side by side there"
  ) { data in
    var rows: [ValidationRow] = []
    for run in try ZigZagCase.all(data) {
      let (device, mapping) = try run.modelled(data)
      let cost = try LayerCost(mapping: mapping, accesses: mapping.accesses, device: device)
      let name = "\(run.accelerator) \(run.layer)"
      func row(
        _ item: String, _ ours: Cycles, _ theirs: Double, _ bar: ValidationBar, _ note: String
      ) {
        let row = ValidationRow(
          "\(name), \(item)", unit: "cycles", ours: Double(ours.count), theirs: theirs, bar: bar)
        rows.append(row)
        if row.passes == false { rows[rows.count - 1].note = note }
      }
      let latency = run.latency
      row(
        "compute and stalls", cost.computeCycles + cost.stallCycles, latency.computation,
        .within(0.05), "partial sums read for the first time")
      row("on-loading", cost.overhead.onload, latency.data_onloading, .reported, "")
      row("off-loading", cost.overhead.offload, latency.data_offloading, .reported, "")
      row(
        "all", cost.cycles,
        latency.data_onloading + latency.computation + latency.data_offloading, .within(0.05),
        "weights and inputs share one DRAM port: here they come one after the other, there side by side"
      )
    }
    return rows
  }
}
