internal import Arithmetic
internal import Networks
internal import Tensors

extension ONNXQuantizedFusion {
  /// Where the real numbers of a layer become codes.
  struct Target {
    /// The quantization.
    var quantization: ActivationQuantization
    /// The codes that clips before it leave.
    var clamp: ClosedRange<Int>
    /// Those clips.
    var clips: [Int]
  }

  /// The widest codes that integer layers multiply.
  static let widestFactor = 16

  /// The QuantizeLinear that is the only reader of a value, behind clips and changes of shape.
  func target(of value: Int) -> Target? {
    var value = value
    var low = -Float.infinity
    var high = Float.infinity
    var clips: [Int] = []
    while readers[value].count == 1, let reader = readers[value].first, reader > 0 {
      switch source.roles[reader] {
      case .quantize(let quantization)?:
        let lowest = quantization.codes.lowerBound
        let first = low == -.infinity ? lowest : quantization.code32(low)
        let last = high == .infinity ? quantization.codes.upperBound : quantization.code32(high)
        return Target(
          quantization: quantization, clamp: first...max(first, last), clips: clips)
      case .dequantize?, .integer?: return nil
      case nil: break
      }
      switch source.graph.layers[reader - 1].operation {
      case .activation(.clip(let nextLow, let nextHigh)):
        low = min(max(low, nextLow), nextHigh)
        high = min(max(high, nextLow), nextHigh)
        clips.append(reader)
      case .reshape, .transpose: break
      case .convolution, .fullyConnected, .pool, .binary, .activation, .channelAffine,
        .concatenation, .pad, .softmax, .matrixProduct, .constant, .slice, .lstm:
        return nil
      }
      value = reader
    }
    return nil
  }

  /// A layer that only moves elements or picks the largest, on codes of one quantization.
  mutating func moved(_ layer: Layer, _ inputs: [Int], _ value: Int) -> Int? {
    let quantization = quantizations[inputs[0]]
    guard inputs.allSatisfy({ quantizations[$0] == quantization }) else { return nil }
    let operation: QuantizedOperation
    switch layer.operation {
    case .reshape: operation = .reshape
    case .transpose(let axes): operation = .transpose(axes)
    case .slice(let slice): operation = .slice(slice)
    case .concatenation(let axis): operation = .concatenation(axis: axis)
    case .pool(let pool):
      guard pool.kind == .max else { return nil }
      operation = .pool(pool)
    case .pad(let before, let after, let real):
      let code = quantization.code32(real)
      guard quantization.real32(code) == real else { return nil }
      operation = .pad(before: before, after: after, code: code)
    case .convolution, .fullyConnected, .binary, .activation, .channelAffine, .softmax,
      .matrixProduct, .constant, .lstm:
      return nil
    }
    return append(
      layer.name, operation, inputs, source.graph.shapes[value], quantization,
      kind: layer.operation.kind)
  }

  /// A layer between dequantized inputs and a QuantizeLinear as one integer layer, if it can be.
  mutating func fused(_ value: Int, _ layer: Layer, _ inputs: [Int]) throws(ONNXProblem) -> Int? {
    let target = target(of: value)
    let result: Int?
    switch layer.operation {
    case .convolution, .fullyConnected:
      result = try linear(value, layer, inputs[0], target)
    case .binary(.add), .binary(.subtract), .binary(.multiply), .matrixProduct:
      guard let target,
        (inputs.map { quantizations[$0] } + [target.quantization])
          .allSatisfy({ $0.format.integer.bits <= 32 }),
        inputs.allSatisfy({ quantizations[$0].format.integer.bits <= Self.widestFactor })
      else { return nil }
      result = plain(value, layer, inputs, target)
    case .pool(let pool):
      guard let target, pool.kind == .average else { return nil }
      result = plain(value, layer, inputs, target)
    case .softmax:
      guard let target, target.clips.isEmpty else { return nil }
      result = plain(value, layer, inputs, target)
    case .activation(let function):
      guard let target,
        let table = table(from: quantizations[inputs[0]], to: target.quantization, function.value32)
      else { return nil }
      result = append(
        layer.name, .table(table), inputs, source.graph.shapes[value], target.quantization,
        kind: layer.operation.kind, clamp: target.clamp)
    case .concatenation(let axis):
      guard let target else { return nil }
      result = concatenation(value, layer, inputs, axis: axis, target)
    case .binary, .channelAffine, .pad, .reshape, .transpose, .constant, .slice, .lstm:
      return nil
    }
    if result != nil { folded.formUnion(target?.clips ?? []) }
    return result
  }

