package import Widthwise

/// A square convolution with random weights: unsigned 8-bit codes times signed 8-bit weights.
package struct ConvolutionShape: Hashable, Sendable {
  /// The rows and columns of the window.
  package var kernel = 3
  /// Input channels.
  package var inputs = 256
  /// Output channels.
  package var outputs = 256
  /// Rows and columns of the image; the window is padded so that the output is as large.
  package var size = 14
  /// Whether each output channel reads one input channel.
  package var isDepthwise = false
  /// The bits of a weight.
  package var weightBits = 8
  /// The bits of an input code.
  package var inputBits = 8
  /// The deviation of the codes before those below 0 become 0, as behind a ReLU.
  package var deviation = 40.0
  /// The seed of weights and codes.
  package var seed: UInt64 = 1

  /// The reference convolution: 3x3, 256 channels, 14x14.
  package init() {}

  /// Multiply-accumulates, padding included.
  package var macs: Int {
    size * size * outputs * kernel * kernel * (isDepthwise ? 1 : inputs)
  }

  /// The layer.
  package var layer: QuantizedLinear {
    let pad = kernel / 2
    let depth = isDepthwise ? 1 : inputs
    var random = RandomStream(seed: seed)
    let highest = (1 << (weightBits - 1)) - 1
    let weights = (0..<outputs * kernel * kernel * depth).map { _ in
      Int32(Int(random.next() % UInt64(2 * highest + 1)) - highest)
    }
    return QuantizedLinear(
      inputChannels: inputs, outputChannels: outputs, groups: isDepthwise ? inputs : 1,
      window: WindowGeometry(
        height: size, width: size, kernelHeight: kernel, kernelWidth: kernel, padTop: pad,
        padLeft: pad, padBottom: kernel - 1 - pad, padRight: kernel - 1 - pad),
      weightFormat: .affine(IntegerFormat(bits: weightBits, isSigned: true)),
      weights: Tensor(shape: Shape([outputs, kernel, kernel, depth]), elements: weights),
      weightScales: [Double](repeating: 0.01, count: outputs),
      bias: (0..<outputs).map { _ in Int(random.next() % 2001) - 1000 })
  }

  /// The input codes, half of them 0: the positive part of a normal number, rounded.
  package var codes: [Int32] {
    let highest = Int32((1 << inputBits) - 1)
    var random = RandomStream(seed: seed &+ 1)
    return (0..<size * size * inputs).map { _ in
      min(Int32(max(random.normal() * deviation, 0).rounded()), highest)
    }
  }

  /// The quantization of the input.
  package var input: ActivationQuantization {
    ActivationQuantization(
      format: .affine(IntegerFormat(bits: inputBits, isSigned: false)), scale: 0.02, zeroPoint: 0)
  }

  /// The quantization of the output.
  package var output: ActivationQuantization {
    ActivationQuantization(
      format: .affine(IntegerFormat(bits: 8, isSigned: false)), scale: 1, zeroPoint: 128)
  }
}
