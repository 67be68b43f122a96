public import Arithmetic

extension NumberFormat {
  /// Whether `Quantizer` finds scales for it: integers, and fixed point whose fraction it may choose.
  public var isQuantizable: Bool {
    switch self {
    case .affine: true
    case .fixedPoint(_, let fraction): fraction == nil
    case .dynamicFixedPoint, .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary,
      .float32:
      false
    }
  }
}
