public import Arithmetic
public import Tensors

extension NumberFormat {
  /// Whether `Quantizer` finds scales of activations for it: integers, and fixed point whose fraction it may
  /// choose.
  public var isQuantizable: Bool {
    switch self {
    case .affine: true
    case .fixedPoint(_, let fraction): fraction == nil
    case .dynamicFixedPoint, .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary,
      .float32:
      false
    }
  }

  /// Whether `Quantizer` makes weights of it: signed formats of 16 bits or fewer.
  public var isForWeights: Bool {
    switch self {
    case .affine(let format), .fixedPoint(let format, _), .dynamicFixedPoint(let format):
      format.isSigned && (2...16).contains(format.bits)
    case .minifloat(let format): format.bits <= 16
    case .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary: true
    case .float32: false
    }
  }

  /// What weights of a shape take in memory, without the multiplier of each channel or of the tensor.
  ///
  /// - Shapes: weights OHWI, or [outputs, inputs].
  /// - Units: bits.
  public func weightStorage(shape: Shape, granularity: Granularity) -> StoredBits {
    WeightGroups(shape: shape, format: self, granularity: granularity).storage(of: self)
  }
}
