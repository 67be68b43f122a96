import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// The first TPU: operations a second of six production networks, and the steps of a 600x600 matrix.
  static let tensorProcessor = ValidationTarget(
    title: "TPUv1 (ISCA 2017): TOPS of six networks, tiles of a 600x600 matrix",
    source: "tables/tpu_v1_isca2017_table3.csv and tpu_v1_isca2017_misc.csv, measured",
    assumptions:
      "layer shapes are unpublished: as many equal layers as the paper counts, square, with the published weights together, "
      + "for the published batch; positions of a convolution are ops a weight byte over the batch, kernels 3x3; each layer "
      + "reads its inputs and writes its outputs in DRAM; host, vector layers and pools are not modelled"
  ) { data in
    var device = try data.device("tpu-v1")
    var model = CostModel(device: device)
    var rows: [ValidationRow] = []
    for record in try data.table("tables/tpu_v1_isca2017_table3.csv") {
      let name = try record.text("app")
      let layers = try record.integer("layers")
      let batch = try record.integer("batch")
      let weights = try TensorProcessor.count(record.text("weights")) / Double(layers)
      let positions = try record.number("ops_per_weight_byte") / Double(batch)
      let work = TensorProcessor.layer(
        name, weights: weights, positions: name.hasPrefix("CNN") ? positions : 1, batch: batch)
      let cost = try model.cost(of: work)
      let seconds = (cost.cycles / device.clock).value
      let isJudged = ["MLP0", "MLP1", "LSTM0"].contains(name)
      var row = ValidationRow(
        name, unit: "TOPS", ours: 2 * Double(work.macs) / seconds / 1e12,
        theirs: try record.number("tops"), bar: isJudged ? .within(0.25) : .reported)
      if row.passes != true {
        row.note = "shapes are guessed; the chip's time outside matrix layers is not modelled"
      }
      rows.append(row)
    }
    // LSTM1's matrix on arrays of two sizes; the chip reads whole tiles, so the matrix is rounded up to them.
    for (size, steps, microseconds) in [(256, 9.0, 18.0), (512, 4, 32)] {
      device.compute.rows = size
      device.compute.columns = size
      device.memories[3].capacity = .bytes(4 * size * size)
      var model = CostModel(device: device)
      let exact = try model.cost(of: TensorProcessor.matrix(600, batch: 96))
      let tiles = try model.cost(
        of: TensorProcessor.matrix((600 + size - 1) / size * size, batch: 96))
      rows.append(
        ValidationRow(
          "600x600 on \(size)x\(size), steps", unit: "tiles",
          ours: Double(exact.overhead.fill.count) / Double(2 * size - 2), theirs: steps,
          bar: .exact,
          note: size == 256
            ? ""
            : "cells have room for two 16-bit weights; where two 8-bit ones fit, the model keeps both and passes less often"
        ))
      rows.append(
        ValidationRow(
          "600x600 on \(size)x\(size), whole tiles", unit: "us",
          ours: (tiles.cycles / device.clock).value * 1e6, theirs: microseconds, bar: .reported))
      rows.append(
        ValidationRow(
          "600x600 on \(size)x\(size), weights alone", unit: "us",
          ours: (exact.cycles / device.clock).value * 1e6, theirs: microseconds, bar: .reported,
          note: "the model reads no padding of a tile; the chip does"))
    }
    return rows
  }
}

/// Layers of the TPU's networks, whose shapes are unpublished.
enum TensorProcessor {
  /// A number such as `20M`.
  static func count(_ text: String) throws -> Double {
    guard text.hasSuffix("M"), let millions = Double(text.dropLast()) else {
      throw ValidationProblem("tpu_v1_isca2017_table3.csv: weights are \"\(text)\", not millions")
    }
    return millions * 1e6
  }

  /// A square layer of so many weights: a matrix, or a 3x3 convolution with so many positions.
  static func layer(
    _ name: String, weights: Double, positions: Double, batch: Int
  ) -> LayerWork {
    guard positions > 1 else {
      return matrix(Int(weights.squareRoot().rounded()), batch: batch, name: name)
    }
    let channels = Int((weights / 9).squareRoot().rounded())
    let size = Int(positions.squareRoot().rounded())
    var work = matrix(channels, batch: batch, name: name)
    (work.bounds.outputRows, work.bounds.outputColumns) = (size, size)
    (work.bounds.inputHeight, work.bounds.inputWidth) = (size, size)
    (work.bounds.kernelRows, work.bounds.kernelColumns) = (3, 3)
    (work.bounds.padTop, work.bounds.padLeft) = (1, 1)
    return work
  }

  /// A square matrix times a batch of vectors.
  static func matrix(_ size: Int, batch: Int, name: String = "matrix") -> LayerWork {
    var bounds = LoopBounds()
    bounds.batch = batch
    (bounds.inputChannels, bounds.outputChannels) = (size, size)
    return LayerWork(
      name: name, kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0))
  }
}