  /// A layer whose quantized form has nothing to add.
  private mutating func plain(
    _ value: Int, _ layer: Layer, _ inputs: [Int], _ target: Target
  ) -> Int? {
    let operation: QuantizedOperation
    switch layer.operation {
    case .binary(let kind): operation = .binary(kind)
    case .matrixProduct(let product): operation = .matrixProduct(product)
    case .pool(let pool): operation = .pool(pool)
    case .softmax(let axis): operation = .softmax(axis: axis)
    case .convolution, .fullyConnected, .activation, .channelAffine, .concatenation, .pad,
      .reshape, .transpose, .constant, .slice, .lstm:
      return nil
    }
    return append(
      layer.name, operation, inputs, source.graph.shapes[value], target.quantization,
      kind: layer.operation.kind, clamp: target.clamp)
  }

  /// Codes one after the other, each rescaled by a table as onnxruntime does.
  private mutating func concatenation(
    _ value: Int, _ layer: Layer, _ inputs: [Int], axis: Int, _ target: Target
  ) -> Int? {
    var tables: [[Int32]?] = []
    for input in inputs {
      let quantization = quantizations[input]
      if quantization == target.quantization {
        tables.append(nil)
      } else if let table = table(from: quantization, to: target.quantization, { $0 }) {
        tables.append(table)
      } else {
        return nil
      }
    }
    var parts: [Int] = []
    for (input, table) in zip(inputs, tables) {
      parts.append(
        table.map {
          append(
            "\(layer.name).rescaled", .table($0), [input], shapes[input], target.quantization)
        } ?? input)
    }
    return append(
      layer.name, .concatenation(axis: axis), parts, source.graph.shapes[value],
      target.quantization, kind: layer.operation.kind, clamp: target.clamp)
  }

  /// The output code for each input code, lowest first: dequantized, a function in float32, quantized.
  func table(
    from input: ActivationQuantization, to output: ActivationQuantization,
    _ function: (Float) -> Float
  ) -> [Int32]? {
    guard input.format.integer.bits <= Self.widestFactor, output.format != .float32 else {
      return nil
    }
    return input.codes.map { Int32(output.code32(function(input.real32($0)))) }
  }
}

extension ActivationQuantization {
  /// The code of a real number with every step in float32, as QuantizeLinear has it.
  func code32(_ real: Float) -> Int {
    format.integer.code(real, scale: Float(scale), zeroPoint: zeroPoint)
  }

  /// The real number of a code with every step in float32, as DequantizeLinear has it.
  func real32(_ code: Int) -> Float { Float(code - zeroPoint) * Float(scale) }
}

extension Activation {
  /// The function's value with the steps of onnxruntime in float32.
  ///
  /// - Exactness: sigmoid, tanh and powers are the nearest float32; onnxruntime's are within a few
  ///   units in the last place.
  func value32(_ x: Float) -> Float {
    switch self {
    case .clip(let low, let high): x.isNaN ? x : min(max(x, low), high)
    case .leakyRelu(let slope): x >= 0 ? x : slope * x
    case .hardSigmoid(let slope, let offset): max(0, min(1, slope * x + offset))
    case .hardSwish: x * max(0, min(1, x * (1 / 6) + 0.5))
    case .linear(let scale, let offset): x * scale + offset
    case .reciprocal(let numerator): numerator / x
    case .sigmoid, .tanh, .sign, .power: Float(value(Double(x)))
    }
  }
}
