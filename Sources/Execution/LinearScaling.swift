internal import Arithmetic
internal import Networks
internal import Tensors

/// The real numbers of a layer of products: what the units of its sums are and how sums become codes.
struct LinearScaling: Sendable {
  /// How accumulators are rescaled.
  let flavour: RequantizationFlavour
  /// The rescaling of each output channel; empty where codes do not come from rescaling.
  let rescales: [Requantization]
  /// The real multiplier of each output channel, where codes come from rescaling.
  let multipliers: [Double]
  /// The fraction bits that a cast of products drops in each channel, negative where it adds some;
  /// empty without a cast.
  let drops: [Int]
  /// How a cast of products rounds; nil without a cast.
  let rounding: FixedPointRounding?
  /// What is added to each channel's sum: the bias in units of the sum, preloaded rounding included.
  let bias: [Int]
  /// Where it is added.
  let biasPosition: BiasPosition

  /// - Parameters:
  ///   - isFullyConnected: whether the runtime treats the layer as a fully connected one.
  init(
    layer: String, linear: QuantizedLinear, arithmetic: ArithmeticSpec,
    input: ActivationQuantization, output: ActivationQuantization, isFullyConnected: Bool
  ) throws(ExecutionError) {
    let flavour = Self.flavour(linear, arithmetic, isFullyConnected: isFullyConnected)
    self.flavour = flavour
    var drops: [Int] = []
    if let cast = arithmetic.productCast {
      for scale in linear.weightScales {
        let unit = input.scale * scale
        guard unit.significand == 1 else {
          throw ExecutionError(layer: layer, reason: .scaleNotPowerOfTwo(unit))
        }
        drops.append(-Int(unit.exponent) - cast.fractionBits)
      }
    }
    self.drops = drops
    rounding = arithmetic.productCast?.rounding
    var rescales: [Requantization] = []
    var multipliers: [Double] = []
    if linear.outputStage == .rescaled {
      if flavour == .cast && output.zeroPoint != 0 && !output.format.isUneven {
        throw ExecutionError(layer: layer, reason: .castWithZeroPoint)
      }
      let isSinglyScaled =
        isFullyConnected && linear.weightScales.allSatisfy { $0 == linear.weightScales.first }
      let shortens = flavour != .float && Self.multipliesInFloat(linear, isFullyConnected)
      for scale in linear.weightScales {
        let product = shortens ? Self.product(input.scale, scale) : input.scale * scale
        let unit =
          arithmetic.productCast.map {
            Double(sign: .plus, exponent: -$0.fractionBits, significand: 1)
          } ?? product
        let multiplier = unit / output.scale
        guard multiplier > 0 && multiplier.isFinite else {
          throw ExecutionError(layer: layer, reason: .unsupported("rescaling by \(multiplier)"))
        }
        multipliers.append(multiplier)
        // Values that are not evenly spaced are rounded to, not rescaled to.
        if output.format.isUneven { continue }
        guard !flavour.needsPowerOfTwo || multiplier.significand == 1 else {
          throw ExecutionError(layer: layer, reason: .multiplierNotPowerOfTwo(multiplier))
        }
        rescales.append(
          Requantization(
            multiplier, flavour: flavour,
            float: arithmetic.productCast == nil
              ? Self.float(
                input.scale, scale, output.scale, arithmetic.floatMultiplier,
                isSinglyScaled: isSinglyScaled) : nil,
            rounding: arithmetic.outputCast.rounding))
      }
    }
    self.rescales = rescales
    self.multipliers = multipliers
    let preloads = rescales.map(\.preloadedRounding)
    biasPosition = preloads.contains { $0 != 0 } ? .first : arithmetic.bias
    bias = try Self.bias(
      layer, linear, preloads: preloads, drops: drops, rounding: arithmetic.productCast?.rounding)
  }

  private static func flavour(
    _ linear: QuantizedLinear, _ arithmetic: ArithmeticSpec, isFullyConnected: Bool
  ) -> RequantizationFlavour {
    if linear.biasBits == 64 { return arithmetic.wideBiasRequantization }
    return (isFullyConnected ? arithmetic.fullyConnectedRequantization : nil)
      ?? arithmetic.requantization
  }

  /// Whether the runtime multiplies the scales of input and weights in float32 before all else.
  ///
  /// - Source: TFLite `GetQuantizedConvolutionMultipler` in `kernel_util.cc`: fully connected layers and
  ///   uint8 convolutions with one scale; other convolutions multiply in double.
  private static func multipliesInFloat(
    _ linear: QuantizedLinear, _ isFullyConnected: Bool
  ) -> Bool {
    let isSinglyScaled = linear.weightScales.allSatisfy { $0 == linear.weightScales.first }
    return isSinglyScaled && (isFullyConnected || !linear.weightIntegers.isSigned)
  }

  /// The float32 product of two float32 scales; the exact one of others.
  private static func product(_ input: Double, _ weight: Double) -> Double {
    let (x, w) = (Float(input), Float(weight))
    guard Double(x) == input, Double(w) == weight else { return input * weight }
    return Double(x * w)
  }

  /// R4's multiplier.
  ///
  /// - Source: `numerics.md` 4b: XNNPACK's per-tensor fully connected layers (`xnn_define_fully_connected`
  ///   in `fully-connected.c`: `input_scale * kernel_scale / output_scale` in float) against its
  ///   convolutions; ONNX Runtime: `qlinearconv.cc`, `ComputeOutputScale`, floats throughout.
  private static func float(
    _ input: Double, _ weight: Double, _ output: Double, _ rule: FloatMultiplier,
    isSinglyScaled: Bool
  ) -> Float? {
    guard rule == .roundedTwice || isSinglyScaled else { return nil }
    return Float(input) * Float(weight) / Float(output)
  }

  private static func bias(
    _ layer: String, _ linear: QuantizedLinear, preloads: [Int], drops: [Int],
    rounding: FixedPointRounding?
  ) throws(ExecutionError) -> [Int] {
    var result: [Int] = []
    for channel in 0..<linear.outputChannels {
      var bias = linear.bias?[channel] ?? 0
      if let rounding {
        let drop = drops[channel]
        guard drop >= 0 || bias.magnitude.leadingZeroBitCount - 2 >= -drop else {
          throw ExecutionError(layer: layer, reason: .sumsTooWide(bits: 64))
        }
        bias = drop < 0 ? bias << -drop : rounding.rounded(bias, droppingBits: drop)
      }
      let (sum, overflow) = bias.addingReportingOverflow(preloads.isEmpty ? 0 : preloads[channel])
      guard !overflow, sum.magnitude <= 1 << 62 else {
        throw ExecutionError(layer: layer, reason: .sumsTooWide(bits: 64))
      }
      result.append(sum)
    }
    return result
  }

  /// Whether products are added as they are.
  var keepsProducts: Bool { drops.allSatisfy { $0 == 0 } }

  /// A product in the units of the sum: cast, if the arithmetic casts products.
  @inline(__always)
  func term(_ product: Int, _ channel: Int) -> Int {
    guard let rounding else { return product }
    let drop = drops[channel]
    return drop < 0 ? product << -drop : rounding.rounded(product, droppingBits: drop)
  }
}
