public import Arithmetic
public import Networks

/// The sum or difference of two quantized activations as an output code.
///
/// With a, b the codes less their zero points and `s` the scales:
/// * `tflite`: `G(G(a << L, m1) ± G(b << L, m2), m)` with the R1 rescaling G (R3 for `tfliteSingle`),
///   L = 20 for codes up to 8 bits, else 15, and `m1 = s1 / t`, `m2 = s2 / t`, `m = t / (2^L s_y)`,
///   `t = 2 max(s1, s2)`, all in double.
/// * `xnnpack`: `(a n1 ± b n2 + 2^(n-1)) >> n` with `n = 20 - floor(log2 max(f1, f2))`,
///   `n_i = rint(f_i 2^n)` and `f_i = float32(s_i / s_y)`.
/// * `float`, sums: `rint(fma(f2, x2, fma(f1, x1, z - (f1 z1 + f2 z2))))` of the codes x in float32;
///   differences: `rint((a s1 - b s2) / s_y) + z` in float32, every operation rounded.
///
/// - Exactness: `tflite` and `xnnpack` for codes up to 16 bits; `float` equals onnxruntime 1.31.1 for all
///   pairs of 8-bit codes (QLinearAdd and QDQ Add; QDQ Sub), 1.6 million each.
/// - Source: TFLite reference ADD; XNNPACK `qs8-vadd`; MLAS `MlasQLinearAdd`; `numerics.md` 2 and 4b.
public struct AddRescale: Hashable, Sendable {
  /// The arithmetic.
  public let flavour: AdditionFlavour
  /// The left shift L of both inputs.
  public let leftShift: Int
  /// The multiplier of each input, `m1` and `m2`.
  public let inputs: [QuantizedMultiplier]
  /// The multiplier of the sum, `m`.
  public let output: QuantizedMultiplier
  /// The float multiplier of each input, `f1` and `f2`.
  public let floats: [Float]
  /// The integer multiplier of each input, `n1` and `n2`.
  public let factors: [Int]
  /// The right shift n of the sum of products with the factors.
  public let shift: Int
  /// The constant that a float sum starts with: `z - (f1 z1 + f2 z2)`.
  public let floatStart: Float
  /// The scales of the inputs and of the output.
  public let scales: [Float]
  /// The zero points of the inputs and of the output.
  public let zeroPoints: [Int]

  /// The sum and difference between these quantizations.
  public init(
    _ first: ActivationQuantization, _ second: ActivationQuantization,
    to result: ActivationQuantization, flavour: AdditionFlavour
  ) {
    self.flavour = flavour
    let all = [first, second, result]
    let widest = all.map(\.format.integer.bits).max() ?? 8
    leftShift = widest <= 8 ? 20 : 15 - max(0, widest - 16)
    let largest = 2 * max(first.scale, second.scale)
    inputs = [first, second].map { QuantizedMultiplier($0.scale / largest) }
    output = QuantizedMultiplier(
      largest / (Double(sign: .plus, exponent: leftShift, significand: 1) * result.scale))
    let scales = all.map { Float($0.scale) }
    self.scales = scales
    zeroPoints = all.map(\.zeroPoint)
    // Quotients beyond float32 leave the codes of any format; the limit keeps them finite.
    let floats = scales.prefix(2).map { min(max($0 / scales[2], 0x1p-100), 0x1p30) }
    self.floats = floats
    let places = min(20 - Int(max(floats[0], floats[1]).exponent), 61)
    shift = places
    factors = floats.map {
      Int(
        (Double($0) * Double(sign: .plus, exponent: places, significand: 1)).rounded(
          .toNearestOrEven))
    }
    floatStart =
      Float(result.zeroPoint)
      - (floats[0] * Float(first.zeroPoint) + floats[1] * Float(second.zeroPoint))
  }

  /// The output code of the sum of two codes, or of their difference, before the clamp.
  @inlinable
  public func code(_ first: Int, _ second: Int, subtracts: Bool = false) -> Int {
    let a = first - zeroPoints[0]
    let b = second - zeroPoints[1]
    switch flavour {
    case .tflite:
      let left = Requantization.doubleRounded(
        a << leftShift, Int(inputs[0].mantissa), inputs[0].exponent)
      let right = Requantization.doubleRounded(
        b << leftShift, Int(inputs[1].mantissa), inputs[1].exponent)
      return zeroPoints[2]
        + Requantization.doubleRounded(
          subtracts ? left - right : left + right, Int(output.mantissa), output.exponent)
    case .tfliteSingle:
      let left = Requantization.singleRounded(
        a << leftShift, Int(inputs[0].mantissa), inputs[0].exponent)
      let right = Requantization.singleRounded(
        b << leftShift, Int(inputs[1].mantissa), inputs[1].exponent)
      return zeroPoints[2]
        + Requantization.singleRounded(
          subtracts ? left - right : left + right, Int(output.mantissa), output.exponent)
    case .xnnpack:
      let right = b * factors[1]
      let sum = a * factors[0] + (subtracts ? -right : right)
      let half = shift > 0 ? 1 << (shift - 1) : 0
      return zeroPoints[2] + ((sum + half) >> shift)
    case .float:
      if subtracts {
        let difference = (Float(a) * scales[0] - Float(b) * scales[1]) / scales[2]
        return zeroPoints[2] + Requantization.saturating(difference.rounded(.toNearestOrEven))
      }
      let sum = floatStart.addingProduct(floats[0], Float(first))
        .addingProduct(floats[1], Float(second))
      return Requantization.saturating(sum.rounded(.toNearestOrEven))
    }
  }
}
