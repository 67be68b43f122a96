#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// LOGISTIC, TANH and HARD_SWISH: in 8 bits a table of an output code for each input code.
  mutating func takeFunction(_ operation: TFLiteOperator) throws(TFLiteProblem) {
    let value = try value(of: try input(0, of: operation))
    let result = try output(of: operation).quantization()
    let source = quantizations[value]
    let activation: Activation =
      switch operation.kind {
      case .logistic: .sigmoid
      case .tanh: .tanh
      default: .hardSwish
      }
    if source.format == .float32 {
      return try takeLayer(
        operation, float: .activation(activation), integer: .requantize, inputs: [value])
    }
    guard source.format.bits == 8, result.format == source.format else {
      throw problem(operation, "of \(source.format) is not supported; use int8 or uint8")
    }
    try spend(256)
    var table: [Int32] = []
    switch operation.kind {
    case .logistic: table = Self.table(source, result) { 1 / (1 + exp(-$0)) }
    case .tanh: table = Self.table(source, result) { tanh($0) }
    default:
      guard let swish = HardSwishTable(source, result) else {
        throw problem(operation, "its output scale is too small; quantize the model again")
      }
      table = swish.codes
    }
    try takeLayer(
      operation, float: .activation(activation), integer: .table(table), inputs: [value])
  }

  /// `clamp(round(f(s (q - z)) * (1 / s_y)) + z_y)` in float32, half away from zero.
  ///
  /// - Source: TFLite `LUTPopulate`.
  private static func table(
    _ source: ActivationQuantization, _ result: ActivationQuantization,
    _ function: (Float) -> Float
  ) -> [Int32] {
    let inverse = 1 / Float(result.scale)
    return source.codes.map { code in
      let real = Float(source.scale) * Float(code - source.zeroPoint)
      let steps = (function(real) * inverse).rounded(.toNearestOrAwayFromZero)
      let shifted = Int(min(max(steps, -0x1p30), 0x1p30)) + result.zeroPoint
      return Int32(min(max(shifted, result.codes.lowerBound), result.codes.upperBound))
    }
  }
}

/// The codes of TFLite's fixed-point HARD_SWISH.
///
/// - Source: TFLite `reference/hard_swish.h`: 16-bit fixed point on the input's scale times 2^7.
struct HardSwishTable {
  let codes: [Int32]

  /// Nil when the output's scale is smaller than the input's divided by 128.
  init?(_ source: ActivationQuantization, _ result: ActivationQuantization) {
    let fine = Float(1.0 / 128) * Float(source.scale)
    let output = Self.multiplier(fine / Float(result.scale))
    let gate = Self.multiplier(fine / Float(3.0 / 32768))
    guard output.exponent <= 0, gate.exponent <= 31 else { return nil }
    codes = source.codes.map { code in
      let input = (code - source.zeroPoint) << 7
      let preshifted = Self.high(input, output.mantissa)
      var share = input
      if gate.exponent > 0 { share = Self.saturated(share << (gate.exponent - 1)) }
      share = Self.high(share, gate.mantissa)
      if gate.exponent > 0 { share = Self.saturated(share << 1) }
      if gate.exponent < 0 { share = Requantization.roundingShift(share, by: -gate.exponent) }
      share = (share + (1 << 15)) >> 1
      let product = share * preshifted / (1 << 15)
      let code = Requantization.roundingShift(product, by: -output.exponent) + result.zeroPoint
      return Int32(min(max(code, result.codes.lowerBound), result.codes.upperBound))
    }
  }

  /// A multiplier as a 16-bit mantissa and an exponent.
  private static func multiplier(_ real: Float) -> (mantissa: Int, exponent: Int) {
    let wide = QuantizedMultiplier(Double(real))
    let mantissa = min((Int(wide.mantissa) + (1 << 15)) >> 16, 32767)
    return (mantissa, wide.exponent)
  }

  private static func saturated(_ value: Int) -> Int { min(max(value, -32768), 32767) }

  /// `SaturatingRoundingDoublingHighMul` of 16 bits.
  private static func high(_ value: Int, _ mantissa: Int) -> Int {
    let product = value * mantissa
    return (product + (product >= 0 ? 1 << 14 : 1 - (1 << 14))) / (1 << 15)
  }
}
