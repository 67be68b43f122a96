internal import Arithmetic
internal import Networks
internal import Tensors

extension TFLiteGraph {
  /// LOGISTIC, TANH and HARD_SWISH: a table of an output code for each input code.
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
    guard result.format == source.format, [8, 16].contains(source.format.bits) else {
      throw problem(operation, "of \(source.format) is not supported; use int8, uint8 or int16")
    }
    try spend(1 << source.format.bits)
    let table: [Int32]
    switch operation.kind {
    case .logistic: table = try codes(.logistic, source, result, operation)
    case .tanh: table = try codes(.tanh, source, result, operation)
    default:
      guard let swish = HardSwishTable(source, result) else {
        throw problem(operation, "needs 8 bits and an output scale not far below the input's")
      }
      table = swish.codes
    }
    try takeLayer(
      operation, float: .activation(activation), integer: .table(table), inputs: [value])
  }

  /// The table that LiteRT makes: by real numbers in 8 bits, by interpolation in 16.
  private func codes(
    _ function: NonlinearTable.Function, _ source: ActivationQuantization,
    _ result: ActivationQuantization, _ operation: TFLiteOperator
  ) throws(TFLiteProblem) -> [Int32] {
    guard source.format.bits == 16 else {
      return NonlinearTable.real(
        function, input: source.format.integer, inputScale: Float(source.scale),
        inputZeroPoint: source.zeroPoint, output: result.format.integer,
        outputScale: Float(result.scale), outputZeroPoint: result.zeroPoint)
    }
    guard source.zeroPoint == 0, result.zeroPoint == 0, result.scale == 0x1p-15 else {
      throw problem(operation, "in int16 needs zero points 0 and the output scale 1/32768")
    }
    return NonlinearTable.int16(function, inputScale: Float(source.scale))
  }
}

/// The codes of TFLite's fixed-point HARD_SWISH.
///
/// - Source: TFLite `reference/hard_swish.h`: 16-bit fixed point on the input's scale times 2^7.
struct HardSwishTable {
  let codes: [Int32]

  /// Nil for other than 8 bits, and when the output's scale is smaller than the input's divided by 128.
  init?(_ source: ActivationQuantization, _ result: ActivationQuantization) {
    let fine = Float(1.0 / 128) * Float(source.scale)
    let output = Self.multiplier(fine / Float(result.scale))
    let gate = Self.multiplier(fine / Float(3.0 / 32768))
    guard output.exponent <= 0, gate.exponent <= 31, source.format.bits == 8 else { return nil }
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
