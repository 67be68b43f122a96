import Costs
import Devices
import Interchange
import Mappings
import Quantities
import Testing

/// What narrower operands save on the bundled devices with a law of operand widths.
@Suite("Bundled low-bit devices")
struct LowBitDeviceTests {
  private func model(_ name: String) throws -> CostModel {
    CostModel(device: try DeviceFile.device(at: "\(repositoryRoot)/hwconfigs/\(name).yaml"))
  }

  /// A layer of ResNet-18 in a width.
  private func layer(_ bits: Int) -> LayerWork {
    var bounds = LoopBounds()
    (bounds.outputChannels, bounds.inputChannels) = (128, 128)
    (bounds.outputRows, bounds.outputColumns, bounds.inputHeight, bounds.inputWidth) = (
      28, 28, 28, 28
    )
    (bounds.kernelRows, bounds.kernelColumns, bounds.padTop, bounds.padLeft) = (3, 3, 1, 1)
    return LayerWork(
      name: "residual", kind: .products, bounds: bounds,
      widths: OperandWidths(
        weights: bits, inputs: bits, outputs: bits, partialSums: 32, bias: 32))
  }

  @Test(
    "Eight bits take as many times the cycles of four, and of two, as the law says",
    arguments: [
      ("bit-fusion", 4, 8), ("stripes-like", 2, 4), ("xnor-popcount", 4, 16), ("lut-gemm", 4, 16),
      ("zynq-dsp", 2, 3),
    ])
  func cycles(name: String, four: Double, two: Double) throws {
    var model = try model(name)
    func cycles(_ bits: Int) throws -> Double {
      Double(try model.cost(of: layer(bits)).computeCycles.count)
    }
    // 128 channels fill half of the 256 products of a column of Bit Fusion at 2 bits; the tiles found
    // may have unequal edges, hence 12 %.
    #expect(abs(try cycles(8) / cycles(4) / four - 1) < 0.12)
    #expect(abs(try cycles(8) / cycles(2) / two - 1) < 0.12)
  }

  @Test("A pipeline folds narrow operands less")
  func pipeline() throws {
    var model = try model("zynq-finn")
    let cycles = try [8, 4, 2, 1].map { try model.cost(of: layer($0)).cycles.count }
    #expect(cycles == cycles.sorted(by: >) && cycles[0] >= 4 * cycles[3])
  }

  @Test("Binary operands take a 64th of the bits of words of XNORs")
  func binary() throws {
    var model = try model("xnor-popcount")
    let cost = try model.cost(of: layer(1))
    // 9 * 128 products are 18 words; 28 columns of outputs fill 14 rows twice.
    #expect(cost.computeCycles.count >= 18 * 28 * 28 * 128 / 256)
    #expect(cost.computeCycles.count <= 18 * 28 * 2 * 128 / 16)
  }
}
