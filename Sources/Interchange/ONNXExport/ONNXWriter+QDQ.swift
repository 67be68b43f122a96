internal import Arithmetic
internal import Networks
internal import Tensors

extension ONNXWriter {
  /// The operator set of QDQ files: 21 has 16-bit QuantizeLinear.
  static let quantizeDequantizeOperatorSet = 21

  /// The network with QuantizeLinear and DequantizeLinear around float operators.
  ///
  /// Codes narrower than their element type are clamped between a DequantizeLinear and a
  /// QuantizeLinear of the same scale, which is exact.
  mutating func quantizeDequantizeModel() throws(ONNXExportError) -> Onnx_ModelProto {
    try checkFormats()
    graph.input = [Self.value("input", network.shapes[0])]
    _ = unique("input")
    _ = unique("output")
    let input = quantized("input", value: 0, named: "input.codes")
    var codes = [
      clamped(input, value: 0, to: network.quantizations[0].codes, named: "input.codes")
    ]
    for (index, layer) in network.layers.enumerated() {
      codes.append(try self.codes(of: layer, index, codes))
    }
    let name = dequantized(codes[network.output], value: network.output, named: "output.value")
    // The last node takes the name that the graph declares.
    if let last = graph.node.indices.last, graph.node[last].output == [name] {
      graph.node[last].output = ["output"]
    }
    graph.output = [Self.value("output", network.shapes[network.output])]
    return model(operatorSet: Self.quantizeDequantizeOperatorSet)
  }

  private func checkFormats() throws(ONNXExportError) {
    try checkSpacing()
    for (value, quantization) in network.quantizations.enumerated()
    where quantization.format == .bipolar {
      throw ONNXExportError(
        layer: value == 0 ? "input" : network.layers[value - 1].name,
        "its values are \(quantization.format), -1 and +1 without 0, which QDQ cannot say; use --to qonnx "
          + "or activations such as uint2")
    }
    for (value, quantization) in network.quantizations.enumerated()
    where quantization.format == .float32 || quantization.format.integer.bits > 16 {
      let name = value == 0 ? "input" : network.layers[value - 1].name
      throw ONNXExportError(
        layer: name,
        "its values are \(quantization.format), QDQ has 2 to 16 bits; use --to qonnx")
    }
  }

  /// Throws where values are not evenly spaced, which neither dialect can say.
  func checkSpacing() throws(ONNXExportError) {
    for (value, quantization) in network.quantizations.enumerated()
    where quantization.format.hasRanks {
      throw ONNXExportError(
        layer: value == 0 ? "input" : network.layers[value - 1].name,
        "its values are \(quantization.format), ONNX's integers are evenly spaced; "
          + "use activations such as uint8 or fixed8")
    }
  }

  /// The quantized output of a layer.
  private mutating func codes(
    of layer: QuantizedLayer, _ index: Int, _ codes: [String]
  ) throws(ONNXExportError) -> String {
    let type = ElementType(holding: network.quantizations[index + 1].format)
    switch layer.operation {
    case .table(let table):
      return lookup(layer, table, codes[layer.inputs[0]], type)
    case .constant(let values):
      return integers(
        values.map { Int($0) }, type, network.shapes[index + 1].extents, named: layer.name)
    default:
      break
    }
    let inputs = layer.inputs.map { input in
      dequantized(codes[input], value: input, named: layer.name + ".input")
    }
    let result: String
    if case .linear(let linear) = layer.operation {
      result = try products(layer, linear, inputs[0], index)
    } else if let moved = try movement(layer, inputs, output: index) {
      result = moved
    } else {
      throw ONNXExportError(
        layer: layer.name, "QDQ has no form for this \(layer.kind); use --to qonnx")
    }
    let name = quantized(result, value: index + 1, named: layer.name + ".codes")
    return clamped(name, value: index + 1, to: layer.clamp, named: layer.name)
  }

  /// Codes within bounds that are tighter than their element type.
  private mutating func clamped(
    _ codes: String, value: Int, to clamp: ClosedRange<Int>, named name: String
  ) -> String {
    let quantization = network.quantizations[value]
    guard clamp != ElementType(holding: quantization.format).codes else { return codes }
    let real = dequantized(codes, value: value, named: name + ".unclamped")
    let bounds = [clamp.lowerBound, clamp.upperBound].map {
      floats([Float(quantization.real($0))], [], named: name + ".bound")
    }
    let clipped = node("Clip", [real] + bounds, named: name + ".clip")
    return quantized(clipped, value: value, named: name + ".clamped")
  }

