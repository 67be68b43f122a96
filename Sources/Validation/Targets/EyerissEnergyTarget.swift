import Costs
import Devices
import Foundation
import Mappings
import Quantities

extension ValidationTarget {
  /// The energy of AlexNet's layers on the accelerator of the row-stationary paper, in multiply-accumulates.
  static let eyerissEnergy = ValidationTarget(
    title: "Eyeriss as estimated for ISCA 2016, AlexNet, batch 16: normalised energy per layer",
    source: """
      Chen, Emer, Sze, ISCA 2016, Fig. 10, as nn_dataflow holds itself to it (test_eyeriss_isca16, to 0.1); \
      tables/eyeriss_isca2016_normalized_energy.csv
      """,
    assumptions: """
      model against model; 16x16 units with 512 B each, a buffer of 128 KiB, 16-bit words; an access costs \
      200 (DRAM), 6 (buffer) and 1 (registers) multiply-accumulates; zero padding stored with the images; \
      mappings are ours, searched for least energy: the array's own transfers, which cost them 2, are \
      free for our search
      """
  ) { data in
    let device = try normalized(data.device("eyeriss"))
    let published = try data.table("tables/eyeriss_isca2016_normalized_energy.csv")
    var model = CostModel(device: device, objective: .energy)
    var rows: [ValidationRow] = []
    for (record, shape) in zip(published, AlexNetShape.all) {
      let name = try record.text("layer")
      let cost = try model.cost(of: shape.work(name))
      func energy(_ component: String) -> Double {
        cost.energy.filter { $0.component == component }.reduce(0) { $0 + $1.energy.value } / 1e9
      }
      let least = Double(cost.lowerBounds.trafficBits.count) / 16 * 200 / 1e9
      for (column, component) in [("alu", "compute"), ("dram", "dram"), ("rf", "spads")] {
        var row = ValidationRow(
          "\(name), \(column)", unit: "1e9 MAC", ours: energy(component),
          theirs: try record.number(column), bar: .within(0.1))
        if row.passes == false {
          row.note = note(column, ours: row.ours, theirs: row.theirs, least: least)
        }
        rows.append(row)
      }
    }
    return rows
  }

  private static func note(
    _ column: String, ours: Double, theirs: Double, least: Double
  ) -> String {
    func times(_ value: Double) -> String { String(format: "%.2f", value / least) }
    return switch column {
    case "dram":
      "another mapping: theirs moves \(times(theirs)) times what must move at least, ours "
        + "\(times(ours)) times"
    case "rf":
      "another mapping: ours fills the registers at another rate; four accesses a product are in both"
    default: "the table has two decimals"
    }
  }

  /// The accelerator of the paper: prices in multiply-accumulates, which stand as pJ.
  private static func normalized(_ chip: Device) -> Device {
    var device = chip
    device.compute.rows = 16
    device.compute.columns = 16
    device.compute.macEnergy.multiply = Picojoules(1)
    device.compute.leakage = .zero
    let capacities: [Bits?] = [nil, .kibibytes(128), Bits(512 * 8)]
    for (level, price) in [200.0, 6, 1].enumerated() {
      device.memories[level].capacity = capacities[level]
      device.memories[level].operandCapacity = [:]
      for operand in Operand.allCases {
        device.memories[level].readEnergy[operand] = PicojoulesPerBit(price / 16)
        device.memories[level].writeEnergy[operand] = PicojoulesPerBit(price / 16)
      }
    }
    return device
  }
}

/// A layer of AlexNet with the padding stored.
private struct AlexNetShape {
  var groups, filters, channels, size, kernel, step: Int

  static let all = [
    AlexNetShape(groups: 1, filters: 96, channels: 3, size: 55, kernel: 11, step: 4),
    AlexNetShape(groups: 2, filters: 128, channels: 48, size: 27, kernel: 5, step: 1),
    AlexNetShape(groups: 1, filters: 384, channels: 256, size: 13, kernel: 3, step: 1),
    AlexNetShape(groups: 2, filters: 192, channels: 192, size: 13, kernel: 3, step: 1),
    AlexNetShape(groups: 2, filters: 128, channels: 192, size: 13, kernel: 3, step: 1),
    AlexNetShape(groups: 1, filters: 4096, channels: 256, size: 1, kernel: 6, step: 1),
    AlexNetShape(groups: 1, filters: 4096, channels: 4096, size: 1, kernel: 1, step: 1),
    AlexNetShape(groups: 1, filters: 1000, channels: 4096, size: 1, kernel: 1, step: 1),
  ]

  /// The layer for 16 images with 16-bit operands.
  func work(_ name: String) -> LayerWork {
    var bounds = LoopBounds()
    bounds.batch = 16
    bounds.groups = groups
    bounds.outputChannels = filters
    bounds.inputChannels = channels
    bounds.outputRows = size
    bounds.outputColumns = size
    bounds.kernelRows = kernel
    bounds.kernelColumns = kernel
    bounds.strideY = step
    bounds.strideX = step
    bounds.inputHeight = (size - 1) * step + kernel
    bounds.inputWidth = bounds.inputHeight
    return LayerWork(
      name: name, kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 16, inputs: 16, outputs: 16, partialSums: 16, bias: 0))
  }
}
