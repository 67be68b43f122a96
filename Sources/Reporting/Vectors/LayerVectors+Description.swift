internal import Arithmetic
internal import Execution
internal import Networks
internal import Tensors

extension LayerVectors {
  /// What the operation does.
  func addOperation(to object: inout JSONObject) {
    object.add("operation", operationName)
    switch layer.operation {
    case .linear(let linear): addProducts(linear, to: &object)
    case .pool(let pool):
      addWindow(pool.window, to: &object)
      object.add("countsPadding", pool.countsPadding)
      object.add("averageRounding", constants.average?.rawValue)
    case .binary: addBinary(to: &object)
    case .table: object.add("tableLowest", inputs[0].codes.lowerBound)
    case .concatenation(let axis):
      object.add("tableLowest", Self.list(inputs.map(\.codes.lowerBound)))
      object.add("axis", storedAxis(axis))
    case .pad(let before, let after, let code):
      object.add("onnxBefore", Self.list(before))
      object.add("onnxAfter", Self.list(after))
      object.add("borderCode", code)
    case .reshape:
      let shapes = [layer.inputs[0], index + 1].map { executor.network.shapes[$0].extents }
      object.add("onnxShapes", .array(shapes.map(Self.list)))
    case .transpose(let axes): object.add("onnxAxes", Self.list(axes))
    case .softmax(let axis, let beta):
      object.add("axis", storedAxis(axis))
      object.add("beta", beta)
      object.add("softmax", executor.arithmetics[index].softmax.rawValue)
    case .slice(let slice): addSlice(slice, to: &object)
    case .matrixProduct(let product): addMatrixProduct(product, to: &object)
    case .thresholds(let tables, let axis): addThresholds(tables, axis: axis, to: &object)
    case .requantize:
      addPreload(to: &object)
      addRescales(to: &object)
    case .leakyRelu: addSides(to: &object)
    case .float(let operation): object.add("floatOperation", operation.kind)
    case .quantize, .dequantize, .dynamicQuantize, .dynamicScale, .dynamicZeroPoint, .constant,
      .lstm, .svdf:
      break
    }
  }

  /// The quantizations, the clamp and the shapes.
  func addValues(to object: inout JSONObject) {
    let network = executor.network
    let output = network.quantizations[index + 1]
    object.add("inputFormats", .array(inputs.map { .string($0.format.description) }))
    object.add("inputScales", .array(inputs.map { .number($0.scale) }))
    object.add("inputZeroPoints", Self.list(inputs.map(\.zeroPoint)))
    object.add("outputFormat", output.format.description)
    object.add("outputScale", output.scale)
    object.add("outputZeroPoint", output.zeroPoint)
    object.add("clamp", Self.list([layer.clamp.lowerBound, layer.clamp.upperBound]))
    object.add(
      "inputShapes",
      .array(arrays.prefix(layer.inputs.count).map { Self.list($0.shape.extents) }))
    object.add("outputShape", arrays.last.map { Self.list($0.shape.extents) })
  }

  private var inputs: [ActivationQuantization] {
    layer.inputs.map { executor.network.quantizations[$0] }
  }

  private func addProducts(_ linear: QuantizedLinear, to object: inout JSONObject) {
    let arithmetic = executor.arithmetics[index]
    addWindow(linear.window, to: &object)
    object.add("groups", linear.groups)
    object.add("weightFormat", linear.weightFormat.description)
    object.add("weightLayout", layer.kind == "fc" ? "oi" : (isPerChannel ? "1hwc" : "ohwi"))
    object.add("weightScales", .array(linear.weightScales.map(JSONValue.number)))
    object.add("weightZeroPoints", Self.list(linear.weightZeroPoints))
    object.add("accumulatorBits", arithmetic.accumulator.bits)
    object.add("overflow", arithmetic.accumulator.overflow.rawValue)
    object.add("order", arithmetic.order.rawValue)
    object.add("lanes", arithmetic.lanes)
    if let outer = arithmetic.outer {
      object.add("outerAccumulatorBits", outer.accumulator.bits)
      object.add("outerOverflow", outer.accumulator.overflow.rawValue)
      object.add("tile", outer.tile)
    }
    if arithmetic.zeroPoint == .corrected {
      object.add("zeroPoint", arithmetic.zeroPoint.rawValue)
      object.add("inputLowest", inputs.first?.codes.lowerBound)
    }
    object.add("biasPosition", constants.biasPosition.rawValue)
    addPreload(to: &object)
    addRescales(to: &object)
  }

