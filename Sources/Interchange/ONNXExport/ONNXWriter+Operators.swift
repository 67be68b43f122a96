internal import Arithmetic
internal import Networks
internal import Tensors

extension ONNXWriter {
  /// The float operator of a layer on dequantized inputs, weights given by name; nil for a layer that is none.
  ///
  /// - Parameters:
  ///   - inputs: the names of the float inputs.
  mutating func movement(
    _ layer: QuantizedLayer, _ inputs: [String], output index: Int
  ) throws(ONNXExportError) -> String? {
    let shape = network.shapes[index + 1]
    let name = layer.name
    switch layer.operation {
    case .pool(let pool): return self.pool(pool, inputs, named: name)
    case .binary(let kind):
      let type =
        switch kind {
        case .add: "Add"
        case .subtract: "Sub"
        case .multiply: "Mul"
        case .maximum: "Max"
        case .minimum: "Min"
        case .divide: "Div"
        case .power: "Pow"
        }
      return node(type, inputs, named: name)
    case .concatenation(let axis):
      return node("Concat", inputs, named: name, [.integer("axis", axis)])
    case .pad(let before, let after, let code):
      let input = network.quantizations[layer.inputs[0]]
      let pads = integers(
        before + after, .int64, [2 * before.count], named: name + ".pads")
      let value = floats([Float(input.real(code))], [], named: name + ".value")
      return node("Pad", [inputs[0], pads, value], named: name)
    case .reshape(let channelsLast):
      return reshape(
        inputs[0], from: network.shapes[layer.inputs[0]], to: shape, channelsLast: channelsLast,
        named: name)
    case .transpose(let axes):
      return node("Transpose", inputs, named: name, [.integers("perm", axes)])
    case .slice(let slice): return self.slice(slice, inputs[0], named: name)
    case .softmax(let axis, let beta):
      guard beta == 1 else {
        throw ONNXExportError(layer: name, "softmax with beta \(beta) has no ONNX operator")
      }
      return node("Softmax", inputs, named: name, [.integer("axis", axis)])
    case .matrixProduct(let product):
      var operands = inputs
      for (place, isSwapped) in [product.transposesFirst, product.transposesSecond].enumerated()
      where isSwapped {
        let rank = network.shapes[layer.inputs[place]].rank
        let axes = Array(0..<rank - 2) + [rank - 1, rank - 2]
        operands[place] = node(
          "Transpose", [operands[place]], named: name + ".transpose", [.integers("perm", axes)])
      }
      return node("MatMul", operands, named: name)
    case .requantize: return inputs[0]
    case .leakyRelu(let slope):
      return node("LeakyRelu", inputs, named: name, [.real("alpha", slope)])
    case .lstm, .svdf:
      throw ONNXExportError(
        layer: name,
        "an integer \(layer.kind) has no ONNX operator in either dialect; take a .tflite of it")
    case .linear, .table, .thresholds, .quantize, .dequantize, .float, .dynamicQuantize,
      .dynamicScale, .dynamicZeroPoint, .constant:
      return nil
    }
  }

  private mutating func pool(_ pool: Pool, _ inputs: [String], named name: String) -> String {
    let window = pool.window
    let isGlobal =
      window.kernelHeight == window.height && window.kernelWidth == window.width
      && window.padTop == 0 && window.padLeft == 0 && window.outputHeight == 1
      && window.outputWidth == 1
    if isGlobal && pool.kind == .average {
      return node("GlobalAveragePool", inputs, named: name)
    }
    var attributes = Self.attributes(of: window)
    if pool.kind == .average {
      // Older operator sets have no dilations here, and nobody dilates averages.
      if window.dilationY == 1 && window.dilationX == 1 { attributes.removeLast() }
      attributes.append(.integer("count_include_pad", pool.countsPadding ? 1 : 0))
    }
    return node(
      pool.kind == .max ? "MaxPool" : "AveragePool", inputs, named: name, attributes)
  }

  /// Kernel, strides, pads and dilations.
  static func attributes(of window: WindowGeometry) -> [Onnx_AttributeProto] {
    [
      .integers("kernel_shape", [window.kernelHeight, window.kernelWidth]),
      .integers("strides", [window.strideY, window.strideX]),
      .integers("pads", [window.padTop, window.padLeft, window.padBottom, window.padRight]),
      .integers("dilations", [window.dilationY, window.dilationX]),
    ]
  }

  private mutating func slice(_ slice: Slice, _ input: String, named name: String) -> String {
    let rank = slice.begin.count
    let ends = (0..<rank).map { axis -> Int in
      let end = slice.begin[axis] + slice.counts[axis] * slice.steps[axis]
      // An end before the first element counts from the end of the axis, unless it is far away.
      return end < 0 ? Int(Int32.min) : end
    }
    let lists = [
      ("starts", slice.begin), ("ends", ends), ("axes", Array(0..<rank)), ("steps", slice.steps),
    ].map { integers($0.1, .int64, [rank], named: "\(name).\($0.0)") }
    return node("Slice", [input] + lists, named: name)
  }

  /// A reshape; with channels last the image is turned round first and, where it stays one, back.
  mutating func reshape(
    _ input: String, from source: Shape, to target: Shape, channelsLast: Bool, named name: String
  ) -> String {
    func stored(_ shape: Shape) -> [Int] {
      channelsLast && shape.rank == 4
        ? [shape[0], shape[2], shape[3], shape[1]] : shape.extents
    }
    var value = input
    if channelsLast && source.rank == 4 {
      value = node(
        "Transpose", [value], named: name + ".nhwc", [.integers("perm", [0, 2, 3, 1])])
    }
    let extents = stored(target)
    let shape = integers(extents, .int64, [extents.count], named: name + ".shape")
    value = node("Reshape", [value, shape], named: name)
    if channelsLast && target.rank == 4 {
      value = node(
        "Transpose", [value], named: name + ".nchw", [.integers("perm", [0, 3, 1, 2])])
    }
    return value
  }

