import Costs
import Devices
import Interchange
import Mappings
import Networks
import Quantities
import Testing

/// The bundled processors against layers that were measured, a few of each; `make validate` has all.
@Suite("Bundled processors")
struct BundledProcessorTests {
  private static let names = ["cortex-a53", "cortex-a72", "cortex-m4", "cortex-m7", "gap8"]

  private func model(_ name: String) throws -> CostModel {
    CostModel(device: try DeviceFile.device(at: "\(repositoryRoot)/hwconfigs/\(name).yaml"))
  }

  private static func layer(
    groups: Int = 1, _ inputs: Int, _ outputs: Int, size: Int, kernel: Int = 1, stride: Int = 1
  ) -> LayerWork {
    var bounds = LoopBounds()
    bounds.groups = groups
    (bounds.inputChannels, bounds.outputChannels) = (inputs, outputs)
    (bounds.outputRows, bounds.outputColumns) = (size, size)
    (bounds.kernelRows, bounds.kernelColumns) = (kernel, kernel)
    (bounds.strideY, bounds.strideX) = (stride, stride)
    (bounds.padTop, bounds.padLeft) = ((kernel - stride + 1) / 2, (kernel - stride + 1) / 2)
    (bounds.inputHeight, bounds.inputWidth) = (size * stride, size * stride)
    return LayerWork(
      name: "layer", kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 32))
  }

  @Test("cortex-m7 meets eight of the measured layers that it was not fitted on within 10 percent")
  func cortexM7() throws {
    var model = try model("cortex-m7")
    // Rows 1, 2, 5, 6, 13, 17, 25 and 26 of the EEESlab profile, STM32H743 at 400 MHz.
    let measured: [(LayerWork, Double)] = [
      (Self.layer(3, 8, size: 80, kernel: 3, stride: 2), 5_336_698),
      (Self.layer(groups: 8, 1, 1, size: 80, kernel: 3), 6_852_997),
      (Self.layer(16, 32, size: 40), 2_139_701),
      (Self.layer(groups: 32, 1, 1, size: 40, kernel: 3), 4_961_183),
      (Self.layer(64, 128, size: 10), 1_516_726), (Self.layer(128, 128, size: 10), 2_906_036),
      (Self.layer(128, 256, size: 5), 1_582_427),
      (Self.layer(groups: 256, 1, 1, size: 5, kernel: 3), 565_662),
    ]
    for (work, cycles) in measured {
      let ours = Double(try model.cost(of: work).cycles.count)
      #expect(abs(ours / cycles - 1) < 0.1, "\(ours) for \(cycles)")
    }
  }

  @Test("gap8 meets five of the measured layers that it was not fitted on within 15 percent")
  func gap8() throws {
    var model = try model("gap8")
    // PwConv2, PwConv5, PwConv7, DwConv3 and DwConv7 of DORY's profile at 100 MHz, in ms. PwConv14 and
    // DwConv13 miss by 41 and 25 percent, for reasons that `make validate` tells.
    let measured: [(LayerWork, Double)] = [
      (Self.layer(32, 64, size: 64), 10.91), (Self.layer(128, 256, size: 16), 6.58),
      (Self.layer(256, 512, size: 8), 5.94),
      (Self.layer(groups: 128, 1, 1, size: 32, kernel: 3), 8.72),
      (Self.layer(groups: 512, 1, 1, size: 8, kernel: 3), 2.56),
    ]
    for (work, milliseconds) in measured {
      let ours = Double(try model.cost(of: work).cycles.count) / 100e3
      #expect(abs(ours / milliseconds - 1) < 0.15, "\(ours) for \(milliseconds)")
    }
  }

  @Test("Finished outputs fit into a level as wide as they are stored")
  func residence() throws {
    var model = try model("gap8")
    // 128 KiB of inputs and 256 KiB of outputs stay in 448 KiB; as 32-bit sums they would not.
    let cost = try model.cost(of: Self.layer(32, 64, size: 64))
    let external = cost.accesses.filter { $0.level == "external" }
    #expect(external.map(\.operand) == [.weights])
    #expect(external.map(\.readBits) == [Bits(32 * 64 * 8 + 64 * 32)])
    #expect(cost.stalls.isEmpty)
  }

  @Test("Every layer of every bundled topology runs on every processor", arguments: names)
  func topologies(name: String) throws {
    var model = try model(name)
    let bundled = BundledFiles(executable: nil, override: nil)
    for topology in ["resnet50", "alexnet", "mobilenet-v2", "googlenet"] {
      let path = try #require(bundled.networkPath(named: topology))
      let network = try TopologyFile.network(at: path).verified()
      for (index, layer) in network.network.layers.enumerated() {
        let work = LayerWork.work(
          for: layer.operation, name: layer.name,
          inputShapes: layer.inputs.map { network.shapes[$0] },
          outputShape: network.shapes[index + 1], batch: 1,
          widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 32))
        let cost = try model.cost(of: work)
        #expect(cost.cycles >= cost.lowerBounds.computeCycles, "\(topology) \(layer.name)")
        #expect(cost.utilization <= 1, "\(topology) \(layer.name)")
      }
    }
  }
}
