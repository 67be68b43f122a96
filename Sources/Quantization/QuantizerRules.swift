internal import Arithmetic
internal import Glibc
internal import Networks

/// Scales and codes of single tensors.
enum QuantizerRules {
  /// The smallest scale: below it a range is as good as empty.
  static let smallestScale = 1e-30

  /// The nearest float32: every file format and runtime keeps scales so.
  static func stored(_ scale: Double) -> Double { Double(Float(scale)) }

  /// The quantization of a range with zero inside; scales are float32 numbers.
  ///
  /// Affine: `scale = (high - low) / (codes - 1)`, `zeroPoint = round(lowest - low / scale)`. Fixed point:
  /// the smallest power of two that holds both ends, or the one of a given fraction; an unsigned format
  /// becomes signed where numbers are negative.
  static func activation(_ range: ClosedRange<Double>, format: NumberFormat)
    -> ActivationQuantization
  {
    let low = min(0, range.lowerBound)
    let high = max(0, range.upperBound)
    switch format {
    case .affine(let integer):
      let scale = stored(
        max((high - low) / Double(integer.highest - integer.lowest), smallestScale))
      let isEmpty = high - low <= 0
      let zero = isEmpty ? 0 : Double(integer.lowest) - low / scale
      return ActivationQuantization(
        format: format, scale: isEmpty ? 1 : scale,
        zeroPoint: integer.clamped(Int(zero.rounded())))
    case .fixedPoint(let integer, nil):
      let own = signed(integer, where: low < 0)
      return ActivationQuantization(
        format: .fixedPoint(own), scale: powerOfTwo(low, high, own), zeroPoint: 0)
    case .fixedPoint(let integer, let fraction?):
      return ActivationQuantization(
        format: .fixedPoint(signed(integer, where: low < 0), fraction: fraction),
        scale: Double(sign: .plus, exponent: -fraction, significand: 1), zeroPoint: 0)
    case .dynamicFixedPoint(let integer):
      let own = signed(integer, where: low < 0)
      return ActivationQuantization(
        format: .dynamicFixedPoint(own), scale: powerOfTwo(low, high, own), zeroPoint: 0)
    case .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary, .float32:
      return uneven(range, format: format)
    }
  }

  /// The format, with a sign where numbers are negative.
  private static func signed(_ format: IntegerFormat, where isNegative: Bool) -> IntegerFormat {
    isNegative ? IntegerFormat(bits: format.bits, isSigned: true) : format
  }

  /// The smallest power of two with which a range does not saturate.
  private static func powerOfTwo(
    _ low: Double, _ high: Double, _ format: IntegerFormat
  ) -> Double {
    powerOfTwo(
      atLeast: max(
        high / Double(format.highest), format.isSigned ? low / Double(format.lowest) : 0))
  }

  /// The smallest power of two not below a number; 1 for zero.
  static func powerOfTwo(atLeast number: Double) -> Double {
    guard number > 0 else { return 1 }
    return exp2(log2(max(number, smallestScale)).rounded(.up))
  }

  /// The scale of some weights: symmetric, the largest magnitude at the largest code, or the scale of
  /// least squared error when the calibrator asks for it.
  static func weightScale(
    _ weights: ArraySlice<Float>, format: NumberFormat, calibrator: Calibrator
  ) -> Double {
    let highest = Double(format.integer.highest)
    let largest = weights.reduce(0) { max($0, abs(Double($1))) }
    guard largest > 0 else { return 0 }
    func scale(_ factor: Double) -> Double {
      let exact = max(largest * factor / highest, smallestScale)
      return if case .fixedPoint = format { powerOfTwo(atLeast: exact) } else { stored(exact) }
    }
    guard calibrator == .mse else { return scale(1) }
    func error(_ scale: Double) -> Double {
      weights.reduce(0) { sum, weight in
        let code = min(max((Double(weight) / scale).rounded(), -highest), highest)
        let difference = code * scale - Double(weight)
        return sum + difference * difference
      }
    }
    var best = (error: error(scale(1)), scale: scale(1))
    for step in stride(from: 0.96, through: 0.2, by: -0.04) {
      let candidate = scale(step)
      let error = error(candidate)
      if error < best.error { best = (error, candidate) }
    }
    return best.scale
  }
}
