import Costs
import Devices
import Mappings
import Quantities

extension ValidationTarget {
  /// ResNet-8 and DS-CNN on an STM32L4R5ZI: time and energy of the reference submission.
  static let mlperfTiny = ValidationTarget(
    title: "Cortex-M4 (STM32L4R5ZI, 120 MHz), MLPerf Tiny v0.5 reference: time and energy",
    source: "tables/mlperf_tiny_results.csv, v0.5 closed, reference, Nucleo-L4R5ZI, measured",
    fitted: "instructionsPerCycle and the energy of a cycle, on image classification (ic); keyword "
      + "spotting (kws) is predicted. What a pixel and a tap cost around the inner loop is the "
      + "Cortex-M7's, from another profile",
    assumptions:
      "kernels of CMSIS-NN of 2019 to 2021; the loops over products were counted from memory first, revised once "
      + "after kws had come out 24 % high, and then corrected to the source, so kws is no blind test; "
      + "what an output and a fully connected layer take is still from memory; visual wake words and "
      + "anomaly detection have no rows in the table"
  ) { data in
    var model = CostModel(device: try data.device("cortex-m4"))
    let megahertz = model.device.clock.value / 1e6
    var rows: [ValidationRow] = []
    for record in try data.table("tables/mlperf_tiny_results.csv") {
      let version = try record.text("version")
      let organisation = try record.text("org")
      guard version == "0.5", organisation == "reference" else { continue }
      let task = try record.text("task")
      let isFitted = task == "ic"
      var (cycles, energy) = (0, 0.0)
      for layer in isFitted ? residual : keywords {
        let cost = try model.cost(of: layer)
        cycles += cost.cycles.count
        energy += cost.totalEnergy.value
      }
      rows.append(
        ValidationRow(
          "\(task), time", unit: "ms", ours: Double(cycles) / megahertz / 1e3,
          theirs: try record.number("latency_ms"), bar: .within(0.2), isFitted: isFitted))
      rows.append(
        ValidationRow(
          "\(task), energy", unit: "uJ", ours: energy / 1e6,
          theirs: try record.number("energy_uJ_inf"), bar: .within(0.2), isFitted: isFitted))
    }
    return rows
  }

  /// ResNet-8 for CIFAR-10, as in MLPerf Tiny.
  private static let residual: [LayerWork] = {
    typealias Make = ProcessorLayers
    func block(_ name: String, _ inputs: Int, _ outputs: Int, _ size: Int) -> [LayerWork] {
      let stride = inputs == outputs ? 1 : 2
      var layers = [
        Make.convolution(
          name + "a", inputs: inputs, outputs: outputs, rows: size, columns: size, kernelRows: 3,
          kernelColumns: 3, stride: stride),
        Make.convolution(
          name + "b", inputs: outputs, outputs: outputs, rows: size, columns: size,
          kernelRows: 3, kernelColumns: 3),
      ]
      if stride == 2 {
        layers.append(
          Make.convolution(
            name + "c", inputs: inputs, outputs: outputs, rows: size, columns: size, stride: 2))
      }
      return layers + [Make.addition(name + "add", channels: outputs, size: size)]
    }
    let first = Make.convolution(
      "first", inputs: 3, outputs: 16, rows: 32, columns: 32, kernelRows: 3, kernelColumns: 3)
    return [first] + block("one", 16, 16, 32) + block("two", 16, 32, 16)
      + block("three", 32, 64, 8)
      + [
        Make.pool("pool", channels: 64, rows: 8, columns: 8),
        Make.convolution("last", inputs: 64, outputs: 10, rows: 1, columns: 1),
      ]
  }()

  /// DS-CNN for keyword spotting, as in MLPerf Tiny: a spectrogram of 49x10.
  private static let keywords: [LayerWork] = {
    typealias Make = ProcessorLayers
    var layers = [
      Make.convolution(
        "first", inputs: 1, outputs: 64, rows: 25, columns: 5, kernelRows: 10, kernelColumns: 4,
        stride: 2)
    ]
    for block in 1...4 {
      layers.append(
        Make.convolution(
          "depthwise\(block)", groups: 64, inputs: 1, outputs: 1, rows: 25, columns: 5,
          kernelRows: 3, kernelColumns: 3))
      layers.append(
        Make.convolution("pointwise\(block)", inputs: 64, outputs: 64, rows: 25, columns: 5))
    }
    layers.append(Make.pool("pool", channels: 64, rows: 25, columns: 5))
    layers.append(Make.convolution("last", inputs: 64, outputs: 12, rows: 1, columns: 1))
    return layers
  }()
}
