internal import Arithmetic
internal import Glibc
internal import Networks
internal import Statistics

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

  /// The scale of some weights: symmetric, the end of the range that the calibrator chooses at the largest
  /// code; for fixed point the power of two of least squared error, or the least that holds the range.
  ///
  /// - Returns: 0 if all are 0.
  static func weightScale(
    _ weights: ArraySlice<Float>, format: NumberFormat, calibrator: Calibrator
  ) -> Double {
    let highest = Double(format.integer.highest)
    let largest = weights.reduce(0) { max($0, abs(Double($1))) }
    guard largest > 0 else { return 0 }
    func scale(_ end: Double) -> Double {
      let exact = max(end / highest, smallestScale)
      return if case .fixedPoint = format { powerOfTwo(atLeast: exact) } else { stored(exact) }
    }
    guard calibrator != .minmax else { return scale(largest) }
    let numbers = WeightedValues(weights)
    let grid = CodeGrid(bits: format.integer.bits, form: .symmetric)
    if case .fixedPoint = format, calibrator == .mse {
      let search = LeastSquaresRange(numbers, grid: grid)
      return bestPowerOfTwo(from: scale(largest)) { step in
        search.squaredError(-highest * step...highest * step)
      }
    }
    return scale(calibrator.clipping.range(of: numbers, grid: grid).upperBound)
  }

  /// The power of two of least error among the given one and the seven below it, the largest of equals.
  static func bestPowerOfTwo(from whole: Double, error: (Double) -> Double) -> Double {
    var best = (error: error(whole), scale: whole)
    var scale = whole
    for _ in 0..<7 {
      scale /= 2
      let error = error(scale)
      if error < best.error { best = (error, scale) }
    }
    return best.scale
  }
}
