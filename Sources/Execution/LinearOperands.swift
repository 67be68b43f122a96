internal import Arithmetic
internal import Networks
internal import Tensors

/// What the products of a layer are made of: weights and inputs less what the device takes off.
struct LinearOperands: Sendable {
  /// The weights less their zero points, OHWI.
  let weights: CodeArray
  /// The inputs of products.
  let range: ClosedRange<Int>
  /// What is taken off the input's codes before they are multiplied.
  let zero: Int
  /// The input of the products at places outside of the image.
  let border: Int
  /// What comes off the sum of each output channel at the end; empty when nothing does.
  let corrections: [Int]

  /// - Parameter decoded: the integers that codes are decoded to, in place of the input's codes.
  init(
    _ linear: QuantizedLinear, input: ActivationQuantization, handling: ZeroPointHandling,
    decoded: ClosedRange<Int>? = nil
  ) {
    weights = linear.weightOffsets
    switch handling {
    case .subtracted:
      range = decoded ?? input.offsets
      zero = input.zeroPoint
      border = 0
      corrections = []
    case .corrected:
      zero = input.codes.lowerBound
      range = 0...(input.codes.upperBound - zero)
      border = input.zeroPoint - zero
      let (border, depth, weights) = (border, linear.depth, weights)
      corrections = (0..<linear.outputChannels).map { channel in
        weights[channel * depth..<(channel + 1) * depth].reduce(0) { $0 + border * Int($1) }
      }
    }
  }

  /// Whether products outside of the image are computed like all others.
  var multipliesBorder: Bool { !corrections.isEmpty }
}
