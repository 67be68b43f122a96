import Costs
import Mappings
import Quantities

extension ValidationTarget {
  /// The rows of the profile whose cycles five parameters of `cortex-m7` are fitted on.
  private static let fittedRows: Set<Int> = [3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23, 24, 27, 29]

  /// MobileNetV1 0.25 160x160 on an STM32H743 with CMSIS-NN kernels, layer by layer.
  static let cortexM7 = ValidationTarget(
    title: "Cortex-M7 (STM32H743, 400 MHz), MobileNetV1 0.25 160x160: cycles of each layer",
    source: "tables/mobilenetv1_025_160_stm32h743_cmsisnn_layers.csv, measured (EEESlab)",
    fitted: "instructionsPerCycle, the instructions of an output, of a pixel, of a copied tap, and "
      + "those beside a load of the depthwise kernel, by least squares of relative errors on the rows "
      + "3, 4, 7, 8, 11, 12, 15, 16, 19, 20, 23, 24, 27 and 29; a tap of a pool on row 28. The other "
      + "14 rows are the score, not a blind one: the split, the copy count, the fetch bandwidth and "
      + "half a KiB of cache were settled after all rows had been seen. The depthwise kernel is "
      + "counted in its source, the matrix kernel and the copy from memory",
    assumptions:
      "all activations in zero-wait memory, weights in flash behind the data cache; the ranking "
      + "(row 30, 0.03 % of the cycles) is left out"
  ) { data in
    var model = CostModel(device: try data.device("cortex-m7"))
    var rows: [ValidationRow] = []
    var (ours, theirs) = (0.0, 0.0)
    let path = "tables/mobilenetv1_025_160_stm32h743_cmsisnn_layers.csv"
    for record in try data.table(path) {
      let id = try record.integer("id")
      if id >= 30 { continue }
      let kind = try record.text("layer")
      let inputs = try record.integer("in_ch")
      let size = try record.integer("out_dim")
      let stride = try record.integer("stride")
      let name = "\(id) \(kind) \(inputs)"
      let work =
        if kind.hasPrefix("Conv_dw") {
          ProcessorLayers.depthwise(name, channels: inputs, size: size, stride: stride)
        } else if kind.hasPrefix("AvgPool") {
          ProcessorLayers.pool(name, channels: inputs, rows: 5, columns: 5)
        } else {
          try ProcessorLayers.convolution(
            name, inputs: inputs, outputs: record.integer("out_ch"), rows: size, columns: size,
            kernelRows: id == 1 ? 3 : 1, kernelColumns: id == 1 ? 3 : 1, stride: stride)
        }
      let cycles = Double(try model.cost(of: work).cycles.count)
      let measured = try record.number("cycles")
      rows.append(
        ValidationRow(
          name, unit: "cycles", ours: cycles, theirs: measured, bar: .within(0.1),
          isFitted: fittedRows.contains(id) || id == 28))
      ours += cycles
      theirs += measured
    }
    rows.append(
      ValidationRow(
        "all layers", unit: "cycles", ours: ours, theirs: theirs, bar: .within(0.1)))
    return rows
  }
}
