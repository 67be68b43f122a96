internal import Arithmetic
internal import Networks
internal import Tensors

/// QuantizeLinear and DequantizeLinear.
extension ONNXQuantizedGraph {
  /// DequantizeLinear: `(x - zeroPoint) * scale`.
  mutating func dequantize(_ node: ONNXNode) throws(ONNXProblem) {
    let scale = try graph.constant(node, 1, "scale")
    let zeroPoint = try graph.optionalConstant(node, 2, "zero point")
    let type = node.inputs.first.flatMap { types[$0] } ?? .uint8
    switch try graph.value(node, 0) {
    case .constant(let constant):
      try define(node, .constant(try dequantized(node, constant, type, scale, zeroPoint)), .float)
    case .activation(let source):
      if let minifloat = type.minifloat {
        let parameters = try ONNXScale(
          node, scale: scale, zeroPoint: zeroPoint, shape: graph.shapes[source], limits: nil)
        guard parameters.block == nil else {
          throw node.problem("has several scales for computed float8 values; use one")
        }
        // The codes are bit patterns; their real numbers are a table of bit patterns of float32.
        let table = (0..<1 << minifloat.bits).map {
          Int32(bitPattern: (Float(minifloat.real($0)) * parameters.scales[0]).bitPattern)
        }
        return try define(node, append(node, .integer(.table(table), .float32), [source]), .float)
      }
      guard let format = type.integer else {
        throw node.problem(
          "reads a computed value that is no integer of 2 to 32 bits; export the network again")
      }
      let parameters = try ONNXScale(
        node, scale: scale, zeroPoint: zeroPoint, shape: graph.shapes[source],
        limits: format.lowest...format.highest)
      guard parameters.block != nil else {
        let value = append(
          node, .dequantize(Self.quantization(parameters, format)), [source])
        return try define(node, value, .float)
      }
      let shape = graph.shapes[source]
      let unit = ActivationQuantization(format: .affine(format), scale: 1, zeroPoint: 0)
      var value = append(node, .dequantize(unit), [source], suffix: ".codes")
      value = try combine(
        node, .subtract, value, parameters.zeroPoints.map { Float($0) }, parameters, shape)
      value = try combine(node, .multiply, value, parameters.scales, parameters, shape)
      try define(node, value, .float)
    }
  }

  private static let wideCodes =
    "its codes are no integers of 2 to 32 bits; export the network again"

  private mutating func dequantized(
    _ node: ONNXNode, _ constant: ONNXConstant, _ type: ONNXElementType, _ scale: ONNXConstant,
    _ zeroPoint: ONNXConstant?
  ) throws(ONNXProblem) -> ONNXConstant {
    let shape = constant.shape
    // Codes, a scale and a zero point for each element.
    try graph.spend(node, shape)
    try graph.spend(node, shape)
    let codes: CodeArray
    switch constant {
    case .bytes(let bytes, _): codes = bytes
    case .integer(let tensor):
      let words = tensor.elements.compactMap { Int32(exactly: $0) }
      guard words.count == tensor.elements.count else { throw node.problem(Self.wideCodes) }
      codes = CodeArray(words)
    case .real, .quantized:
      guard type.minifloat != nil, case .real(let reals) = constant else {
        throw node.problem("reads real numbers where codes are expected; export it again")
      }
      let parameters = try ONNXScale(
        node, scale: scale, zeroPoint: zeroPoint, shape: shape, limits: nil)
      let table = parameters.table(shape)
      return .real(
        Tensor(
          shape: shape,
          elements: reals.elements.indices.map {
            reals.elements[$0] * parameters.scales[table[$0]]
          }))
    }
    guard let format = type.integer,
      codes.allSatisfy({ (format.lowest...format.highest).contains(Int($0)) })
    else { throw node.problem(Self.wideCodes) }
    let parameters = try ONNXScale(
      node, scale: scale, zeroPoint: zeroPoint, shape: shape,
      limits: format.lowest...format.highest)
    return .quantized(
      ONNXCodes(
        format: format, codes: codes, shape: shape, scales: parameters.scales,
        zeroPoints: parameters.zeroPoints, parameters: parameters.parameters(shape)))
  }

