public import Arithmetic
public import Networks

/// The rescaling of a sum of two quantized activations.
///
/// `gemmlowp`, `single`, `shift`, `floor`: TFLite's ADD: both inputs shifted left, rescaled to twice the
/// larger scale by R1, added and rescaled to the output by R1. `float`: `rint(a1 * q1 + a2 * q2)` with
/// float32 multipliers `a = s / s_y`, the sum in double, half even.
///
/// - Source: TFLite reference ADD; ONNX Runtime QLinearAdd; `numerics.md` section 2.
public struct AddRescale: Hashable, Sendable {
  /// The left shift of both inputs: 20 for codes up to 8 bits, else 15.
  public let leftShift: Int
  /// The multiplier of each input.
  public let inputs: [QuantizedMultiplier]
  /// The multiplier of the sum.
  public let output: QuantizedMultiplier
  /// The float multiplier of each input.
  public let floats: [Float]
  /// The rounding.
  public let flavour: RequantizationFlavour

  /// The rescaling between these quantizations.
  public init(
    _ first: ActivationQuantization, _ second: ActivationQuantization,
    to result: ActivationQuantization, flavour: RequantizationFlavour
  ) {
    let widest = [first, second, result].map(\.format.integer.bits).max() ?? 8
    leftShift = widest <= 8 ? 20 : 15 - max(0, widest - 16)
    let largest = 2 * max(first.scale, second.scale)
    inputs = [first, second].map { QuantizedMultiplier($0.scale / largest) }
    output = QuantizedMultiplier(
      largest / (Double(sign: .plus, exponent: leftShift, significand: 1) * result.scale))
    floats = [first, second].map { Float($0.scale / result.scale) }
    self.flavour = flavour
  }

  /// The sum of two codes less their zero points, in output codes less the zero point.
  @inlinable
  public func sum(_ first: Int, _ second: Int) -> Int {
    if flavour == .float {
      let sum = Double(floats[0]) * Double(first) + Double(floats[1]) * Double(second)
      return Requantization.saturating(Float(sum.rounded(.toNearestOrEven)))
    }
    let a = scaled(first, inputs[0])
    let b = scaled(second, inputs[1])
    return Requantization.doubleRounded(a + b, Int(output.mantissa), output.exponent)
  }

  @inlinable
  func scaled(_ offset: Int, _ multiplier: QuantizedMultiplier) -> Int {
    Requantization.doubleRounded(
      offset << leftShift, Int(multiplier.mantissa), multiplier.exponent)
  }
}
