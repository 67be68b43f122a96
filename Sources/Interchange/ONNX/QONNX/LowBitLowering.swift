internal import Arithmetic
internal import Networks
internal import Quantization
internal import Tensors

/// A value of the float graph in the network of integers: a value of that network, and the element-wise
/// functions that its numbers still have to go through.
struct LowBitValue: Hashable {
  /// The value of the integer network.
  var base: Int
  /// The last function, an index into the steps; nil when the numbers are those of the base.
  var step: Int?
}

/// A value of the integer network while it is built.
struct LowBitBase {
  /// The shape in ONNX axis order.
  var shape: Shape
  /// What the codes stand for.
  var quantization: ActivationQuantization
  /// The codes that can occur: one domain, or one for each channel.
  var domains: [CodeDomain]
  /// The axis of the domains; nil for one domain.
  var axis: Int?

  /// Whether the codes are float32 bit patterns.
  var isFloat: Bool { quantization.format == .float32 }

  /// All codes that can occur.
  var domain: CodeDomain { domains.dropFirst().reduce(domains[0]) { $0.union($1) } }

  /// The codes that can occur in a channel along an axis.
  func domain(channel: Int, axis: Int?) -> CodeDomain {
    axis != nil && axis == self.axis ? domains[channel] : domain
  }

  /// The number of a code as `.dequantize` computes it, or of the key of a float32 number.
  func number(_ code: Int) -> Float {
    isFloat
      ? ThresholdTable.real(ofKey: code)
      : Float(code - quantization.zeroPoint) * Float(quantization.scale)
  }
}

/// Turns a graph of quantizers and float functions into layers of integers with thresholds.
///
/// Every layer of products on a grid becomes one of integer codes; the element-wise functions between its
/// accumulator and the next quantizer become thresholds, found by evaluating them in float32 at the
/// accumulators that can occur. What cannot be expressed so stays in float32.
struct LowBitLowering {
  /// The function evaluations that one network may take.
  static let evaluationLimit = 1 << 29

  /// The most thresholds of one layer.
  static let mostThresholds = 1 << 22

  /// The most thresholds of one network.
  static let thresholdLimit = 1 << 24

  /// One element-wise function of a base and of earlier steps of the same base.
  struct Step {
    var base: Int
    var function: LowBitFunction
    /// Earlier steps; nil for the base's own numbers.
    var operands: [Int?]
    var name: String
  }

  let source: LowBitGraph
  /// The layers so far.
  var layers: [QuantizedLayer] = []
  /// The values so far; base 0 is the input.
  var bases: [LowBitBase]
  /// The functions so far.
  var steps: [Step] = []
  /// What each value of the float graph became.
  var values: [LowBitValue] = []
  /// Float values made of functions, so that each is made once.
  var floats: [LowBitValue: Int] = [:]
  /// Codes made of functions with few results.
  var codes: [LowBitValue: Int] = [:]
  /// The evaluations left.
  var evaluations = evaluationLimit
  /// The thresholds left.
  var thresholds = thresholdLimit
  private var names: [String: Int] = [:]

  /// Begins with the input: real numbers, or int8 codes of scale 1.
  init(_ source: LowBitGraph, integerInput: Bool) {
    self.source = source
    let int8 = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
    bases = [
      LowBitBase(
        shape: source.graph.shapes[0],
        quantization: integerInput
          ? ActivationQuantization(format: int8, scale: 1, zeroPoint: 0) : .float32,
        domains: [integerInput ? CodeDomain(lowest: -128, highest: 127) : .reals])
    ]
    values = [LowBitValue(base: 0)]
  }

  /// The network of integers whose result is that of a value of the float graph.
  mutating func network(name: String, output: Int) throws(ONNXProblem) -> QuantizedNetwork {
    for index in source.graph.layers.indices {
      values.append(try lowered(layer: index))
    }
    let value = values[output]
    let result = value.step == nil ? value.base : float(value)
    guard result > 0 else {
      throw ONNXProblem("its output is its input; a network needs at least one layer")
    }
    let network = QuantizedNetwork(
      name: name, layers: layers, shapes: bases.map(\.shape),
      quantizations: bases.map(\.quantization), output: result)
    return network.thresholdsFused()
  }

  /// What a layer of the float graph becomes.
  private mutating func lowered(layer index: Int) throws(ONNXProblem) -> LowBitValue {
    let layer = source.graph.layers[index]
    let inputs = layer.inputs.map { values[$0] }
    switch source.meanings[index] {
    case .quantizer(let quantizers): return try quantized(layer, inputs[0], quantizers)
    case .function(let function):
      guard let base = inputs.first?.base, inputs.allSatisfy({ $0.base == base }) else { break }
      return step(layer.name, function, base: base, inputs.map(\.step))
    case .product(let scales):
      if let value = try product(layer, inputs[0], scales: scales) { return value }
    case nil:
      if let value = try moved(layer, inputs, to: source.graph.shapes[index + 1]) { return value }
    }
    // What is left runs in float32.
    var operands: [Int] = []
    for input in inputs { operands.append(float(input)) }
    return LowBitValue(
      base: emitFloat(
        layer.name, layer.operation, operands, shape: source.graph.shapes[index + 1]))
  }

  /// A value behind one more function.
  mutating func step(
    _ name: String, _ function: LowBitFunction, base: Int, _ operands: [Int?]
  ) -> LowBitValue {
    steps.append(Step(base: base, function: function, operands: operands, name: name))
    return LowBitValue(base: base, step: steps.count - 1)
  }

  /// Adds a layer; gives its value.
  mutating func emit(
    _ name: String, _ kind: String, _ operation: QuantizedOperation, _ inputs: [Int],
    clamp: ClosedRange<Int>? = nil, _ base: LowBitBase
  ) -> Int {
    var unique = name
    while let count = names[unique] {
      names[name, default: count] += 1
      unique = "\(name).\(names[name, default: count])"
    }
    names[unique] = 1
    layers.append(
      QuantizedLayer(
        name: unique, kind: kind, operation: operation, inputs: inputs,
        clamp: clamp ?? base.quantization.codes))
    bases.append(base)
    return layers.count
  }

  /// Adds a layer in float32.
  mutating func emitFloat(
    _ name: String, _ operation: Networks.Operation, _ inputs: [Int], shape: Shape
  ) -> Int {
    emit(
      name, operation.kind, .float(operation), inputs,
      LowBitBase(shape: shape, quantization: .float32, domains: [.reals]))
  }

  /// The functions that a value goes through, in their order.
  func needed(for value: LowBitValue) -> [Int] {
    guard let last = value.step else { return [] }
    var needed: Set<Int> = [last]
    var open = [last]
    while let step = open.popLast() {
      for case let operand? in steps[step].operands where needed.insert(operand).inserted {
        open.append(operand)
      }
    }
    return needed.sorted()
  }

  /// The functions of a value, from its base on.
  func program(_ value: LowBitValue) -> LowBitProgram {
    var places: [Int: Int] = [:]
    var program = LowBitProgram()
    for step in needed(for: value) {
      program.steps.append(
        LowBitProgram.Step(
          function: steps[step].function,
          operands: steps[step].operands.map { operand in operand.flatMap { places[$0] } ?? 0 }))
      places[step] = program.steps.count
    }
    return program
  }
}
