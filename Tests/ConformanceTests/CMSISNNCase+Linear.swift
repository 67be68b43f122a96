import Arithmetic
import Networks
import Tensors

extension CMSISNNCase {
  /// A code format of signed bits, wide enough for the zero point: one case has 128 in 8 bits.
  static func quantization(
    bits: Int?, zeroPoint: Int?, scale: Double = 1
  ) -> ActivationQuantization {
    let zero = zeroPoint ?? 0
    let format = IntegerFormat(bits: bits ?? 8, isSigned: true)
    let fits = (format.lowest...format.highest).contains(zero)
    return ActivationQuantization(
      format: .affine(fits ? format : IntegerFormat(bits: format.bits + 1, isSigned: true)),
      scale: scale, zeroPoint: zero)
  }

  /// The layer of products of a conv, depthwise, transpose_conv or fully_connected operator.
  ///
  /// Input and output have scale 1, so that a weight scale is a multiplier.
  func linear(
    _ op: CMSISNNOperator, input: Shape, output: Shape
  ) throws -> QuantizedLinear {
    var weights = try codes("weights", of: op)
    var window = WindowGeometry(
      height: input.rank == 4 ? input[1] : 1, width: input.rank == 4 ? input[2] : 1,
      kernelHeight: 1, kernelWidth: 1)
    switch op.op {
    case "fully_connected":
      weights = weights.reshaped(Shape([weights.shape[0], 1, 1, weights.shape[1]]))
    case "depthwise": weights = weights.transposed([3, 1, 2, 0])
    case "transpose_conv":
      weights = Self.flipped(weights)
      window.upsampleY = op.stride?.y ?? 1
      window.upsampleX = op.stride?.x ?? 1
    default: break
    }
    window.kernelHeight = weights.shape[1]
    window.kernelWidth = weights.shape[2]
    if op.op == "transpose_conv" {
      window.padTop = window.kernelHeight - 1 - (op.padding?.top ?? 0)
      window.padLeft = window.kernelWidth - 1 - (op.padding?.left ?? 0)
      window.padBottom =
        output[1] - window.spreadHeight - window.padTop + window.kernelHeight - 1
      window.padRight = output[2] - window.spreadWidth - window.padLeft + window.kernelWidth - 1
    } else if op.op != "fully_connected" {
      Self.slide(&window, op)
    }
    let inputChannels = input[input.rank - 1]
    let outputChannels = weights.shape[0]
    var scales = try multipliers(of: op)
    if scales.count == 1 { scales = [Double](repeating: scales[0], count: outputChannels) }
    let bias = try integers("bias", of: op)
    let zeroPoint = op.weight_zero_point ?? 0
    return QuantizedLinear(
      inputChannels: inputChannels, outputChannels: outputChannels,
      groups: op.op == "depthwise" ? inputChannels : op.groups ?? 1, window: window,
      weightFormat: .affine(
        IntegerFormat(bits: op.weight_bits ?? fields.weight_bits ?? 8, isSigned: true)),
      weights: weights,
      weightZeroPoints: zeroPoint == 0
        ? [] : [Int](repeating: zeroPoint, count: outputChannels),
      weightScales: scales, bias: bias.isEmpty ? nil : bias,
      biasBits: op.requantization?.id == "R5" ? 64 : 32)
  }

  /// The steps and borders of a window.
  static func slide(_ window: inout WindowGeometry, _ op: CMSISNNOperator) {
    window.strideY = op.stride?.y ?? 1
    window.strideX = op.stride?.x ?? 1
    window.dilationY = op.dilation?.y ?? 1
    window.dilationX = op.dilation?.x ?? 1
    window.padTop = op.padding?.top ?? 0
    window.padLeft = op.padding?.left ?? 0
    window.padBottom = op.padding?.bottom ?? 0
    window.padRight = op.padding?.right ?? 0
  }

  /// Weights OHWI with rows and columns reversed.
  private static func flipped(_ weights: Tensor<Int32>) -> Tensor<Int32> {
    let (height, width, depth) = (weights.shape[1], weights.shape[2], weights.shape[3])
    var elements = weights.elements
    for index in elements.indices {
      let tap = index / depth % (height * width)
      let channel = index / depth / (height * width)
      let opposite = height * width - 1 - tap
      elements[index] =
        weights.elements[(channel * height * width + opposite) * depth + index % depth]
    }
    return Tensor(shape: weights.shape, elements: elements)
  }
}
