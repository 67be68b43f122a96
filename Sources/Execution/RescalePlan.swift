internal import Arithmetic
internal import Networks

/// A multiplier of either sign as TFLite's integers: `mantissa * 2^(exponent - 31)`.
public struct SignedMultiplier: Hashable, Sendable {
  /// The Q31 mantissa with the sign.
  public let mantissa: Int
  /// The exponent; positive shifts left.
  public let exponent: Int

  /// The nearest multiplier to a finite real number.
  ///
  /// - Source: TensorFlow Lite, `quantization_util.cc`, `QuantizeMultiplier`.
  init(_ real: Float) {
    let magnitude = QuantizedMultiplier(Double(abs(real)))
    mantissa = Int(magnitude.mantissa) * (real < 0 ? -1 : 1)
    exponent = magnitude.exponent
  }
}

/// Codes of one quantization made codes of another, each side of zero by its own multiplier.
///
/// `code = clamp(R(x - z_x) + z_y)`.
struct RescalePlan: Sendable {
  /// The rounding of a side.
  enum Factor: Sendable {
    /// R1.
    case gemmlowp(SignedMultiplier)
    /// The rounding of the arithmetic.
    case arithmetic(Requantization)
  }

  let input: ActivationQuantization
  let output: ActivationQuantization
  let clamp: ClosedRange<Int>
  /// The factor of offsets of 0 and above, and of those below.
  let positive: Factor
  let negative: Factor

  /// The same real numbers under another quantization.
  ///
  /// - Source: TFLite reference QUANTIZE with integer input.
  init(
    requantizing layer: QuantizedLayer, _ input: ActivationQuantization,
    to output: ActivationQuantization, flavour: RequantizationFlavour
  ) throws(ExecutionError) {
    self.input = input
    self.output = output
    clamp = layer.clamp
    positive = .arithmetic(
      try Requantization(input.scale / output.scale, flavour: flavour, layer: layer.name))
    negative = positive
  }

  /// The leaky rectifier: R1 whatever the arithmetic, with multipliers `s_x / s_y` and
  /// `(s_x * slope) / s_y` in float32.
  ///
  /// - Source: TFLite reference LEAKY_RELU (`QuantizeLeakyRelu`).
  init(
    leakyRelu layer: QuantizedLayer, slope: Float, _ input: ActivationQuantization,
    to output: ActivationQuantization
  ) throws(ExecutionError) {
    self.input = input
    self.output = output
    clamp = layer.clamp
    let (x, y) = (Float(input.scale), Float(output.scale))
    let factors = [x / y, x * slope / y]
    for factor in factors where !factor.isFinite {
      throw ExecutionError(layer: layer.name, reason: .unsupported("rescaling by \(factor)"))
    }
    positive = .gemmlowp(SignedMultiplier(factors[0]))
    negative = .gemmlowp(SignedMultiplier(factors[1]))
  }

  /// The rescaled offset, before zero point and clamp.
  func rescaled(_ offset: Int) -> Int {
    switch offset >= 0 ? positive : negative {
    case .gemmlowp(let factor):
      Requantization.doubleRounded(offset, factor.mantissa, factor.exponent)
    case .arithmetic(let rescale): rescale.rescaled(offset + rescale.preloadedRounding)
    }
  }

  /// The output code of an input code.
  func code(_ code: Int) -> Int32 {
    let value = rescaled(code - input.zeroPoint) + output.zeroPoint
    return Int32(min(max(value, clamp.lowerBound), clamp.upperBound))
  }

  /// Computes one sample.
  func run(
    _ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>, count: Int
  ) {
    for index in 0..<count { results[index] = code(Int(codes[index])) }
  }
}
