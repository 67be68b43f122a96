import Devices
import Mappings
import Networks
import Quantities
import Tensors
import Testing

@Suite("Work of a layer") struct LayerWorkTests {
  static let widths = OperandWidths(weights: 8, inputs: 4, outputs: 8, partialSums: 20, bias: 32)

  static func work(
    _ operation: Operation, _ inputs: [[Int]], _ output: [Int], batch: Int = 1
  ) -> LayerWork {
    LayerWork.work(
      for: operation, name: "layer", inputShapes: inputs.map(Shape.init),
      outputShape: Shape(output), batch: batch, widths: widths)
  }

  @Test("A strided convolution touches what its taps reach, and padding counts as products")
  func convolution() {
    let convolution = Convolution(
      inputChannels: 6, outputChannels: 4, groups: 2,
      window: WindowGeometry(
        height: 8, width: 8, kernelHeight: 1, kernelWidth: 3, strideY: 2, strideX: 1, padLeft: 1,
        padRight: 1))
    let work = Self.work(.convolution(convolution), [[1, 6, 8, 8]], [1, 4, 4, 8], batch: 2)
    #expect(work.macs == 2 * 4 * 4 * 8 * 3 * 3)
    #expect(work.elements(of: .weights) == 4 * 3 * 3)
    // Every second row is never read.
    #expect(work.elements(of: .inputs) == 2 * 6 * 4 * 8)
    #expect(work.elements(of: .outputs) == 2 * 4 * 4 * 8)
    #expect(work.compulsoryBits == Bits(36 * 8 + 4 * 32 + 384 * 4 + 256 * 8))
  }

  @Test("A depthwise convolution has its channels as groups")
  func depthwise() {
    let convolution = Convolution(
      inputChannels: 8, outputChannels: 8, groups: 8,
      window: WindowGeometry(height: 5, width: 5, kernelHeight: 3, kernelWidth: 3))
    let work = Self.work(.convolution(convolution), [[1, 8, 5, 5]], [1, 8, 3, 3])
    #expect(work.bounds.groups == 8)
    #expect(work.bounds.outputChannels == 1)
    #expect(work.macs == 8 * 9 * 9)
  }

  @Test("The steps of a sequence are output rows of a fully connected layer")
  func sequence() {
    let layer = FullyConnected(inputFeatures: 16, outputFeatures: 10)
    let work = Self.work(.fullyConnected(layer), [[1, 7, 16]], [1, 7, 10])
    #expect(work.bounds.outputRows == 7)
    #expect(work.macs == 7 * 160)
    #expect(work.elements(of: .inputs) == 7 * 16)
  }

  @Test("Layers without products move elements only")
  func others() {
    let window = WindowGeometry(
      height: 4, width: 4, kernelHeight: 2, kernelWidth: 2, strideY: 2, strideX: 2)
    let pool = Self.work(.pool(Pool(kind: .max, window: window)), [[1, 3, 4, 4]], [1, 3, 2, 2])
    #expect(pool.kind == .pool)
    #expect(pool.macs == 0)
    #expect(pool.elements(of: .inputs) == 48)
    #expect(pool.elements(of: .weights) == 0)
    let add = Self.work(.binary(.add), [[1, 3, 4, 4], [1, 3, 4, 4]], [1, 3, 4, 4])
    #expect(add.elements(of: .inputs) == 96)
    #expect(add.elements(of: .outputs) == 48)
    let relu = Self.work(.activation(.relu), [[1, 10]], [1, 10])
    #expect(relu.kind == .elementwise(inputCount: 1))
    #expect(relu.elements(of: .inputs) == 10)
    let concat = Self.work(.concatenation(axis: 1), [[1, 2, 4], [1, 3, 4]], [1, 5, 4])
    #expect(concat.kind == .movement)
    #expect(concat.elements(of: .inputs) == 20)
    let reshape = Self.work(.reshape(Shape([1, 20])), [[1, 5, 4]], [1, 20])
    #expect(reshape.kind == .none)
    #expect(reshape.compulsoryBits == .zero)
  }
}
