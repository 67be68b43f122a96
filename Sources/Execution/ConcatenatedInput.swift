internal import Arithmetic
internal import Networks
internal import Tensors

/// One input of a concatenation, rescaled to the output's quantization.
struct ConcatenatedInput: Sendable {
  /// The output code of each input code, lowest first; nil where codes are copied.
  let table: [Int32]?
  let lowest: Int32
  /// The stored place in the output of each stored input.
  let places: [Int]

  /// The inputs of a layer.
  static func inputs(
    of layer: QuantizedLayer, _ inputs: [ActivationQuantization], _ shapes: [Shape], axis: Int,
    to output: ActivationQuantization, _ shape: Shape, _ arithmetic: ArithmeticSpec
  ) throws(ExecutionError) -> [ConcatenatedInput] {
    var parts: [ConcatenatedInput] = []
    var offset = 0
    for (input, source) in zip(inputs, shapes) {
      let table = try table(of: layer, input, to: output, arithmetic)
      let places = StorageOrder.concatenation(source, axis: axis, offset: offset, target: shape)
      parts.append(
        ConcatenatedInput(
          table: table, lowest: Int32(input.codes.lowerBound), places: places))
      offset += source[axis]
    }
    return parts
  }

  private static func table(
    of layer: QuantizedLayer, _ input: ActivationQuantization,
    to output: ActivationQuantization, _ arithmetic: ArithmeticSpec
  ) throws(ExecutionError) -> [Int32]? {
    if output.format.isUneven || input.format.hasRanks {
      let clamp = layer.clamp
      return try NearestBinary.reals(input, layer.name).map {
        Int32(min(max(output.code($0), clamp.lowerBound), clamp.upperBound))
      }
    }
    let multiplier = input.scale / output.scale
    let rescale = try Requantization(
      multiplier, flavour: arithmetic.requantization, layer: layer.name)
    let isSame = input == output
    guard input.format.integer.bits <= 16 else {
      if isSame { return nil }
      throw ExecutionError(
        layer: layer.name,
        reason: .unsupported("concat of \(input.format) codes of different quantizations"))
    }
    return input.codes.map { code -> Int32 in
      let value: Int
      if isSame {
        value = code
      } else if arithmetic.addition == .float {
        value = output.code32(of: code, from: input)
      } else {
        value =
          rescale.rescaled(code - input.zeroPoint + rescale.preloadedRounding) + output.zeroPoint
      }
      return Int32(min(max(value, layer.clamp.lowerBound), layer.clamp.upperBound))
    }
  }

  /// Writes the input's part of one sample.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    if let table {
      for (index, place) in places.enumerated() {
        results[place] = table[Int(codes[index] - lowest)]
      }
    } else {
      for (index, place) in places.enumerated() { results[place] = codes[index] }
    }
  }
}

extension ActivationQuantization {
  /// The code of what a code of another quantization stands for, every step in float32:
  /// `saturate(round_half_even((code - z_x) * s_x / s_y) + z_y)`.
  ///
  /// - Source: ONNX QuantizeLinear of DequantizeLinear; onnxruntime's QLinearConcat.
  func code32(of code: Int, from input: ActivationQuantization) -> Int {
    self.code(Double(Float(code - input.zeroPoint) * Float(input.scale)))
  }
}
