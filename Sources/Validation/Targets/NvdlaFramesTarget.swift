import Costs
import Mappings
import Quantities

extension ValidationTarget {
  /// NVDLA's performance workbook: frames a second of three networks in seven configurations.
  static let nvdlaFrames = ValidationTarget(
    title: "NVDLA workbook, seven configurations: frames a second",
    source: "tables/nvdla_primer_resnet50.csv, the workbook evaluated in each configuration",
    fitted:
      "no parameter; the rule for buffers that are too small and the layer lists of ResNet-50 and GoogLeNet were chosen "
      + "among some thousand so that all seven configurations agree, so these rows show a fit; AlexNet's are predicted",
    assumptions:
      "as for the layers. When inputs and weights exceed the buffer, half of it holds one of them and the other is read "
      + "again for each half, whichever moves less. ResNet-50: stride in the first 1x1 of a stage, folded (four times "
      + "its weights); first pool and additions apart. GoogLeNet: the 1x1 and both reductions of a module read its "
      + "input together, its pool is free, the pools between modules are apart. In both, Winograd weights "
      + "count as 9 (as 16 in AlexNet's sheet) and the last layer takes 16 images"
  ) { data in
    let networks = try NVDLAWorkbook.networks(data)
    var rows: [ValidationRow] = []
    for record in try data.table("tables/nvdla_primer_resnet50.csv") {
      let multipliers = try record.integer("macs")
      for network in networks {
        var model = CostModel(
          device: try NVDLAWorkbook.device(
            data, multipliers: multipliers, buffer: .kibibytes(record.integer("conv_buffer_KB")),
            gigabytes: record.number("sdram_GBps"), transformsWeights: network.hasPlainWeights))
        let cycles = try network.layers.reduce(0.0) { sum, layer in
          let bounds = layer.work().bounds
          let batch = bounds.outputRows * bounds.outputColumns == 1 ? network.batch : 1
          let cost = try model.cost(of: layer.work(batch: batch))
          return sum + Double(cost.cycles.count) / Double(batch)
        }
        var row = ValidationRow(
          "\(multipliers) MACs, \(network.name)", unit: "fps", ours: 1e9 / cycles,
          theirs: try record.number(network.column), bar: .within(0.01),
          isFitted: network.hasPlainWeights)
        if row.passes == false {
          row.note =
            "the layer list and the split term of this sheet are unpublished; ours are inferred"
        }
        rows.append(row)
      }
    }
    return rows
  }
}
