/// An operator of QONNX that puts the numbers of one channel on a grid.
///
/// - Source: qonnx 1.0.0, `custom_op/general`.
public enum QONNXQuantizer: Hashable, Sendable {
  /// `Quant`.
  case quant(QONNXQuant)
  /// `BipolarQuant`.
  case bipolar(QONNXBipolarQuant)
  /// `Trunc`.
  case truncation(QONNXTrunc)
  /// `MultiThreshold`.
  case thresholds(MultiThreshold)

  /// What the operator gives for a real number.
  public func value(of x: Float) -> Float {
    switch self {
    case .quant(let quant): quant.value(of: x)
    case .bipolar(let quant): quant.value(of: x)
    case .truncation(let truncation): truncation.value(of: x)
    case .thresholds(let thresholds): thresholds.value(of: x)
    }
  }

  /// The grid: `value = step * (code - zeroPoint)`.
  public var grid: (step: Float, zeroPoint: Float) {
    switch self {
    case .quant(let quant): (quant.scale, quant.zeroPoint)
    case .bipolar(let quant): (quant.scale, 0)
    case .truncation(let truncation): (truncation.scale, truncation.zeroPoint)
    case .thresholds(let thresholds): (thresholds.scale / Float(divisions), 0)
    }
  }

  /// The code of a real number: a whole number on the grid, or nil where the operator gives none.
  ///
  /// Counts of thresholds become codes around zero: `bias / scale` is in them, and with a bias of half
  /// steps codes count half steps, so that counts 0 and 1 with scale 2 and bias -1 are -1 and +1.
  public func code(of x: Float) -> Int? {
    switch self {
    case .quant(let quant): return Int(exactly: quant.level(of: x))
    case .bipolar(let quant): return Int(exactly: quant.level(of: x))
    case .truncation(let truncation): return Int(exactly: truncation.level(of: x))
    case .thresholds(let thresholds):
      let divisions = divisions
      guard let bias = Int(exactly: thresholds.bias / thresholds.scale * Float(divisions)) else {
        return nil
      }
      return thresholds.level(of: x) * divisions + bias
    }
  }

  /// The codes that are possible, when the operator itself limits them.
  public var codes: ClosedRange<Int>? {
    switch self {
    case .quant(let quant):
      if quant.bits == 1 && quant.isSigned { return -1...1 }
      return Self.range(quant.lowest, quant.highest, quant.rounding)
    case .bipolar: return -1...1
    case .truncation(let truncation):
      guard let output = truncation.output else { return nil }
      let limits = QONNXQuant(
        scale: 1, zeroPoint: 0, bits: truncation.bits, isSigned: output.isSigned,
        isNarrow: output.isNarrow)
      return Self.range(limits.lowest, limits.highest, truncation.rounding)
    case .thresholds(let thresholds):
      guard let lowest = code(of: -.infinity) else { return nil }
      return lowest...(lowest + thresholds.thresholds.count * divisions)
    }
  }

  private static func range(
    _ lowest: Float, _ highest: Float, _ rounding: QONNXRounding
  ) -> ClosedRange<Int>? {
    guard let low = Int(exactly: rounding.rounded(lowest)),
      let high = Int(exactly: rounding.rounded(highest)), low <= high
    else { return nil }
    return low...high
  }

  /// The codes of one step of `MultiThreshold`: 2 when its bias is an odd number of half steps.
  private var divisions: Int {
    guard case .thresholds(let thresholds) = self else { return 1 }
    let steps = thresholds.bias / thresholds.scale
    return steps.rounded() != steps && (2 * steps).rounded() == 2 * steps ? 2 : 1
  }
}
