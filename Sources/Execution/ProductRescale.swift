public import Arithmetic
public import Networks

/// The product of two quantized activations as an output code.
///
/// With a, b the codes less their zero points: `z + R(a b)` in the flavour of the arithmetic. Under
/// `xnnpack` R is R4 with `M = float32(float32(s1 s2) / s_y)`; under `float` the zero point is added before
/// the rounding: `rint(float32(float32(a b M) + z))`, so that ties follow the code's parity.
///
/// - Exactness: `float` equals onnxruntime 1.31.1 for all pairs of 8-bit codes (QLinearMul and QDQ Mul).
/// - Source: TFLite reference MUL; XNNPACK `qs8-vmul`; MLAS `MlasQLinearMul`; `numerics.md` section 2.
public struct ProductRescale: Hashable, Sendable {
  /// The rescaling of the product.
  public let rescale: Requantization
  /// Whether the zero point is added before the rounding.
  public let roundsWithZeroPoint: Bool
  /// The zero points of the inputs and of the output.
  public let zeroPoints: [Int]

  /// The product between these quantizations.
  ///
  /// - Precondition: for `.shift` and `.cast` requantization the multiplier is a power of two.
  public init(
    _ first: ActivationQuantization, _ second: ActivationQuantization,
    to result: ActivationQuantization, arithmetic: ArithmeticSpec
  ) {
    zeroPoints = [first, second, result].map(\.zeroPoint)
    let float = Float(first.scale) * Float(second.scale) / Float(result.scale)
    let isFloat = float.isNormal
    switch arithmetic.addition {
    case .xnnpack where isFloat:
      rescale = Requantization(Double(float), flavour: .float)
      roundsWithZeroPoint = false
    case .float where isFloat:
      rescale = Requantization(Double(float), flavour: .float)
      roundsWithZeroPoint = true
    case .tflite, .tfliteSingle, .xnnpack, .float:
      rescale = Requantization(
        first.scale * second.scale / result.scale, flavour: arithmetic.requantization)
      roundsWithZeroPoint = false
    }
  }

  /// The output code of the product of two codes, before the clamp.
  @inlinable
  public func code(_ first: Int, _ second: Int) -> Int {
    let product = (first - zeroPoints[0]) * (second - zeroPoints[1])
    guard roundsWithZeroPoint else {
      return zeroPoints[2] + rescale.rescaled(product + rescale.preloadedRounding)
    }
    let sum = Float(product) * rescale.float + Float(zeroPoints[2])
    return Requantization.saturating(sum.rounded(.toNearestOrEven))
  }
}
