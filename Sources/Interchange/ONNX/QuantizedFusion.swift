internal import Arithmetic
internal import Networks
internal import Tensors

/// Makes the layers of a quantized network of layers on real numbers between codes.
///
/// A layer whose inputs are dequantized codes and whose only reader is, perhaps behind a clip, a
/// QuantizeLinear becomes one integer layer with a clamp. Layers that only move elements work on the
/// codes. Everything else runs in float32 between `dequantize` and `quantize`.
struct ONNXQuantizedFusion {
  /// What a value of the graph is in the network.
  enum Form {
    /// The codes themselves.
    case codes(Int)
    /// Real numbers that these codes stand for.
    case exact(Int)
    /// Real numbers in float32.
    case real(Int)
  }

  let source: ONNXQuantizedGraph
  let output: Int
  /// The readers of each value that the output depends on; the graph's output is one, numbered -1.
  let readers: [[Int]]
  /// What each value of the graph became.
  var forms: [Form?]
  /// The real numbers of values of codes, once they are needed.
  private var reals: [Int: Int] = [:]
  /// Clips that are clamps of the integer layer before them.
  var folded: Set<Int> = []
  /// Whether a float input stays real.
  private var keepsInput = false

  private(set) var layers: [QuantizedLayer] = []
  private(set) var shapes: [Shape] = []
  private(set) var quantizations: [ActivationQuantization] = []
  private var names: [String: Int] = [:]

  init(_ source: ONNXQuantizedGraph, output: Int) {
    self.source = source
    self.output = output
    let count = source.graph.layers.count + 1
    var readers = [[Int]](repeating: [], count: count)
    readers[output].append(-1)
    for value in stride(from: count - 1, to: 0, by: -1) where !readers[value].isEmpty {
      for input in source.graph.layers[value - 1].inputs { readers[input].append(value) }
    }
    self.readers = readers
    forms = [Form?](repeating: nil, count: count)
  }

  /// The network.
  mutating func network(name: String) throws(ONNXProblem) -> QuantizedNetwork {
    let fresh = self
    try run()
    if layers.allSatisfy({ $0.operation == .reshape }) {
      // Nothing but the quantization of the input or the meaning of the output: keep it as a layer.
      self = fresh
      keepsInput = true
      try run()
    }
    let result: Int
    switch forms[output] {
    case .codes(let value)?: result = value
    case .exact(let value)?:
      result = value > 0 && !keepsInput ? value : real(value, name: self.name(of: output))
    case .real(let value)?: result = value
    case nil: result = 0
    }
    guard result > 0 else {
      throw ONNXProblem(
        "the output is not computed from the input by any layer; a network needs at least one")
    }
    return QuantizedNetwork(
      name: name, layers: layers, shapes: shapes, quantizations: quantizations, output: result
    ).pruned
  }

  private mutating func run() throws(ONNXProblem) {
    readInput()
    for value in 1..<forms.count where !readers[value].isEmpty && forms[value] == nil {
      try take(value)
    }
  }

  /// The network's input: codes where the file has codes or quantizes it at once, else real numbers.
  private mutating func readInput() {
    shapes = [source.graph.shapes[0]]
    if let minifloat = source.inputType.minifloat {
      let format = IntegerFormat(bits: minifloat.bits, isSigned: false)
      quantizations = [ActivationQuantization(format: .affine(format), scale: 1, zeroPoint: 0)]
      forms[0] = .codes(0)
    } else if let format = source.inputType.integer {
      var quantization = ActivationQuantization(
        format: .affine(format), scale: 1, zeroPoint: 0)
      if case .dequantize(let first)? = firstRole(behind: 0), first.format == quantization.format {
        quantization = first
      }
      quantizations = [quantization]
      forms[0] = .codes(0)
    } else if !keepsInput, case .quantize(let quantization)? = firstRole(behind: 0) {
      quantizations = [quantization]
      forms[0] = .exact(0)
    } else {
      quantizations = [.float32]
      forms[0] = .real(0)
    }
  }

  /// The role that all readers of a value have, looking through changes of shape.
  private func firstRole(behind value: Int) -> ONNXQuantizedGraph.Role? {
    var value = value
    while readers[value].count == 1, let reader = readers[value].first, reader > 0,
      source.roles[reader] == nil, case .reshape = source.graph.layers[reader - 1].operation
    {
      value = reader
    }
    guard let first = readers[value].first, let role = source.roles[first] else { return nil }
    for reader in readers[value] {
      switch (role, source.roles[reader]) {
      case (.quantize(let ours), .quantize(let theirs)?) where ours == theirs: continue
      case (.dequantize(let ours), .dequantize(let theirs)?) where ours == theirs: continue
      default: return nil
      }
    }
    return role
  }

