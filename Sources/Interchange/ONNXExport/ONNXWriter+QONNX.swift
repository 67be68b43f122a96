internal import Arithmetic
internal import Networks
internal import Tensors

extension ONNXWriter {
  /// The domain of QONNX operators.
  static let quantDomain = "qonnx.custom_op.general"

  /// The operator set of QONNX files.
  static let quantOperatorSet = 16

  /// The network in float with a Quant behind every value and every weight.
  mutating func quantModel() throws(ONNXExportError) -> Onnx_ModelProto {
    try checkSpacing()
    graph.input = [Self.value("input", network.shapes[0])]
    _ = unique("input")
    _ = unique("output")
    var values = [quant("input", value: 0, named: "input.quant")]
    for (index, layer) in network.layers.enumerated() {
      values.append(try value(of: layer, index, values))
    }
    let last = node("Identity", [values[network.output]], named: "output.value")
    if let place = graph.node.indices.last, graph.node[place].output == [last] {
      graph.node[place].output = ["output"]
    }
    graph.output = [Self.value("output", network.shapes[network.output])]
    return model(operatorSet: Self.quantOperatorSet)
  }

  private mutating func value(
    of layer: QuantizedLayer, _ index: Int, _ values: [String]
  ) throws(ONNXExportError) -> String {
    let inputs = layer.inputs.map { values[$0] }
    let output = network.quantizations[index + 1]
    let result: String
    switch layer.operation {
    case .linear(let linear):
      let sums = try sums(layer, linear, inputs[0], index)
      switch linear.outputStage {
      case .rescaled: result = sums
      case .accumulator: return sums
      case .thresholds(let tables):
        return try multiThreshold(layer, linear, tables, sums, output)
      }
    case .constant(let codes):
      return floats(
        codes.map { Float(output.real(Int($0))) }, network.shapes[index + 1].extents,
        named: layer.name)
    default:
      guard let moved = try movement(layer, inputs, output: index) else {
        throw ONNXExportError(
          layer: layer.name,
          "QONNX has no operator for this \(layer.kind), so the network cannot be exported")
      }
      if case .pad = layer.operation { return moved }
      if case .reshape = layer.operation { return moved }
      if case .transpose = layer.operation { return moved }
      if case .slice = layer.operation { return moved }
      result = moved
    }
    let clipped = clip(layer, result, output)
    return quant(clipped, value: index + 1, named: layer.name + ".quant")
  }

  /// A fused activation that is tighter than the format.
  private mutating func clip(
    _ layer: QuantizedLayer, _ value: String, _ output: ActivationQuantization
  ) -> String {
    guard layer.clamp != output.codes, output.format != .float32 else { return value }
    let bounds = [layer.clamp.lowerBound, layer.clamp.upperBound].map {
      floats([Float(output.real($0))], [], named: layer.name + ".bound")
    }
    return node("Clip", [value] + bounds, named: layer.name + ".clip")
  }

