import Arithmetic
import Devices
import Mappings
import Quantities

/// Devices made in code for the tests of costs; their prices are round numbers.
enum SampleDevices {
  static func prices(_ value: Double) -> [Operand: PicojoulesPerBit] {
    Dictionary(uniqueKeysWithValues: Operand.allCases.map { ($0, PicojoulesPerBit(value)) })
  }

  static func memory(
    _ name: String, _ capacity: Bits?, operands: Set<Operand> = Set(Operand.allCases),
    operandCapacity: [Operand: Bits] = [:], isPerUnit: Bool = false, isDoubleBuffered: Bool = false,
    bandwidth: Double, price: Double
  ) -> MemoryLevel {
    let prices = prices(price).filter { operands.contains($0.key) }
    return MemoryLevel(
      name: name, capacity: capacity, operandCapacity: operandCapacity, operands: operands,
      isPerUnit: isPerUnit, isDoubleBuffered: isDoubleBuffered, wordBits: 64,
      readBandwidth: BitsPerCycle(bandwidth), writeBandwidth: BitsPerCycle(bandwidth),
      readEnergy: prices, writeEnergy: prices)
  }

  static func device(
    _ dataflow: Dataflow, rows: Int, columns: Int, rowAxes: [LoopAxis], columnAxes: [LoopAxis],
    isSystolic: Bool = false, memories: [MemoryLevel], widest: Int = 16
  ) -> Device {
    Device(
      name: "sample", summary: "a device for tests", technology: 45, clock: .megahertz(200),
      arithmetic: ArithmeticSpec(),
      compute: Compute(
        dataflow: dataflow, rows: rows, columns: columns, rowAxes: rowAxes,
        columnAxes: columnAxes, isSystolic: isSystolic,
        throughput: [
          MACThroughput(
            weightBits: widest, activationBits: widest, accumulatorBits: 64, macsPerCycle: 1)
        ],
        macEnergy: MACEnergy(
          multiply: Picojoules(0.2), multiplyBits: 8, add: Picojoules(0.1), addBits: 32,
          overhead: .zero),
        cyclesPerOutput: 0, cyclesPerElement: 1, cyclesPerLayer: 0),
      memories: memories, sources: [:])
  }

  /// A 16x16 weight-stationary array with a register for one weight in each unit.
  static func npu(bandwidth: Double = 64, kibibytes: Int = 256) -> Device {
    device(
      .weightStationary, rows: 16, columns: 16,
      rowAxes: [.inputChannels, .kernelRows, .kernelColumns],
      columnAxes: [.outputChannels, .groups],
      memories: [
        memory("dram", nil, bandwidth: bandwidth, price: 4),
        memory(
          "buffer", .kibibytes(kibibytes), isDoubleBuffered: true, bandwidth: 16 * bandwidth,
          price: 0.1),
        memory(
          "register", Bits(64), operands: [.weights], isPerUnit: true, bandwidth: bandwidth,
          price: 0.01),
      ])
  }

  /// An array of 12x14 units with scratch pads of 224 weights, 12 inputs and 24 partial sums.
  static func eyeriss() -> Device {
    device(
      .rowStationary, rows: 12, columns: 14, rowAxes: [.kernelRows, .inputChannels],
      columnAxes: [.outputRows, .outputChannels],
      memories: [
        memory("dram", nil, bandwidth: 64, price: 12.5),
        memory(
          "buffer", .kibibytes(108), operands: [.inputs, .outputs], bandwidth: 256, price: 0.4),
        memory(
          "spads", nil,
          operandCapacity: [
            .weights: Bits(224 * 16), .inputs: Bits(12 * 16), .outputs: Bits(24 * 16),
          ], isPerUnit: true, bandwidth: 64, price: 0.06),
      ])
  }

  /// A processor without an array: weights in a flash, activations in a memory of its own.
  static func processor() -> Device {
    device(
      .registerTile, rows: 1, columns: 1, rowAxes: [], columnAxes: [],
      memories: [
        memory("flash", .kibibytes(1024), operands: [.weights], bandwidth: 32, price: 1),
        memory("sram", .kibibytes(320), bandwidth: 32, price: 0.2),
      ])
  }

  static func widths(
    weights: Int = 8, inputs: Int = 8, outputs: Int = 8, partialSums: Int = 32
  ) -> OperandWidths {
    OperandWidths(
      weights: weights, inputs: inputs, outputs: outputs, partialSums: partialSums, bias: 32)
  }

  static func layer(
    _ name: String = "conv", groups: Int = 1, outputs: Int, inputs: Int, size: Int, kernel: Int,
    stride: Int = 1, pad: Int, image: Int, batch: Int = 1,
    widths: OperandWidths = widths()
  ) -> LayerWork {
    var bounds = LoopBounds()
    bounds.batch = batch
    bounds.groups = groups
    bounds.outputChannels = outputs
    bounds.inputChannels = inputs
    bounds.outputRows = size
    bounds.outputColumns = size
    bounds.kernelRows = kernel
    bounds.kernelColumns = kernel
    bounds.strideY = stride
    bounds.strideX = stride
    bounds.padTop = pad
    bounds.padLeft = pad
    bounds.inputHeight = image
    bounds.inputWidth = image
    return LayerWork(name: name, kind: .products, bounds: bounds, widths: widths)
  }

  static let alexNet: [LayerWork] = {
    let wide = widths(weights: 16, inputs: 16, outputs: 16, partialSums: 16)
    return [
      layer(
        "conv1", outputs: 96, inputs: 3, size: 55, kernel: 11, stride: 4, pad: 0, image: 227,
        batch: 4, widths: wide),
      layer(
        "conv2", groups: 2, outputs: 128, inputs: 48, size: 27, kernel: 5, pad: 2, image: 27,
        batch: 4, widths: wide),
      layer(
        "conv3", outputs: 384, inputs: 256, size: 13, kernel: 3, pad: 1, image: 13, batch: 4,
        widths: wide),
      layer(
        "conv4", groups: 2, outputs: 192, inputs: 192, size: 13, kernel: 3, pad: 1, image: 13,
        batch: 4, widths: wide),
      layer(
        "conv5", groups: 2, outputs: 128, inputs: 192, size: 13, kernel: 3, pad: 1, image: 13,
        batch: 4, widths: wide),
    ]
  }()
}
