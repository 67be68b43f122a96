internal import Glibc

/// The output code of each input code of a logistic function or hyperbolic tangent, as runtimes compute it.
///
/// Tables begin with the lowest input code.
public enum NonlinearTable {
  /// The function.
  public enum Function: String, Hashable, Sendable, CaseIterable {
    /// `1 / (1 + exp(-x))`.
    case logistic
    /// The hyperbolic tangent.
    case tanh

    /// The function's value in float32.
    public func value(_ x: Float) -> Float {
      switch self {
      case .logistic: 1 / (1 + expf(-x))
      case .tanh: tanhf(x)
      }
    }
  }

  /// The table by real numbers: `clamp(round_half_away(f(s_x * (code - z_x)) * (1 / s_y)) + z_y)`, float32.
  ///
  /// - Exactness: the formula of LiteRT's 8-bit LOGISTIC and TANH (reference and built-in kernels), read
  ///   in its source, not measured; XNNPACK rounds halves to even instead, which needs an exact tie to
  ///   differ. The exponential is the C library's.
  /// - Source: TensorFlow Lite, `kernels/internal/common.h`, `LUTPopulate`.
  /// - Precondition: formats of at most 16 bits.
  public static func real(
    _ function: Function, input: IntegerFormat, inputScale: Float, inputZeroPoint: Int,
    output: IntegerFormat, outputScale: Float, outputZeroPoint: Int
  ) -> [Int32] {
    precondition(input.bits <= 16 && output.bits <= 16, "tables have at most 2^16 entries")
    let inverse = 1 / outputScale
    return (input.lowest...input.highest).map { code in
      let value = function.value(inputScale * Float(code - inputZeroPoint))
      let rescaled = (value * inverse).rounded(.toNearestOrAwayFromZero) + Float(outputZeroPoint)
      return Int32(min(max(rescaled, Float(output.lowest)), Float(output.highest)))
    }
  }

  /// The table of int8 codes by gemmlowp's fixed point, argument in Q4.27; the output's scale and zero
  /// point are 1/256 and -128 for the logistic function, 1/128 and 0 for the tangent.
  ///
  /// - Exactness: the formula of TFLite Micro's int8 LOGISTIC and TANH, read in its source, not measured.
  /// - Source: TensorFlow Lite, `reference/integer_ops/logistic.h`, `tanh.h`; TFLite Micro's `Prepare`.
  public static func fixedPoint(
    _ function: Function, inputScale: Float, inputZeroPoint: Int
  ) -> [Int32] {
    let multiplier = QuantizedMultiplier(Double(inputScale) * 134_217_728)
    // The largest argument that fits, 15 of 16, in input steps.
    let radius = Double(sign: .plus, exponent: 27 - multiplier.exponent, significand: 15)
    return (-128...127).map { code in
      let offset = code - inputZeroPoint
      if Double(offset) <= -radius.rounded(.down) { return -128 }
      if Double(offset) >= radius.rounded(.down) { return 127 }
      let argument = Int32(
        truncatingIfNeeded: Requantization.doubleRounded(
          offset, Int(multiplier.mantissa), multiplier.exponent))
      let value =
        switch function {
        case .logistic:
          FixedPoint.shiftedRight(FixedPoint.logistic(argument, integerBits: 4), by: 23) - 128
        case .tanh: FixedPoint.shiftedRight(FixedPoint.tanh(argument, integerBits: 4), by: 24)
        }
      return min(max(value, -128), 127)
    }
  }

  /// The table of int16 codes by the interpolated sigmoid table; zero points 0, output scale 1/32768.
  ///
  /// - Exactness: the formula of LiteRT's and TFLite Micro's int16 LOGISTIC and TANH, read in its source;
  ///   the table and the interpolation equal CMSIS-NN's integer LSTM vectors.
  /// - Source: TensorFlow Lite, `reference/integer_ops/logistic.h`, `tanh.h`, and the operators' `Prepare`.
  public static func int16(_ function: Function, inputScale: Float) -> [Int32] {
    let (multiplier, shift) = int16Multiplier(function, inputScale)
    let rounding = shift > 0 ? 1 << (shift - 1) : 0
    return (-32_768...32_767).map { code in
      let scaled = (code * multiplier + rounding) >> shift
      return switch function {
      case .logistic: SigmoidTable.logistic(scaled: scaled)
      case .tanh: SigmoidTable.tanh(scaled: scaled)
      }
    }
  }

  /// The integer multiplier and right shift from codes to steps of 1/12288.
  private static func int16Multiplier(
    _ function: Function, _ inputScale: Float
  ) -> (multiplier: Int, shift: Int) {
    // A scale within a thousandth of 2^-12, for the tangent also 2^-11, is taken for it.
    let exponent = logf(inputScale) * (1 / logf(2))
    let rounded = exponent.rounded(.toNearestOrAwayFromZero)
    let left = 12 + rounded
    let isPower = abs(exponent - rounded) < 1e-3
    if isPower && (left == 0 || (left == 1 && function == .tanh)) { return (3 << Int(left), 0) }
    var multiplier = Double(inputScale) * 4096 * 3
    var shift = 0
    while multiplier <= 32_767.0 / 2 && shift <= 30 {
      shift += 1
      multiplier *= 2
    }
    return (Int(min(multiplier, 2_147_483_647)), shift)
  }
}