  /// The real sums of a layer of products: quantized weights, float bias.
  private mutating func sums(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear, _ input: String, _ index: Int
  ) throws(ONNXExportError) -> String {
    let linear = try Self.decoded(layer, linear)
    try checkTransposed(layer, linear)
    let (codes, shape, axis) = Self.arranged(layer, linear)
    let depth = codes.count / max(linear.outputChannels, 1)
    let perChannel = shape.count > 2 ? shape[2...].reduce(1, *) : 1
    func channel(_ place: Int) -> Int {
      axis == 0
        ? place / max(depth, 1)
        : place / perChannel % shape[1]
          + place / (perChannel * shape[1]) / max(linear.inputChannels / linear.groups, 1)
          * shape[1]
    }
    let zeros = linear.weightZeroPoints
    let reals = codes.enumerated().map { place, code in
      let own = channel(place)
      return Float(code - (zeros.isEmpty ? 0 : zeros[own])) * Float(linear.weightScales[own])
    }
    let isPerTensor = Set(linear.weightScales).count == 1 && Set(zeros).count <= 1
    var extents = [Int](repeating: 1, count: isPerTensor ? 0 : shape.count)
    if !isPerTensor { extents[axis] = linear.outputChannels }
    let count = isPerTensor ? 1 : linear.outputChannels
    let weights = floats(reals, shape, named: layer.name + ".weight")
    let scale = floats(
      linear.weightScales.prefix(count).map { Float($0) }, extents,
      named: layer.name + ".weight.scale")
    let quantized: String
    if linear.weightFormat == .bipolar {
      quantized = node(
        "BipolarQuant", [weights, scale], named: layer.name + ".weight.quant",
        domain: Self.quantDomain)
    } else {
      let zero = floats(
        (zeros.isEmpty ? [Int](repeating: 0, count: count) : Array(zeros.prefix(count)))
          .map { Float($0) }, extents, named: layer.name + ".weight.zero")
      let isNarrow = linear.weightCodes.lowerBound == -linear.weightCodes.upperBound
      quantized = quantNode(
        weights, scale, zero, linear.weightFormat, isNarrow: isNarrow,
        named: layer.name + ".weight.quant")
    }
    var bias: String?
    if let codes = linear.bias {
      let input = network.quantizations[layer.inputs[0]].scale
      bias = floats(
        codes.enumerated().map { Float(Double($1) * input * linear.weightScales[$0]) },
        [codes.count], named: layer.name + ".bias")
    }
    return products(layer, linear, input: input, weights: quantized, bias: bias, output: index)
  }

  /// Thresholds in real units: one more output step at each.
  private mutating func multiThreshold(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear, _ tables: [ThresholdTable],
    _ sums: String, _ output: ActivationQuantization
  ) throws(ONNXExportError) -> String {
    let counts = Set(tables.map(\.thresholds.count))
    let steps = Set(
      tables.flatMap { table in
        zip(table.codes, table.codes.dropFirst()).map { $1 - $0 }
      })
    let starts = Set(tables.compactMap(\.codes.first))
    guard let count = counts.first, counts.count == 1, let step = steps.first, steps.count == 1,
      let start = starts.first, starts.count == 1
    else {
      throw ONNXExportError(
        layer: layer.name,
        "its thresholds differ in number or direction among channels, MultiThreshold's do not")
    }
    let input = network.quantizations[layer.inputs[0]].scale
    let reals = tables.enumerated().flatMap { channel, table in
      // Halfway to the sum below, so that rounding of real sums cannot miss it.
      table.thresholds.map {
        Float((Double($0) - 0.5) * input * linear.weightScales[channel])
      }
    }
    let thresholds = floats(reals, [tables.count, count], named: layer.name + ".thresholds")
    return node(
      "MultiThreshold", [sums, thresholds], named: layer.name + ".threshold",
      domain: Self.quantDomain,
      [
        .real("out_scale", Float(output.scale * Double(step))),
        .real("out_bias", Float(output.real(Int(start)))), .text("out_dtype", "FLOAT32"),
      ])
  }

  private mutating func quant(_ real: String, value: Int, named name: String) -> String {
    let quantization = network.quantizations[value]
    if quantization.format == .float32 { return real }
    let scale = floats([Float(quantization.scale)], [], named: name + ".scale")
    if quantization.format == .bipolar {
      return node("BipolarQuant", [real, scale], named: name, domain: Self.quantDomain)
    }
    let zero = floats([Float(quantization.zeroPoint)], [], named: name + ".zero")
    return quantNode(
      real, scale, zero, quantization.format, isNarrow: quantization.format == .ternary,
      named: name)
  }

  private mutating func quantNode(
    _ real: String, _ scale: String, _ zero: String, _ format: NumberFormat, isNarrow: Bool,
    named name: String
  ) -> String {
    let bits = floats([Float(format.integer.bits)], [], named: name + ".bits")
    return node(
      "Quant", [real, scale, zero, bits], named: name, domain: Self.quantDomain,
      [
        .integer("signed", format.integer.isSigned ? 1 : 0),
        .integer("narrow", isNarrow ? 1 : 0), .text("rounding_mode", "ROUND"),
      ])
  }
}