  /// Throws for weights that no axis of a transposed convolution's can scale.
  func checkTransposed(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear
  ) throws(ONNXExportError) {
    let isPerTensor =
      Set(linear.weightScales).count == 1 && Set(linear.weightZeroPoints).count <= 1
    guard !linear.window.isTransposed || linear.groups == 1 || isPerTensor else {
      throw ONNXExportError(
        layer: layer.name,
        "a grouped transposed convolution with a scale for each channel has no ONNX form; "
          + "use --granularity tensor")
    }
  }

  /// The layer of products on float inputs and float weights, bias included.
  mutating func products(
    _ layer: QuantizedLayer, _ linear: QuantizedLinear, input: String, weights: String,
    bias: String?, output index: Int
  ) -> String {
    let operands = { (value: String) in [value, weights] + (bias.map { [$0] } ?? []) }
    guard layer.kind == "fc" else {
      if linear.window.isTransposed {
        return node(
          "ConvTranspose", operands(input), named: layer.name,
          Self.transposedAttributes(of: linear))
      }
      let attributes = Self.attributes(of: linear.window) + [.integer("group", linear.groups)]
      let source = network.shapes[layer.inputs[0]]
      guard source.rank != 4 else {
        return node("Conv", operands(input), named: layer.name, attributes)
      }
      // A scale and an offset for each element of the last axis: channels of an image of one column.
      let rows = source.count / max(linear.inputChannels, 1)
      let matrix = Shape([rows, linear.inputChannels])
      let image = Shape([1, linear.inputChannels, rows, 1])
      var value = reshape(
        input, from: source, to: matrix, channelsLast: false, named: layer.name + ".flat")
      value = node(
        "Transpose", [value], named: layer.name + ".channels", [.integers("perm", [1, 0])])
      value = reshape(
        value, from: matrix, to: image, channelsLast: false, named: layer.name + ".image")
      value = node("Conv", operands(value), named: layer.name, attributes)
      value = reshape(
        value, from: image, to: Shape([linear.outputChannels, rows]), channelsLast: false,
        named: layer.name + ".rows")
      value = node(
        "Transpose", [value], named: layer.name + ".last", [.integers("perm", [1, 0])])
      return reshape(
        value, from: matrix, to: network.shapes[index + 1], channelsLast: false,
        named: layer.name + ".shape")
    }
    let source = network.shapes[layer.inputs[0]]
    let target = network.shapes[index + 1]
    let rows = source.count / max(linear.inputChannels, 1)
    let isFlat = source.rank == 2 && target.rank == 2
    var value = input
    if !isFlat {
      value = reshape(
        value, from: source, to: Shape([rows, linear.inputChannels]), channelsLast: false,
        named: layer.name + ".flat")
    }
    value = node("Gemm", operands(value), named: layer.name, [.integer("transB", 1)])
    if !isFlat {
      value = reshape(
        value, from: Shape([rows, linear.outputChannels]), to: target, channelsLast: false,
        named: layer.name + ".shape")
    }
    return value
  }

  /// The attributes of a transposed convolution from the window over its upsampled input.
  private static func transposedAttributes(of linear: QuantizedLinear) -> [Onnx_AttributeProto] {
    let window = linear.window
    let kernel = [window.kernelHeight, window.kernelWidth]
    let dilations = [window.dilationY, window.dilationX]
    let spans = [0, 1].map { dilations[$0] * (kernel[$0] - 1) }
    let ends = [spans[0] - window.padBottom, spans[1] - window.padRight]
    return [
      .integers("kernel_shape", kernel), .integers("dilations", dilations),
      .integers("strides", [window.upsampleY, window.upsampleX]),
      .integers(
        "pads",
        [
          spans[0] - window.padTop, spans[1] - window.padLeft, max(ends[0], 0), max(ends[1], 0),
        ]), .integers("output_padding", ends.map { max(-$0, 0) }),
      .integer("group", linear.groups),
    ]
  }

  /// Weight codes in ONNX order: OIHW, [out, in] for fully connected, IOHW flipped for transposed.
  static func arranged(_ layer: QuantizedLayer, _ linear: QuantizedLinear) -> (
    codes: [Int], shape: [Int], channelAxis: Int
  ) {
    let codes = linear.storedWeights.map { Int($0) }
    if layer.kind == "fc" {
      return (codes, [linear.outputChannels, linear.inputChannels], 0)
    }
    let (height, width) = (linear.window.kernelHeight, linear.window.kernelWidth)
    let inputs = linear.inputChannels / linear.groups
    func code(_ output: Int, _ y: Int, _ x: Int, _ input: Int) -> Int {
      codes[((output * height + y) * width + x) * inputs + input]
    }
    var arranged: [Int] = []
    arranged.reserveCapacity(codes.count)
    guard linear.window.isTransposed else {
      for output in 0..<linear.outputChannels {
        for input in 0..<inputs {
          for y in 0..<height { for x in 0..<width { arranged.append(code(output, y, x, input)) } }
        }
      }
      return (arranged, [linear.outputChannels, inputs, height, width], 0)
    }
    let perGroup = linear.outputChannels / linear.groups
    for channel in 0..<linear.inputChannels {
      let group = channel / inputs
      for output in 0..<perGroup {
        for y in (0..<height).reversed() {
          for x in (0..<width).reversed() {
            arranged.append(code(group * perGroup + output, y, x, channel % inputs))
          }
        }
      }
    }
    return (arranged, [linear.inputChannels, perGroup, height, width], 1)
  }
}
