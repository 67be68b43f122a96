internal import Glibc

/// QONNX's `Quant` (or `IntQuant`) of one channel: real numbers to real numbers on a grid of integers.
///
/// `level = rounded(clip(x / scale + zeroPoint, lowest, highest))`, `value = (level - zeroPoint) * scale`;
/// with one signed bit the levels are -1 and +1, `x / scale + zeroPoint >= 0` gives +1.
///
/// - Exactness: every step in float32, as the reference computes it; the clip comes before the
///   rounding, which matters for limits that are no whole numbers. NaN has the lowest level.
/// - Source: qonnx 1.0.0, `custom_op/general/intquant.py`, `int_quant`.
public struct QONNXQuant: Hashable, Sendable {
  /// The real value of one step.
  public var scale: Float
  /// The level of zero.
  public var zeroPoint: Float
  /// The bits of a level; a fraction gives limits that are no powers of two.
  public var bits: Float
  /// Whether levels may be negative.
  public var isSigned: Bool
  /// Whether one level fewer is used: the lowest of signed ones, the highest of unsigned ones.
  public var isNarrow: Bool
  /// The rounding.
  public var rounding: QONNXRounding

  /// A quantizer.
  public init(
    scale: Float, zeroPoint: Float, bits: Float, isSigned: Bool, isNarrow: Bool,
    rounding: QONNXRounding = .halfEven
  ) {
    self.scale = scale
    self.zeroPoint = zeroPoint
    self.bits = bits
    self.isSigned = isSigned
    self.isNarrow = isNarrow
    self.rounding = rounding
  }

  /// The lower limit: `-2^(b-1)`, one more when narrow, or 0.
  public var lowest: Float {
    isSigned ? (isNarrow ? 1 : 0) - exp2(bits - 1) : 0
  }

  /// The upper limit: `2^(b-1) - 1` or `2^b - 1`, one less when narrow and unsigned.
  public var highest: Float {
    isSigned ? exp2(bits - 1) - 1 : exp2(bits) - (isNarrow ? 2 : 1)
  }

  /// The level of a real number, a whole number unless the limits are none.
  public func level(of x: Float) -> Float {
    let steps = x / scale + zeroPoint
    if bits == 1 && isSigned { return steps >= 0 ? 1 : -1 }
    if steps > highest { return rounding.rounded(highest) }
    return rounding.rounded(steps < lowest || steps.isNaN ? lowest : steps)
  }

  /// The real number of a level.
  public func value(ofLevel level: Float) -> Float { (level - zeroPoint) * scale }

  /// What the operator gives for a real number.
  public func value(of x: Float) -> Float { value(ofLevel: level(of: x)) }
}

/// QONNX's `BipolarQuant`: the sign of a number as -1 or +1, times a scale; 0 has the sign +1.
///
/// - Source: qonnx 1.0.0, `custom_op/general/bipolar_quant.py`.
public struct QONNXBipolarQuant: Hashable, Sendable {
  /// What the sign is multiplied by.
  public var scale: Float

  /// A quantizer.
  public init(scale: Float) { self.scale = scale }

  /// -1 or +1.
  public func level(of x: Float) -> Float { x >= 0 ? 1 : -1 }

  /// What the operator gives for a real number.
  public func value(of x: Float) -> Float { level(of: x) * scale }
}
