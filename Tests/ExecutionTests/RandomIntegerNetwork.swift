import Arithmetic
import Networks
import Tensors
import TestRandomness

/// A seeded random graph of integer layers of every kind, over values of few and of many bits.
struct RandomIntegerNetwork {
  private var random: SeededGenerator
  private(set) var network: QuantizedNetwork

  init(seed: UInt64, layers: Int = 14) {
    random = SeededGenerator(seed: seed)
    let shape = Shape([
      1, Int.random(in: 1...5, using: &random), Int.random(in: 3...7, using: &random),
      Int.random(in: 3...6, using: &random),
    ])
    network = QuantizedNetwork(
      name: "random", layers: [], shapes: [shape], quantizations: [], output: 0)
    network.quantizations = [quantization()]
    while network.layers.count < layers { appendLayer() }
    network.output =
      Bool.random(using: &random)
      ? network.layers.count : Int.random(in: 1...network.layers.count, using: &random)
  }

  /// Codes of the input.
  func sample(_ index: Int) -> [Int32] {
    var random = SeededGenerator(seed: UInt64(index) &* 977)
    let codes = network.quantizations[0].codes
    return (0..<network.shapes[0].count).map { _ in
      Int32(Int.random(in: codes, using: &random))
    }
  }

  private mutating func quantization(_ bits: [Int] = [8, 8, 8, 8, 4, 2, 9, 12])
    -> ActivationQuantization
  {
    if Int.random(in: 0..<12, using: &random) == 0 {
      return ActivationQuantization(
        format: Bool.random(using: &random) ? .bipolar : .ternary, scale: 0.5, zeroPoint: -1)
    }
    let format = IntegerFormat(
      bits: bits.randomElement(using: &random) ?? 8, isSigned: Bool.random(using: &random))
    return ActivationQuantization(
      format: .affine(format), scale: Double.random(in: 0.01...0.1, using: &random),
      zeroPoint: Int.random(in: format.lowest...format.highest, using: &random))
  }

  private mutating func append(
    _ operation: QuantizedOperation, _ inputs: [Int], _ shape: Shape,
    _ output: ActivationQuantization, kind: String = "layer"
  ) {
    var clamp = output.codes
    if output.format != .float32, Int.random(in: 0..<4, using: &random) == 0 {
      clamp = output.zeroPoint...clamp.upperBound
    }
    network.layers.append(
      QuantizedLayer(
        name: "\(network.layers.count)", kind: kind, operation: operation, inputs: inputs,
        clamp: clamp))
    network.shapes.append(shape)
    network.quantizations.append(output)
  }

  private mutating func appendLayer() {
    // Values in float stay aside, but for the layer that brings them back.
    let values = network.shapes.indices.filter { network.quantizations[$0].format != .float32 }
    let recent = Array(values.suffix(5))
    guard let value = recent.randomElement(using: &random) else { return }
    let shape = network.shapes[value]
    let source = network.quantizations[value]
    let partner =
      values.filter { network.shapes[$0] == shape }.randomElement(using: &random) ?? value
    let output = quantization()
    switch Int.random(in: 0..<18, using: &random) {
    case 0, 1, 2: appendLinear(value, shape, output)
    case 3: appendPool(value, shape, source)
    case 4: append(.binary(.add), [value, partner], shape, output)
    case 5: append(.binary(.multiply), [value, partner], shape, output)
    case 6:
      let codes = output.codes
      let table = source.codes.map { _ in Int32(Int.random(in: codes, using: &random)) }
      append(.table(table), [value], shape, output)
    case 7: append(.requantize, [value], shape, output)
    case 8: append(.leakyRelu(slope: 0.3), [value], shape, output)
    case 9:
      let axis = shape.rank - 1
      var extents = shape.extents
      extents[axis] *= 2
      append(.concatenation(axis: axis), [value, partner], Shape(extents), output)
    case 10 where shape.rank == 4:
      var extents = shape.extents
      extents[1] *= 2
      append(.concatenation(axis: 1), [value, partner], Shape(extents), output)
    case 11:
      var extents = shape.extents
      extents[shape.rank - 1] += 3
      let rest = [Int](repeating: 0, count: shape.rank - 1)
      append(
        .pad(before: rest + [1], after: rest + [2], code: source.zeroPoint), [value],
        Shape(extents), source)
    case 12: append(.reshape, [value], Shape([1, shape.count]), source)
    case 13: append(.softmax(axis: shape.rank - 1, beta: 1), [value], shape, output)
    case 14 where shape.rank == 4:
      append(.transpose([0, 2, 3, 1]), [value], shape.permuted([0, 2, 3, 1]), source)
    case 15:
      let threshold = ThresholdTable(
        thresholds: [-3, 0, 5], codes: (0..<4).map { Int32(output.codes.lowerBound + $0 % 3) })
      let tables = Bool.random(using: &random) ? 1 : shape[1]
      append(
        .thresholds([ThresholdTable](repeating: threshold, count: tables), axis: 1), [value],
        shape, output)
    case 16:
      append(.dequantize, [value], shape, .float32)
      append(.quantize, [network.layers.count], shape, output)
    case 17:
      let codes = (0..<shape.count).map { _ in
        Int32(Int.random(in: output.codes, using: &random))
      }
      append(.constant(codes), [], shape, output)
    default: break
    }
  }

  private mutating func appendLinear(
    _ value: Int, _ shape: Shape, _ output: ActivationQuantization
  ) {
    let isImage = shape.rank == 4
    let channels = isImage ? shape[1] : shape[shape.rank - 1]
    let isDepthwise = isImage && channels > 1 && Bool.random(using: &random)
    let outputs = isDepthwise ? channels : Int.random(in: 1...18, using: &random)
    let window =
      isImage
      ? WindowGeometry(
        height: shape[2], width: shape[3], kernelHeight: 2, kernelWidth: 3, padTop: 1, padLeft: 1,
        padBottom: 0, padRight: 1)
      : WindowGeometry(height: shape.count / channels, width: 1, kernelHeight: 1, kernelWidth: 1)
    let groups = isDepthwise ? channels : 1
    let taps = window.kernelHeight * window.kernelWidth * channels / groups
    let linear = QuantizedLinear(
      inputChannels: channels, outputChannels: outputs, groups: groups, window: window,
      weightFormat: SmallNetwork.int8,
      weights: Tensor(
        shape: Shape([outputs, window.kernelHeight, window.kernelWidth, channels / groups]),
        elements: (0..<outputs * taps).map { _ in Int32.random(in: -127...127, using: &random) }),
      weightScales: [Double](repeating: 0.004, count: outputs),
      bias: Bool.random(using: &random) ? (0..<outputs).map { $0 * 100 - 300 } : nil)
    let result =
      isImage
      ? Shape([1, outputs, window.outputHeight, window.outputWidth])
      : Shape(shape.extents.dropLast() + [outputs])
    append(
      .linear(linear), [value], result, output,
      kind: isImage ? (isDepthwise ? "depthwise" : "conv") : "fc")
  }

  private mutating func appendPool(
    _ value: Int, _ shape: Shape, _ quantization: ActivationQuantization
  ) {
    guard shape.rank == 4 else { return }
    let window = WindowGeometry(
      height: shape[2], width: shape[3], kernelHeight: 2, kernelWidth: 2,
      strideX: Int.random(in: 1...2, using: &random), padTop: 1, padLeft: 1)
    append(
      .pool(
        Pool(
          kind: Bool.random(using: &random) ? .max : .average, window: window,
          countsPadding: Bool.random(using: &random))),
      [value], Shape([1, shape[1], window.outputHeight, window.outputWidth]), quantization)
  }
}