  /// QuantizeLinear: `saturate(round_half_even(x / scale) + zeroPoint)`.
  mutating func quantize(_ node: ONNXNode) throws(ONNXProblem) {
    let scale = try graph.constant(node, 1, "scale")
    let zeroPoint = try graph.optionalConstant(node, 2, "zero point")
    var type = ONNXElementType.uint8
    if let number = try node.integer("output_dtype"), number != 0 {
      guard let chosen = ONNXElementType(rawValue: number) else {
        throw node.problem(
          "output_dtype \(number) is not supported; use an integer of 2 to 16 bits")
      }
      type = chosen
    }
    if zeroPoint != nil, let known = types[node.inputs[2]] { type = known }
    guard try [0, 1].contains(node.integer("precision") ?? 0) else {
      throw node.problem("divides in another precision than float; set precision to 1")
    }
    switch try graph.value(node, 0) {
    case .constant(let constant):
      try define(node, .constant(try quantized(node, constant, type, scale, zeroPoint)), type)
    case .activation(let source):
      guard let format = type.integer else {
        throw node.problem(
          "makes computed values \(type), in which no layer computes; use an integer of 2 to 16 bits"
        )
      }
      let shape = graph.shapes[source]
      let limits = format.lowest...format.highest
      let parameters = try ONNXScale(
        node, scale: scale, zeroPoint: zeroPoint, shape: shape, limits: limits)
      guard parameters.block != nil else {
        let value = append(node, .quantize(Self.quantization(parameters, format)), [source])
        return try define(node, value, type)
      }
      // Each step is exact in float32: codes and zero points have 16 bits at most.
      guard format.bits <= 16 else {
        throw node.problem("has several scales for computed 32-bit values; use one")
      }
      let wide = ActivationQuantization(
        format: .affine(IntegerFormat(bits: 20, isSigned: true)), scale: 1, zeroPoint: 0)
      var value = try combine(node, .divide, source, parameters.scales, parameters, shape)
      value = append(node, .quantize(wide), [value], suffix: ".rounded")
      value = append(node, .dequantize(wide), [value], suffix: ".steps")
      value = try combine(
        node, .add, value, parameters.zeroPoints.map { Float($0) }, parameters, shape)
      let unit = ActivationQuantization(format: .affine(format), scale: 1, zeroPoint: 0)
      try define(node, append(node, .quantize(unit), [value]), type)
    }
  }

  private mutating func quantized(
    _ node: ONNXNode, _ constant: ONNXConstant, _ type: ONNXElementType, _ scale: ONNXConstant,
    _ zeroPoint: ONNXConstant?
  ) throws(ONNXProblem) -> ONNXConstant {
    let shape = constant.shape
    try graph.spend(node, shape)
    let values = constant.floats
    if let minifloat = type.minifloat {
      let parameters = try ONNXScale(
        node, scale: scale, zeroPoint: zeroPoint, shape: shape, limits: nil)
      let table = parameters.table(shape)
      let saturates = try node.integer("saturate") ?? 1 != 0
      return .real(
        Tensor(
          shape: shape,
          elements: values.indices.map {
            let real = Double(values[$0] / parameters.scales[table[$0]])
            return Float(minifloat.real(minifloat.code(real, saturates: saturates)))
          }))
    }
    guard let format = type.integer else {
      throw node.problem("makes \(type); use an integer of 2 to 32 bits, float8 or float4")
    }
    let parameters = try ONNXScale(
      node, scale: scale, zeroPoint: zeroPoint, shape: shape,
      limits: format.lowest...format.highest)
    let table = parameters.table(shape)
    return .integer(
      Tensor(
        shape: shape,
        elements: values.indices.map { index in
          let parameter = table[index]
          return format.code(
            values[index], scale: parameters.scales[parameter],
            zeroPoint: Int(parameters.zeroPoints[parameter]))
        }))
  }

  /// A layer on real numbers with one parameter for each element, however few they are.
  private mutating func combine(
    _ node: ONNXNode, _ kind: BinaryKind, _ source: Int, _ parameters: [Float],
    _ scale: ONNXScale, _ shape: Shape
  ) throws(ONNXProblem) -> Int {
    try graph.spend(node, shape)
    let tensor = Tensor(shape: shape, elements: scale.table(shape).map { parameters[$0] })
    let other = try graph.append(
      node, .constant(tensor), [], suffix: ".\(kind.rawValue).constant")
    return try graph.append(node, .binary(kind), [source, other], suffix: ".\(kind.rawValue)")
  }

  static func quantization(_ scale: ONNXScale, _ format: IntegerFormat) -> ActivationQuantization {
    ActivationQuantization(
      format: .affine(format), scale: Double(scale.scales[0]),
      zeroPoint: Int(scale.zeroPoints[0]))
  }
}

extension IntegerFormat {
  /// The code of a real number in float32, as QuantizeLinear has it; NaN gives the lowest.
  func code(_ real: Float, scale: Float, zeroPoint: Int) -> Int {
    let steps = (real / scale).rounded(.toNearestOrEven)
    if steps.isNaN { return lowest }
    return clamped(Requantization.saturating(steps) + zeroPoint)
  }
}
