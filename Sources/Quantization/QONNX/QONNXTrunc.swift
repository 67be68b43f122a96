internal import Glibc

/// QONNX's `Trunc` of one channel: drops low bits of numbers that lie on a grid already.
///
/// Version 1: `level = rounded(round(x / scale + zeroPoint) / 2^(inputBits - bits))`,
/// `value = (level - zeroPoint) * scale`: the scale of the output is that of the input.
///
/// Version 2 names the output scale: `t = 2^round(log2(outputScale / scale))`,
/// `level = rounded(clip(round(x / scale + zeroPoint) / t))`,
/// `value = (level - zeroPoint / t) * outputScale`.
///
/// - Exactness: every step in float32 with half-even inner rounding, as the reference computes it.
/// - Source: qonnx 1.0.0, `custom_op/general/trunc.py`, `trunc_v1` and `trunc_v2`.
public struct QONNXTrunc: Hashable, Sendable {
  /// What the output of version 2 is clipped to, and its scale.
  public struct Output: Hashable, Sendable {
    /// The real value of one step of the output.
    public var scale: Float
    /// Whether levels may be negative.
    public var isSigned: Bool
    /// Whether one level fewer is used.
    public var isNarrow: Bool

    /// An output.
    public init(scale: Float, isSigned: Bool, isNarrow: Bool) {
      self.scale = scale
      self.isSigned = isSigned
      self.isNarrow = isNarrow
    }
  }

  /// The real value of one step of the input.
  public var inputScale: Float
  /// The level of zero in the input.
  public var inputZeroPoint: Float
  /// The bits of the input.
  public var inputBits: Float
  /// The bits of the output.
  public var bits: Float
  /// The rounding of the bits that are dropped.
  public var rounding: QONNXRounding
  /// The output of version 2; nil in version 1, which neither clips nor rescales.
  public var output: Output?

  /// A truncation.
  public init(
    inputScale: Float, inputZeroPoint: Float, inputBits: Float, bits: Float,
    rounding: QONNXRounding = .floor, output: Output? = nil
  ) {
    self.inputScale = inputScale
    self.inputZeroPoint = inputZeroPoint
    self.inputBits = inputBits
    self.bits = bits
    self.rounding = rounding
    self.output = output
  }

  /// What levels of the input are divided by.
  public var divisor: Float {
    guard let output else { return exp2(inputBits - bits) }
    return exp2(log2(output.scale / inputScale).rounded(.toNearestOrEven))
  }

  /// The real value of one step of the output.
  public var scale: Float { output?.scale ?? inputScale }

  /// The level of zero in the output.
  public var zeroPoint: Float { output == nil ? inputZeroPoint : inputZeroPoint / divisor }

  /// The level of a real number.
  public func level(of x: Float) -> Float {
    let level =
      (x / inputScale + inputZeroPoint).rounded(.toNearestOrEven) / divisor
    guard let output else { return rounding.rounded(level) }
    let limits = QONNXQuant(
      scale: 1, zeroPoint: 0, bits: bits, isSigned: output.isSigned, isNarrow: output.isNarrow)
    if level > limits.highest { return rounding.rounded(limits.highest) }
    return rounding.rounded(level < limits.lowest ? limits.lowest : level)
  }

  /// What the operator gives for a real number.
  public func value(of x: Float) -> Float { (level(of: x) - zeroPoint) * scale }
}