  /// The rounding constants that are added before rescaling, where there are any.
  func addPreload(to object: inout JSONObject) {
    let preloads = constants.rescales.map(\.preloadedRounding)
    if preloads.contains(where: { $0 != 0 }) { object.add("preload", Self.list(preloads)) }
  }

  private func addBinary(to object: inout JSONObject) {
    if let multiply = constants.multiply {
      if multiply.roundsWithZeroPoint { object.add("roundsWithZeroPoint", true) }
      return addRescales([multiply.rescale], to: &object)
    }
    guard let add = constants.add else { return }
    object.add("addition", add.flavour.rawValue)
    switch add.flavour {
    case .tflite, .tfliteSingle:
      object.add("leftShift", add.leftShift)
      object.add("inputMultipliers", Self.list(add.inputs.map { Int($0.mantissa) }))
      object.add("inputShifts", Self.list(add.inputs.map(\.exponent)))
      object.add("outputMultiplier", Int(add.output.mantissa))
      object.add("outputShift", add.output.exponent)
    case .xnnpack:
      object.add("inputFactors", Self.list(add.factors))
      object.add("rightShift", add.shift)
    case .float:
      object.add("inputFloatMultipliers", .array(add.floats.map { .number(Double($0)) }))
      object.add("floatStart", Double(add.floatStart))
    }
  }

  /// The rescalings: the real multiplier is `multiplier * 2^(shift - 31)`, or a float32.
  func addRescales(to object: inout JSONObject) { addRescales(constants.rescales, to: &object) }

  private func addRescales(_ rescales: [Requantization], to object: inout JSONObject) {
    guard let flavour = rescales.first?.flavour else { return }
    object.add("requantization", flavour.rawValue)
    switch flavour {
    case .gemmlowp, .ruy, .single, .reduced:
      object.add("multipliers", Self.list(rescales.map { Int($0.quantized.mantissa) }))
      object.add("shifts", Self.list(rescales.map(\.quantized.exponent)))
    case .float:
      object.add("floatMultipliers", .array(rescales.map { .number(Double($0.float)) }))
    case .thresholds:
      object.add("realMultipliers", .array(rescales.map { .number($0.real) }))
    case .shift, .floor, .cast:
      object.add("multipliers", Self.list(rescales.map(\.factor)))
      object.add("shifts", Self.list(rescales.map { 31 - $0.shift }))
    }
  }

  private func addWindow(_ window: WindowGeometry, to object: inout JSONObject) {
    object.add("kernel", Self.list([window.kernelHeight, window.kernelWidth]))
    object.add("strides", Self.list([window.strideY, window.strideX]))
    object.add(
      "pads", Self.list([window.padTop, window.padLeft, window.padBottom, window.padRight]))
    object.add("dilations", Self.list([window.dilationY, window.dilationX]))
  }

  /// The axis of the stored array that an ONNX axis became.
  func storedAxis(_ axis: Int) -> Int {
    let shape = executor.network.shapes[index + 1]
    let stored = shape.rank == 4 ? [0, 3, 1, 2][axis] : axis
    return shape.extents.first == 1 ? stored : stored + 1
  }

  static func list(_ values: [Int]) -> JSONValue { .array(values.map(JSONValue.integer)) }
}
