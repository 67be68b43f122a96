/// The layers in which the inner one of two accumulators is narrow.
public enum InnerScope: String, Hashable, Sendable, CaseIterable {
  /// Every layer of products.
  case all
  /// Products of unsigned input codes and signed weights, depthwise layers and ConvInteger left out: the
  /// operands of x86's VPMADDUBSW. All other layers add to the outer accumulator alone, product by product.
  ///
  /// - Exactness: ConvInteger takes the weights for the unsigned operand; of signed inputs and unsigned
  ///   weights it saturates in pairs of (ic, ky, kx) there, depthwise too, but not here.
  /// - Source: onnxruntime 1.31.1, its AVX2 path run by `qemu-x86_64 -cpu Haswell` on 248 small models
  ///   (MatMulInteger, QLinearMatMul, QLinearConv, ConvInteger, QDQ Gemm and Conv; K up to 4,608, with
  ///   and without input zero points): u8 x s8 saturates in pairs of neighbours of (ky, kx, ic), pairs
  ///   reach across taps, padding taps hold the zero point's code; u8 x u8 and s8 x s8 never do.
  case unsignedTimesSigned = "unsigned-times-signed"
}

/// The operands of a layer, as far as they choose its accumulators.
public struct LayerOperands: Hashable, Sendable {
  /// Whether input codes are two's complement.
  public var hasSignedInputs: Bool
  /// Whether weight codes are two's complement.
  public var hasSignedWeights: Bool
  /// Whether each output channel reads one input channel that no other reads.
  public var isDepthwise: Bool
  /// Whether the weights are the first operand: ONNX's ConvInteger.
  public var hasWeightsFirst: Bool

  /// The operands of a layer.
  public init(
    hasSignedInputs: Bool, hasSignedWeights: Bool, isDepthwise: Bool, hasWeightsFirst: Bool = false
  ) {
    self.hasWeightsFirst = hasWeightsFirst
    self.hasSignedInputs = hasSignedInputs
    self.hasSignedWeights = hasSignedWeights
    self.isDepthwise = isDepthwise
  }
}

extension ArithmeticSpec {
  /// The accumulator that ends up with the whole sum: the outer one where there are two.
  ///
  /// It is the one that `--accumulator` and a scheme's `accumulator` replace.
  public var finalAccumulator: Accumulator {
    get { outer?.accumulator ?? accumulator }
    set {
      if outer == nil { accumulator = newValue } else { outer?.accumulator = newValue }
    }
  }

  /// Puts in another way from accumulators to codes, and the sums of activations that go with it.
  public mutating func replaceRequantization(with flavour: RequantizationFlavour) {
    guard flavour != requantization || fullyConnectedRequantization != nil else { return }
    requantization = flavour
    fullyConnectedRequantization = nil
    addition = flavour == .float ? .float : .tflite
  }

  /// The arithmetic of a layer with these operands: one level where the inner one does not apply.
  public func effective(for operands: LayerOperands) -> ArithmeticSpec {
    guard let outer else { return self }
    switch innerScope {
    case .all: return self
    case .unsignedTimesSigned:
      let applies =
        !operands.hasSignedInputs && operands.hasSignedWeights && !operands.isDepthwise
        && !operands.hasWeightsFirst
      guard !applies else { return self }
      var spec = self
      spec.accumulator = outer.accumulator
      spec.outer = nil
      spec.lanes = 1
      return spec
    }
  }
}
