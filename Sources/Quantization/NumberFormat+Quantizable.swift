public import Arithmetic
public import Tensors

extension NumberFormat {
  /// Whether `Quantizer` makes activations of it: integers of 2 to 16 bits, formats of up to 16 bits whose
  /// decoded integers fit 62, codebooks, binary and ternary.
  ///
  /// The scales of microscaling blocks would depend on the data of each sample; bfloat16 has more exponents
  /// than integers have bits.
  public var isQuantizable: Bool {
    switch self {
    case .affine(let format), .fixedPoint(let format, _), .dynamicFixedPoint(let format):
      (2...16).contains(format.bits)
    case .minifloat, .powerOfTwo: bits <= 16 && decodedRange != nil
    case .codebook, .bipolar, .ternary: true
    case .microscaling, .float32: false
    }
  }

  /// Why `isQuantizable` is false where it is, as a rule to read in a message.
  public var activationRule: String {
    switch self {
    case .microscaling:
      "the scales of microscaling blocks of activations would depend on each sample, which calibration "
        + "does not see"
    case .minifloat, .powerOfTwo:
      "activations have up to 16 bits that decode to integers of 62 bits at most"
    case .affine, .fixedPoint, .dynamicFixedPoint, .codebook, .bipolar, .ternary, .float32:
      "activations have 2 to 16 bits"
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