  private mutating func products(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear, _ input: String, _ index: Int
  ) throws(ONNXExportError) -> String {
    guard linear.outputStage == .rescaled else {
      throw ONNXExportError(
        layer: layer.name,
        "its outputs are thresholds or sums, which QDQ cannot say; use --to qonnx")
    }
    let linear = try Self.decoded(layer, linear)
    try checkTransposed(layer, linear)
    let (codes, shape, axis) = Self.arranged(layer, linear)
    let type = ElementType(holding: linear.weightFormat)
    let channels = linear.outputChannels
    let isPerTensor =
      Set(linear.weightScales).count == 1 && Set(linear.weightZeroPoints).count <= 1
    let count = isPerTensor ? 1 : channels
    let extents = isPerTensor ? [] : [channels]
    let zeroPoints =
      linear.weightZeroPoints.isEmpty
      ? [Int](repeating: 0, count: channels)
      : linear.weightZeroPoints
    let attributes = isPerTensor ? [] : [Onnx_AttributeProto.integer("axis", axis)]
    let weights = node(
      "DequantizeLinear",
      [
        integers(codes, type, shape, named: layer.name + ".weight"),
        floats(
          linear.weightScales.prefix(count).map { Float($0) }, extents,
          named: layer.name + ".weight.scale"),
        integers(
          Array(zeroPoints.prefix(count)), type, extents, named: layer.name + ".weight.zero"),
      ], named: layer.name + ".weight.value", attributes)
    return products(
      layer, linear, input: input, weights: weights,
      bias: try bias(layer, linear, isPerTensor: isPerTensor), output: index)
  }

  /// The bias as int32 codes of scale `s_x * s_w` and zero point 0.
  private mutating func bias(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear, isPerTensor: Bool
  ) throws(ONNXExportError) -> String? {
    guard let bias = linear.bias else { return nil }
    guard bias.allSatisfy({ ElementType.int32.codes.contains($0) }) else {
      throw ONNXExportError(layer: layer.name, "its bias needs more than 32 bits, QDQ has 32")
    }
    let input = Float(network.quantizations[layer.inputs[0]].scale)
    let scales = linear.weightScales.map { input * Float($0) }
    let count = isPerTensor ? 1 : scales.count
    let extents = isPerTensor ? [] : [count]
    return node(
      "DequantizeLinear",
      [
        integers(bias, .int32, [bias.count], named: layer.name + ".bias"),
        floats(Array(scales.prefix(count)), extents, named: layer.name + ".bias.scale"),
        integers(
          [Int](repeating: 0, count: count), .int32, extents, named: layer.name + ".bias.zero"),
      ], named: layer.name + ".bias.value", isPerTensor ? [] : [.integer("axis", 0)])
  }

  /// A table of codes: Gather, where a negative code counts from the end of the table, as a negative
  /// index does.
  ///
  /// The table covers the element type; codes that the format lacks have the nearest one's.
  private mutating func lookup(
    _ layer: QuantizedLayer, _ table: [Int32], _ codes: String, _ type: ElementType
  ) -> String {
    let format = network.quantizations[layer.inputs[0]].format
    let known = format.codes
    let all = ElementType(holding: format).codes
    let turned =
      Array(0...all.upperBound) + (all.lowerBound < 0 ? Array(all.lowerBound...(-1)) : [])
    let results = turned.map { code in
      let near = min(max(code, known.lowerBound), known.upperBound)
      let result = Int(table[near - known.lowerBound])
      return min(max(result, layer.clamp.lowerBound), layer.clamp.upperBound)
    }
    let values = integers(results, type, [results.count], named: layer.name + ".table")
    let places = node(
      "Cast", [codes], named: layer.name + ".places",
      [.integer("to", Int(ElementType.int32.rawValue))])
    return node("Gather", [values, places], named: layer.name, [.integer("axis", 0)])
  }

  private mutating func quantized(_ real: String, value: Int, named name: String) -> String {
    node("QuantizeLinear", [real] + parameters(of: value, named: name), named: name)
  }

  private mutating func dequantized(_ codes: String, value: Int, named name: String) -> String {
    node("DequantizeLinear", [codes] + parameters(of: value, named: name), named: name)
  }

  /// The scale and the zero point of a value.
  private mutating func parameters(of value: Int, named name: String) -> [String] {
    let quantization = network.quantizations[value]
    return [
      floats([Float(quantization.scale)], [], named: name + ".scale"),
      integers(
        [quantization.zeroPoint], ElementType(holding: quantization.format), [],
        named: name + ".zero"),
    ]
  }
}
