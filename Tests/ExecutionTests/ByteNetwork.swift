import Arithmetic
import Networks
import Tensors
import TestRandomness

/// A seeded random network of layers of products on bytes, one after the other: convolutions, depthwise
/// ones, and fully connected layers at the end.
struct ByteNetwork {
  private var random: SeededGenerator
  private(set) var network: QuantizedNetwork
  var arithmetic: ArithmeticSpec

  init(seed: UInt64) {
    random = SeededGenerator(seed: seed)
    let channels = [1, 2, 3, 8, 33, 64, 70].randomElement(using: &random) ?? 1
    let shape = Shape([
      1, channels, Int.random(in: 1...9, using: &random), Int.random(in: 1...40, using: &random),
    ])
    network = QuantizedNetwork(
      name: "bytes", layers: [], shapes: [shape], quantizations: [], output: 0)
    let flavours: [RequantizationFlavour] = [
      .float, .float, .gemmlowp, .ruy, .single, .reduced, .floor, .thresholds,
    ]
    arithmetic = ArithmeticSpec(
      accumulator: Int.random(in: 0...3, using: &random) == 0
        ? Accumulator(bits: Int.random(in: 14...22, using: &random), overflow: .saturate)
        : Accumulator(bits: 32, overflow: .wrap),
      lanes: [1, 1, 4].randomElement(using: &random) ?? 1,
      bias: Bool.random(using: &random) ? .first : .last,
      requantization: flavours.randomElement(using: &random) ?? .float)
    if Int.random(in: 0...3, using: &random) == 0 { arithmetic.zeroPoint = .corrected }
    network.quantizations = [quantization()]
    for _ in 0..<3 { appendConvolution() }
    let flat = Shape([1, network.shapes[network.layers.count].count])
    append(.reshape, flat, network.quantizations[network.layers.count], kind: "reshape")
    for _ in 0..<2 { appendFullyConnected() }
    network.output = network.layers.count
  }

  /// Codes of the input.
  func sample(_ index: Int) -> [Int32] {
    var random = SeededGenerator(seed: UInt64(index) &* 977)
    let codes = network.quantizations[0].codes
    return (0..<network.shapes[0].count).map { _ in
      Int32(Int.random(in: codes, using: &random))
    }
  }

  private mutating func quantization() -> ActivationQuantization {
    let format = IntegerFormat(
      bits: Int.random(in: 0...3, using: &random) == 0 ? 5 : 8,
      isSigned: Bool.random(using: &random))
    return ActivationQuantization(
      format: .affine(format), scale: Double.random(in: 0.01...0.1, using: &random),
      zeroPoint: Int.random(in: format.lowest...format.highest, using: &random))
  }

  private mutating func append(
    _ operation: QuantizedOperation, _ shape: Shape, _ output: ActivationQuantization, kind: String
  ) {
    let isClamped = kind != "reshape" && Int.random(in: 0...2, using: &random) == 0
    network.layers.append(
      QuantizedLayer(
        name: "\(network.layers.count)", kind: kind, operation: operation,
        inputs: [network.layers.count],
        clamp: isClamped ? output.zeroPoint...output.codes.upperBound : output.codes))
    network.shapes.append(shape)
    network.quantizations.append(output)
  }

  private mutating func appendConvolution() {
    let shape = network.shapes[network.layers.count]
    func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    let isDepthwise = shape[1] > 1 && draw(0...1) == 0
    let side = [1, 3, 3].randomElement(using: &random) ?? 3
    var window = WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1)
    repeat {
      let pad = side == 1 ? 0 : 2
      window = WindowGeometry(
        height: shape[2], width: shape[3], kernelHeight: side, kernelWidth: side,
        strideY: draw(1...3), strideX: draw(1...3), padTop: draw(0...pad), padLeft: draw(0...pad),
        padBottom: draw(0...pad), padRight: draw(0...pad))
      if side == 1 && draw(0...2) > 0 { (window.strideY, window.strideX) = (1, 1) }
    } while window.outputHeight < 1 || window.outputWidth < 1
    let outputs =
      isDepthwise ? shape[1] : [1, 15, 16, 17, 33, 64].randomElement(using: &random) ?? 1
    appendLinear(
      window, inputs: shape[1], outputs: outputs, groups: isDepthwise ? shape[1] : 1,
      Shape([1, outputs, window.outputHeight, window.outputWidth]),
      kind: isDepthwise ? "depthwise" : "conv")
  }

  private mutating func appendFullyConnected() {
    let inputs = network.shapes[network.layers.count][1]
    let outputs = Int.random(in: 1...40, using: &random)
    let window = WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1)
    appendLinear(
      window, inputs: inputs, outputs: outputs, groups: 1, Shape([1, outputs]), kind: "fc")
  }

  private mutating func appendLinear(
    _ window: WindowGeometry, inputs: Int, outputs: Int, groups: Int, _ shape: Shape, kind: String
  ) {
    let depth = window.kernelHeight * window.kernelWidth * inputs / groups
    let linear = QuantizedLinear(
      inputChannels: inputs, outputChannels: outputs, groups: groups, window: window,
      weightFormat: SmallNetwork.int8,
      weights: Tensor(
        shape: Shape([outputs, window.kernelHeight, window.kernelWidth, inputs / groups]),
        elements: (0..<outputs * depth).map { _ in Int32.random(in: -127...127, using: &random) }),
      weightScales: (0..<outputs).map { _ in
        Double.random(in: 0.001...0.02, using: &random) / Double(depth).squareRoot()
      },
      bias: (0..<outputs).map { _ in Int.random(in: -3000...3000, using: &random) })
    append(.linear(linear), shape, quantization(), kind: kind)
  }
}
