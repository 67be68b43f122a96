import Costs
import Devices
import Interchange
import Mappings
import Networks
import Quantities
import Simulation

extension ValidationTarget {
  /// Off-chip traffic of classic networks on the bundled arrays beside communication lower bounds.
  static let lowerBounds = ValidationTarget(
    title: "Communication lower bounds: AlexNet, VGG-16, ResNet-50 off the chip",
    source: "tables/communication_lower_bounds.csv; the bound with a constant is derived in "
      + "Sources/Costs/CapacityBound.swift",
    assumptions:
      "8-bit operands, 32-bit sums and biases, batch of 1, layers with products; S is all "
      + "that the device holds inside its outermost memory, in words of 8 bits; formulae whose status "
      + "is recalled, or that leave out their constant, are no evidence and have no bar"
  ) { data in
    let formulae = try data.table("tables/communication_lower_bounds.csv")
    var rows: [ValidationRow] = []
    for network in ["alexnet", "vgg16", "resnet50"] {
      guard let path = data.bundled.networkPath(named: network) else {
        throw ValidationProblem("no bundled network \(network)")
      }
      let layers = works(try WorkloadSource(path: path).workload().network)
      for name in ["edge-npu", "eyeriss", "tpu-like-16x16"] {
        let device = try data.device(name)
        let sums = try Traffic(layers, device)
        rows += try sums.rows("\(network) on \(name)", formulae)
      }
    }
    return rows
  }

  /// The layers with products of a network, in 8 bits.
  private static func works(_ network: VerifiedNetwork) -> [LayerWork] {
    network.network.layers.enumerated().compactMap { index, layer in
      let work = LayerWork.work(
        for: layer.operation, name: layer.name,
        inputShapes: layer.inputs.map { network.shapes[$0] },
        outputShape: network.shapes[index + 1], batch: 1,
        widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 32))
      return work.kind == .products ? work : nil
    }
  }

  /// What the layers of a network move, and what they must move.
  private struct Traffic {
    var moved = 0.0
    var compulsory = 0.0
    var capacity = 0.0
    /// 2 MACs / sqrt(R S) + outputs, and its part for layers with R = 1 as a bound, 2 MACs / sqrt(S) - 2 S.
    var achieved = 0.0
    var product = 0.0
    var movedByProducts = 0.0
    var below = 0

    init(_ layers: [LayerWork], _ device: Device) throws {
      var model = CostModel(device: device)
      for layer in layers {
        let cost = try model.cost(of: layer)
        let bits = Double(
          Operand.allCases.reduce(0) { sum, operand in
            sum + (cost.accesses.first { $0.operand == operand }?.bits.count ?? 0)
          })
        let bound = Double(CapacityBound(work: layer, device: device).bits.count)
        moved += bits
        compulsory += Double(cost.lowerBounds.trafficBits.count)
        capacity += max(bound, Double(cost.lowerBounds.trafficBits.count))
        if bits < bound || bits < Double(cost.lowerBounds.trafficBits.count) { below += 1 }
        guard let inside = CapacityBound.capacity(of: device, layer) else { continue }
        let words = Double(inside.count) / 8
        let bounds = layer.bounds
        let reuse =
          Double(bounds.kernelRows * bounds.kernelColumns)
          / Double(bounds.strideY * bounds.strideX)
        let products = 2 * Double(layer.macs)
        achieved +=
          8 * (products / (reuse * words).squareRoot() + Double(layer.elements(of: .outputs)))
        if bounds.kernelRows * bounds.kernelColumns == 1 {
          product += 8 * max(products / words.squareRoot() - 2 * words, 0)
          movedByProducts += bits
        }
      }
    }

    func rows(_ name: String, _ formulae: [ValidationRecord]) throws -> [ValidationRow] {
      func status(_ prefix: String) throws -> String {
        guard
          let record = try formulae.first(where: { try $0.text("bound").hasPrefix(prefix) })
        else { throw ValidationProblem("communication_lower_bounds.csv: no row \(prefix)") }
        return try "the table says: \(record.text("status"))"
      }
      func row(
        _ item: String, _ ours: Double, _ theirs: Double, _ bar: ValidationBar, _ note: String = ""
      ) -> ValidationRow {
        ValidationRow(
          "\(name), \(item)", unit: "MB", ours: ours / 8e6, theirs: theirs / 8e6, bar: bar,
          note: note)
      }
      return [
        ValidationRow(
          "\(name), layers below a bound", unit: "layers", ours: Double(below), theirs: 0,
          bar: .exact),
        row("everything once", moved, compulsory, .atLeast, try status("compulsory")),
        row(
          "or what capacity forces", moved, capacity, .atLeast,
          "the larger one layer by layer; sqrt(2) MACs / sqrt(R S) - 4 S, derived"),
        row(
          "2 MACs / sqrt(R S) + outputs", moved, achieved, .reported,
          try status("HPCA20 achieved") + "; reached by a dataflow, no bound"),
        row(
          "1x1 and fully connected, 2 M N K / sqrt(S) - 2 S", movedByProducts, product, .reported,
          try status("MM / FC")),
      ]
    }
  }
}
