internal import Arithmetic
internal import Networks

/// Between float32 numbers, kept as bit patterns, and codes.
///
/// - Exactness: float32 arithmetic, as ONNX Runtime's QuantizeLinear, DequantizeLinear and
///   DynamicQuantizeLinear compute it.
enum RealCodesPlan: Sendable {
  /// `saturate(round_half_even(x / s) + z)`; NaN gives the lowest code.
  case quantize(scale: Float, zeroPoint: Int, clamp: ClosedRange<Int>)
  /// `(code - z) * s`.
  case dequantize(scale: Float, zeroPoint: Int)
  /// `DynamicQuantizeLinear` of `count` numbers: the codes less their zero point.
  case dynamicCodes(count: Int)
  /// Its scale.
  case dynamicScale(count: Int)
  /// Its zero point.
  case dynamicZeroPoint(count: Int)

  /// The plan, once the formats of what it reads and writes are known to fit.
  func checked(
    _ layer: QuantizedLayer, _ input: ActivationQuantization, _ output: ActivationQuantization
  ) throws(ExecutionError) -> RealCodesPlan {
    let (readsReals, writesReals) =
      switch self {
      case .quantize, .dynamicCodes, .dynamicZeroPoint: (true, false)
      case .dequantize: (false, true)
      case .dynamicScale: (true, true)
      }
    guard readsReals == (input.format == .float32), writesReals == (output.format == .float32)
    else {
      throw ExecutionError(
        layer: layer.name,
        reason: .unsupported("\(layer.kind) from \(input.format) to \(output.format)"))
    }
    return self
  }

  /// Computes one sample of `count` results.
  func run(
    _ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    switch self {
    case .quantize(let scale, let zeroPoint, let clamp):
      for index in 0..<count {
        results[index] = Self.code(Self.real(codes[index]), scale, zeroPoint, clamp)
      }
    case .dequantize(let scale, let zeroPoint):
      for index in 0..<count {
        results[index] = Self.pattern(Float(Int(codes[index]) - zeroPoint) * scale)
      }
    case .dynamicCodes(let inputs):
      let range = Self.dynamicRange(codes, count: inputs)
      for index in 0..<count {
        let code = Self.code(Self.real(codes[index]), range.scale, range.zeroPoint, 0...255)
        results[index] = code - Int32(range.zeroPoint)
      }
    case .dynamicScale(let inputs):
      let range = Self.dynamicRange(codes, count: inputs)
      for index in 0..<count { results[index] = Self.pattern(range.scale) }
    case .dynamicZeroPoint(let inputs):
      let range = Self.dynamicRange(codes, count: inputs)
      for index in 0..<count { results[index] = Int32(range.zeroPoint) }
    }
  }

  /// The float32 number of a bit pattern.
  static func real(_ pattern: Int32) -> Float { Float(bitPattern: UInt32(bitPattern: pattern)) }

  /// The bit pattern of a float32 number.
  static func pattern(_ real: Float) -> Int32 { Int32(bitPattern: real.bitPattern) }

  private static func code(
    _ real: Float, _ scale: Float, _ zeroPoint: Int, _ clamp: ClosedRange<Int>
  ) -> Int32 {
    let steps = Double((real / scale).rounded(.toNearestOrEven)) + Double(zeroPoint)
    guard steps > Double(clamp.lowerBound) else { return Int32(clamp.lowerBound) }
    return steps >= Double(clamp.upperBound) ? Int32(clamp.upperBound) : Int32(steps)
  }

  /// The scale `(max(0, max x) - min(0, min x)) / 255`, 1 for zeros, and the zero point
  /// `round_half_even(saturate(0 - min / scale))`.
  ///
  /// - Source: ONNX DynamicQuantizeLinear; ONNX Runtime `GetQuantizationParameter` for the zeros.
  private static func dynamicRange(
    _ codes: UnsafePointer<Int32>, count: Int
  ) -> (scale: Float, zeroPoint: Int) {
    var low: Float = 0
    var high: Float = 0
    for index in 0..<count {
      let value = real(codes[index])
      if value < low { low = value }
      if value > high { high = value }
    }
    let scale = high == low ? 1 : (high - low) / 255
    let zero = (0 - low) / scale
    guard zero > 0 else { return (scale, 0) }
    return (scale, Int(min(zero, 255).rounded(.toNearestOrEven)))
  }
}
