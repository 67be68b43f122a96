import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// SCALE-Sim's compute cycles and SRAM accesses of a 32x32 systolic array, three dataflows.
  static let scaleSim = ValidationTarget(
    title: "SCALE-Sim, 32x32 systolic array: compute cycles and SRAM accesses",
    source: "costs/scalesim/cycles_32x32.csv, recorded outputs of SCALE-Sim",
    assumptions:
      "its cycle figure is the index of the last cycle: the true count is one more, and that is compared"
  ) { data in
    var rows: [ValidationRow] = []
    for record in try data.table("costs/scalesim/cycles_32x32.csv") {
      let flow = try record.text("dataflow")
      var model = CostModel(device: try systolic(flow, data))
      var bounds = LoopBounds()
      bounds.outputRows = try record.integer("M")
      bounds.inputHeight = bounds.outputRows
      bounds.outputChannels = try record.integer("N")
      bounds.inputChannels = try record.integer("K")
      let name = try "\(record.text("net")) \(flow) \(record.text("layer"))"
      let cost = try model.cost(
        of: LayerWork(
          name: name, kind: .products, bounds: bounds,
          widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0)))
      rows.append(
        ValidationRow(
          "\(name), cycles", unit: "cycles",
          ours: Double((cost.computeCycles + cost.overheadCycles).count),
          theirs: try record.number("cycles") + 1, bar: .exact))
      for (operand, column) in [
        (Operand.inputs, "sram_ifmap_reads"), (.weights, "sram_filter_reads"),
        (.outputs, "sram_ofmap_writes"),
      ] {
        let moved = cost.accesses.filter { $0.operand == operand }
          .reduce(0) { $0 + (operand == .outputs ? $1.writes : $1.reads) }
        rows.append(
          ValidationRow(
            "\(name), \(column)", unit: "words", ours: Double(moved),
            theirs: try record.number(column), bar: .exact))
      }
    }
    return rows
  }

  /// A 32x32 systolic array on one SRAM that never stalls.
  private static func systolic(_ flow: String, _ data: ValidationData) throws -> Device {
    var device = try data.device("tpu-like-16x16")
    device.compute.rows = 32
    device.compute.columns = 32
    switch flow {
    case "os":
      device.compute.dataflow = .outputStationary
      device.compute.rowAxes = [.outputRows]
      device.compute.columnAxes = [.outputChannels]
    case "ws":
      device.compute.dataflow = .weightStationary
      device.compute.rowAxes = [.inputChannels]
      device.compute.columnAxes = [.outputChannels]
    case "is":
      device.compute.dataflow = .inputStationary
      device.compute.rowAxes = [.inputChannels]
      device.compute.columnAxes = [.outputRows]
    default: throw ValidationProblem("dataflow \(flow): write os, ws or is")
    }
    device.compute.cyclesPerOutput = 0
    device.compute.cyclesPerLayer = 0
    device.memories = [device.memories[0]]
    device.memories[0].readBandwidth = BitsPerCycle(1e9)
    device.memories[0].writeBandwidth = BitsPerCycle(1e9)
    return device
  }
}
