internal import Arithmetic

/// How layers with a memory rescale by a Q31 multiplier: they exist in TFLite's arithmetic only.
enum MultiplierRounding: Sendable {
  /// R1.
  case double
  /// R3.
  case single
  /// R5.
  case reduced

  /// The rounding of layers of that flavour; R1 for those that no such runtime has.
  init(_ flavour: RequantizationFlavour) {
    switch flavour {
    case .single: self = .single
    case .reduced: self = .reduced
    case .gemmlowp, .ruy, .float, .shift, .floor, .thresholds, .cast: self = .double
    }
  }

  /// The rounded product.
  func rescaled(_ value: Int, _ multiplier: QuantizedMultiplier) -> Int {
    let mantissa = Int(multiplier.mantissa)
    return switch self {
    case .double: Requantization.doubleRounded(value, mantissa, multiplier.exponent)
    case .single: Requantization.singleRounded(value, mantissa, multiplier.exponent)
    case .reduced: Requantization.reducedRounded(value, mantissa, multiplier.exponent)
    }
  }
}
