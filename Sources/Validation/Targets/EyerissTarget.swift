import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// Buffer and DRAM traffic, time and power of the chip on AlexNet.
  static let eyeriss = ValidationTarget(
    title: "Eyeriss chip, AlexNet, batch 4: traffic, time and power per layer",
    source:
      "Chen et al., JSSC 52(1) 2017, Table V (measured silicon); tables/eyeriss_alexnet_*.csv",
    fitted: """
      nothing by us; the mappings are those of tables/eyeriss_alexnet_access_model_check.csv, where CONV3's q, r \
      and t were chosen to meet the measured buffer traffic (the published mapping gives +38 %) and m is \
      recalled, not read
      """,
    assumptions: """
      16-bit words, MB of 1e6 bytes, zero padding stored with the images; the chip's buffer figure has no \
      filters and no fills from DRAM; DRAM traffic is measured after run-length coding: ours is divided by the \
      printed ratio of the layer
      """
  ) { data in
    let device = try data.device("eyeriss")
    let mappings = try data.table("tables/eyeriss_alexnet_access_model_check.csv")
    let measured = try data.table("tables/eyeriss_alexnet_measured.csv")
    var rows: [ValidationRow] = []
    for (layer, record) in zip(try EyerissLayer.layers(mappings), measured) {
      let isFitted = layer.name == "CONV3"
      let legal = try LegalMapping(layer.mapping, of: layer.work, on: device)
      let cost = try LayerCost(mapping: legal, accesses: legal.accesses, device: device)
      func bits(_ level: String, _ operand: Operand) -> Int {
        cost.accesses.filter { $0.level == level && $0.operand == operand }
          .reduce(0) { $0 + (operand == .outputs ? $1.bits : $1.readBits).count }
      }
      let buffer = bits("buffer", .inputs) + bits("buffer", .outputs)
      rows.append(
        ValidationRow(
          "\(layer.name), buffer", unit: "MB", ours: Double(buffer) / 8e6,
          theirs: try record.number("buffer_MB"), bar: .within(0.1), isFitted: isFitted))
      let dram = Operand.allCases.reduce(0) { $0 + bits("dram", $1) }
      rows.append(
        ValidationRow(
          "\(layer.name), DRAM after coding", unit: "MB",
          ours: Double(dram) / 8e6 / (try record.number("rlc_ratio")),
          theirs: try record.number("dram_MB"), bar: .within(0.1)))
      rows.append(
        ValidationRow(
          "\(layer.name), active units", unit: "units", ours: Double(legal.activeUnits),
          theirs: try record.number("active_pes"), bar: .within(0.05)))
      let busy = cost.cycles.count
      rows.append(
        ValidationRow(
          "\(layer.name), processing time", unit: "ms",
          ours: Double(busy) / device.clock.value * 1e3,
          theirs: try record.number("processing_latency_ms"), bar: .within(0.1)))
    }
    return rows
  }
}