  /// Decides what one value of the graph becomes.
  private mutating func take(_ value: Int) throws(ONNXProblem) {
    let layer = source.graph.layers[value - 1]
    switch source.roles[value] {
    case .dequantize(let quantization)?:
      guard case .codes(let codes)? = forms[layer.inputs[0]] else {
        throw problem(value, "dequantizes real numbers; export the network again")
      }
      forms[value] = .exact(reinterpreted(codes, quantization, name: layer.name))
    case .quantize(let quantization)?:
      forms[value] = .codes(try quantized(layer, quantization))
    case .integer(let operation, var quantization)?:
      if case .table = operation, case .dequantize(let meaning)? = firstRole(behind: value),
        meaning.format == quantization.format
      {
        quantization = meaning
      }
      var inputs: [Int] = []
      for input in layer.inputs {
        switch operation {
        case .table: inputs.append(try codes(input, for: value))
        default: inputs.append(try real(input, for: value))
        }
      }
      let result = append(
        layer.name, operation, inputs, source.graph.shapes[value], quantization)
      forms[value] = quantization.format == .float32 ? .real(result) : .codes(result)
    case nil:
      try takeOperation(value, layer)
    }
  }

  /// Codes of real numbers.
  private mutating func quantized(
    _ layer: Layer, _ quantization: ActivationQuantization
  ) throws(ONNXProblem) -> Int {
    let input = layer.inputs[0]
    if case .exact(let codes)? = forms[input] {
      if quantizations[codes] == quantization { return codes }
      if let table = table(from: quantizations[codes], to: quantization, { $0 }) {
        return append(layer.name, .table(table), [codes], shapes[codes], quantization)
      }
    }
    let value = try real(input, for: input)
    return append(layer.name, .quantize, [value], shapes[value], quantization)
  }

  private mutating func takeOperation(_ value: Int, _ layer: Layer) throws(ONNXProblem) {
    if folded.contains(value) {
      forms[value] = forms[layer.inputs[0]]
      return
    }
    let known = layer.inputs.map { forms[$0] }
    var codes: [Int] = []
    var exact: [Int] = []
    for form in known {
      if case .codes(let value)? = form { codes.append(value) }
      if case .exact(let value)? = form { exact.append(value) }
    }
    if !codes.isEmpty {
      guard codes.count == known.count, let moved = moved(layer, codes, value) else {
        throw problem(
          value, "computes with codes; put DequantizeLinear before and QuantizeLinear behind it")
      }
      forms[value] = .codes(moved)
    } else if exact.count == known.count, !exact.isEmpty {
      if let moved = moved(layer, exact, value) {
        forms[value] = .exact(moved)
      } else if let fused = try fused(value, layer, exact) {
        forms[value] = .exact(fused)
      } else {
        try takeReal(value, layer)
      }
    } else {
      try takeReal(value, layer)
    }
  }

  /// The layer in float32.
  private mutating func takeReal(_ value: Int, _ layer: Layer) throws(ONNXProblem) {
    let layer = source.weights[value].map { layer.with(weights: $0.reals) } ?? layer
    var inputs: [Int] = []
    for input in layer.inputs { inputs.append(try real(input, for: value)) }
    if let text = layer.constantProblems.first { throw problem(value, text) }
    forms[value] = .real(
      append(
        layer.name, .float(layer.operation), inputs, source.graph.shapes[value], .float32,
        kind: layer.operation.kind))
  }

  private func codes(_ input: Int, for value: Int) throws(ONNXProblem) -> Int {
    guard case .codes(let codes)? = forms[input] else {
      throw problem(value, "reads real numbers where codes are expected; export it again")
    }
    return codes
  }

  /// The real numbers of a value of the graph.
  private mutating func real(_ input: Int, for value: Int) throws(ONNXProblem) -> Int {
    switch forms[input] {
    case .real(let result)?: return result
    case .exact(let codes)?: return real(codes, name: name(of: input))
    case .codes?, nil:
      throw problem(
        value, "computes with codes; put DequantizeLinear before and QuantizeLinear behind it")
    }
  }

  private mutating func real(_ codes: Int, name: String) -> Int {
    if let known = reals[codes] { return known }
    let result = append("\(name).dequantize", .dequantize, [codes], shapes[codes], .float32)
    reals[codes] = result
    return result
  }

  /// The same codes with another meaning.
  private mutating func reinterpreted(
    _ codes: Int, _ quantization: ActivationQuantization, name: String
  ) -> Int {
    if quantizations[codes] == quantization { return codes }
    return append(name, .reshape, [codes], shapes[codes], quantization)
  }

  func name(of value: Int) -> String { value == 0 ? "input" : source.graph.layers[value - 1].name }

  func problem(_ value: Int, _ text: String) -> ONNXProblem {
    ONNXProblem("node '\(name(of: value))': \(text)")
  }

  /// Adds a layer; the number of its value.
  mutating func append(
    _ wanted: String, _ operation: QuantizedOperation, _ inputs: [Int], _ shape: Shape,
    _ quantization: ActivationQuantization, kind: String? = nil, clamp: ClosedRange<Int>? = nil
  ) -> Int {
    var name = wanted
    while let count = names[name] {
      names[wanted, default: count] += 1
      name = "\(wanted).\(names[wanted, default: count])"
    }
    names[name] = 1
    layers.append(
      QuantizedLayer(
        name: name, kind: kind ?? operation.word, operation: operation, inputs: inputs,
        clamp: clamp ?? quantization.codes))
    shapes.append(shape)
    quantizations.append(quantization)
    return layers.count
  }
}
