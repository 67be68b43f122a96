import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// NVDLA's performance workbook, sheet AlexNet: every layer without second memory.
  static let nvdlaAlexNet = ValidationTarget(
    title: "NVDLA workbook, AlexNet layers: traffic and cycles",
    source:
      "tables/nvdla_perf_model_alexnet_layers.csv, nvdla/hw perf/NVDLA_OpenSource_Performance.xlsx",
    assumptions:
      "nvdla-large at 10 GB/s without an output stage; the workbook lets a KiB pass as 1,000 bytes of bandwidth; no "
      + "biases; layers of two groups are two rows; fully connected layers for 16 images, divided by 16"
  ) { data in
    let device = try NVDLAWorkbook.device(
      data, multipliers: 2048, buffer: .kibibytes(512), gigabytes: 10)
    var model = CostModel(device: device)
    var rows: [ValidationRow] = []
    for (index, record) in try data.table("tables/nvdla_perf_model_alexnet_layers.csv").enumerated()
    {
      let layer = try NVDLAWorkbook.Layer(record)
      let batch = try record.text("Layer attribute") == "fc" ? 16 : 1
      let name = try "\(index + 1) \(record.text("Layer"))"
      let cost = try model.cost(of: layer.work(name: name, batch: batch))
      func kibibytes(_ operand: Operand) -> Double {
        cost.accesses.filter { $0.level == "dram" && $0.operand == operand }
          .reduce(0) { $0 + $1.bits.bytes } / 1024
      }
      for (item, ours, column) in [
        ("inputs", kibibytes(.inputs) / Double(batch), "Input data size"),
        ("weights", kibibytes(.weights), "Weight data size"),
        ("outputs", kibibytes(.outputs) / Double(batch), "Output data size"),
      ] {
        rows.append(
          ValidationRow(
            "\(name), \(item)", unit: "KiB", ours: ours, theirs: try record.number(column),
            bar: .within(0.01)))
      }
      rows.append(
        ValidationRow(
          "\(name), engines", unit: "cycles",
          ours: Double(cost.computeCycles.count) / Double(batch),
          theirs: try record.number("MAC Cycles"), bar: .within(0.01)))
      rows.append(
        ValidationRow(
          "\(name), all", unit: "cycles", ours: Double(cost.cycles.count) / Double(batch),
          theirs: try record.number("MAX Cycle"), bar: .within(0.01)))
    }
    return rows
  }
}
