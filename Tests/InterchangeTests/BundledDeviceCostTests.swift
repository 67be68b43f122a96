import Costs
import Devices
import Interchange
import Mappings
import Networks
import Quantities
import Testing

/// What layers of real networks cost on the bundled devices.
@Suite("Costs on the bundled devices")
struct BundledDeviceCostTests {
  private static let names = BundledFiles(executable: nil, override: nil).deviceNames

  private func device(_ name: String) throws -> Device {
    try DeviceFile.device(at: "\(repositoryRoot)/hwconfigs/\(name).yaml")
  }

  /// The layers with products of AlexNet, MobileNetV1 0.25 and ResNet-18, some of each.
  private static func layers(bits: Int, sums: Int = 32, batch: Int = 1) -> [LayerWork] {
    func layer(
      _ name: String, groups: Int = 1, _ outputs: Int, _ inputs: Int, size: Int, kernel: Int,
      stride: Int = 1, pad: Int, image: Int
    ) -> LayerWork {
      var bounds = LoopBounds()
      bounds.batch = batch
      bounds.groups = groups
      (bounds.outputChannels, bounds.inputChannels) = (outputs, inputs)
      (bounds.outputRows, bounds.outputColumns) = (size, size)
      (bounds.kernelRows, bounds.kernelColumns) = (kernel, kernel)
      (bounds.strideY, bounds.strideX) = (stride, stride)
      (bounds.padTop, bounds.padLeft) = (pad, pad)
      (bounds.inputHeight, bounds.inputWidth) = (image, image)
      return LayerWork(
        name: name, kind: .products, bounds: bounds,
        widths: OperandWidths(
          weights: bits, inputs: bits, outputs: bits, partialSums: sums, bias: 32))
    }
    return [
      layer("conv1", 96, 3, size: 55, kernel: 11, stride: 4, pad: 0, image: 227),
      layer("conv2", groups: 2, 128, 48, size: 27, kernel: 5, pad: 2, image: 27),
      layer("conv3", 384, 256, size: 13, kernel: 3, pad: 1, image: 13),
      layer("depthwise", groups: 64, 1, 1, size: 20, kernel: 3, pad: 1, image: 20),
      layer("pointwise", 128, 64, size: 10, kernel: 1, pad: 0, image: 10),
      layer("residual", 64, 64, size: 56, kernel: 3, pad: 1, image: 56),
      layer("connected", 1000, 512, size: 1, kernel: 1, pad: 0, image: 1),
    ]
  }

  @Test("No bound is undercut and the array is never more than full", arguments: names)
  func bounds(name: String) throws {
    var model = CostModel(device: try device(name))
    for bits in [4, 8, 16] {
      for layer in Self.layers(bits: bits) {
        let cost = try model.cost(of: layer)
        // A convolution core keeps feature maps in a level of their own before its buffer; activations
        // that stay in a processor never reach the outermost level.
        let outside = model.device.memories.prefix(model.device.outsideLevels).map(\.name)
        let isOutside = cost.accesses.filter { outside.contains($0.level) }
        let outermost = Operand.allCases.reduce(0) { moved, operand in
          moved + (cost.accesses.first { $0.operand == operand }?.bits.count ?? 0)
        }
        let moved = max(isOutside.reduce(0) { $0 + $1.bits.count }, outermost)
        #expect(cost.cycles >= cost.lowerBounds.computeCycles, "\(layer.name)")
        #expect(cost.utilization > 0 && cost.utilization <= 1, "\(layer.name)")
        #expect(moved >= cost.lowerBounds.trafficBits.count, "\(layer.name)")
        #expect(cost.totalEnergy > .zero, "\(layer.name)")
      }
    }
  }

  @Test(
    "Energy never rises with narrower operands, and falls but where it is one number a cycle",
    arguments: names)
  func energyByWidth(name: String) throws {
    var model = CostModel(device: try device(name))
    func energy(_ bits: Int) throws -> Double {
      try Self.layers(bits: bits).reduce(0) { try $0 + model.cost(of: $1).totalEnergy.value }
    }
    let (wide, middle, narrow) = (try energy(16), try energy(8), try energy(4))
    if name.hasPrefix("cortex-m") || name == "gap8" {
      // Energy follows cycles there, and narrow operands are widened before they are multiplied.
      #expect(wide >= middle && middle >= narrow)
    } else {
      #expect(wide > middle && middle > narrow)
    }
  }

  @Test("A convolution with 16-bit sums takes half of the cycles on cortex-a72")
  func doubledLanes() throws {
    var model = CostModel(device: try device("cortex-a72"))
    let index = 5
    let wide = try model.cost(of: Self.layers(bits: 8, sums: 32)[index])
    let narrow = try model.cost(of: Self.layers(bits: 8, sums: 16)[index])
    let ratio = Double(wide.cycles.count) / Double(narrow.cycles.count)
    #expect(ratio > 1.85 && ratio <= 2)
    // The instructions are half as many, too.
    #expect(narrow.totalEnergy.value < 0.6 * wide.totalEnergy.value)
  }

  @Test("tpu-like-16x16 keeps partial sums out of the unified buffer")
  func sumsStay() throws {
    var model = CostModel(device: try device("tpu-like-16x16"))
    let layer = Self.layers(bits: 8)[5]
    let cost = try model.cost(of: layer)
    let buffer = try #require(
      cost.accesses.first { $0.level == "unified-buffer" && $0.operand == .outputs })
    // Each finished output is written once and read once on its way to DRAM.
    #expect(buffer.bits == Bits(2 * 8 * layer.elements(of: .outputs)))
    #expect(cost.utilization > 0.6)
  }

  @Test("eyeriss takes the measured time for three layers of AlexNet, each within 25 percent")
  func eyeriss() throws {
    var model = CostModel(device: try device("eyeriss"))
    let layers = Self.layers(bits: 16, sums: 16, batch: 4)
    // JSSC 2017, Table V: latency of four images at 200 MHz, in ms; here under mappings that are searched.
    for (layer, measured) in zip(layers, [20.9, 41.9, 23.6]) {
      let cycles = try model.cost(of: layer).cycles.count
      #expect(abs(Double(cycles) / 200e3 / measured - 1) < 0.25, "\(layer.name)")
    }
  }
}

extension Device {
  /// How many levels lie outside the buffers of the compute part.
  fileprivate var outsideLevels: Int {
    guard case .convolutionCore = compute.family, let buffer = convolutionBuffer else { return 1 }
    return buffer
  }
}
