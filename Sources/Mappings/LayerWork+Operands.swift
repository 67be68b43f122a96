public import Devices
public import Quantities

extension LayerWork {
  /// Whether each group has one input channel: a processor has other, slower kernels for these layers.
  ///
  /// A convolution of an image with one channel has one group and is none of them.
  public var isDepthwise: Bool {
    kind == .products && bounds.groups > 1 && bounds.inputChannels == 1
  }

  /// The operands that move.
  public var operands: [Operand] {
    switch kind {
    case .products: Operand.allCases
    case .pool, .elementwise, .movement: [.inputs, .outputs]
    case .none: []
    }
  }

  /// The multiply-accumulates, padding taps included as in published tables.
  public var macs: Int { kind == .products ? bounds.iterations : 0 }

  /// How many input tensors of the same shape are read.
  public var inputCount: Int {
    if case .elementwise(let inputCount) = kind { return inputCount }
    return 1
  }

  /// The biases: one an output channel, none without a bias width.
  public var biasCount: Int {
    kind == .products && widths.bias > 0 && bounds.iterations > 0
      ? bounds.groups * bounds.outputChannels : 0
  }

  /// The elements of an operand that the layer touches, each counted once, biases not included.
  ///
  /// Inputs that no tap reaches (a stride larger than the kernel) are not counted.
  public func elements(of operand: Operand) -> Int {
    guard operands.contains(operand), bounds.iterations > 0 else { return 0 }
    switch operand {
    case .weights:
      return bounds.groups * bounds.outputChannels * bounds.inputChannels * bounds.kernelRows
        * bounds.kernelColumns
    case .inputs:
      return bounds.batch * bounds.groups * bounds.inputChannels * inputCount
        * bounds.rows.touched(outputs: bounds.outputRows, taps: bounds.kernelRows)
        * bounds.columns.touched(outputs: bounds.outputColumns, taps: bounds.kernelColumns)
    case .outputs:
      return bounds.batch * bounds.groups * bounds.outputChannels * bounds.outputRows
        * bounds.outputColumns
    }
  }

  /// The compulsory traffic: weights, biases and touched inputs read once, outputs written once.
  public var compulsoryBits: Bits {
    Bits(
      elements(of: .weights) * widths.weights + biasCount * widths.bias
        + elements(of: .inputs) * widths.inputs + elements(of: .outputs) * widths.outputs)
  }
}

/// How a window slides along one direction of an image.
struct Sliding: Hashable, Sendable {
  /// The step of the window.
  var stride: Int
  /// The distance of taps.
  var dilation: Int
  /// The padding before the image.
  var pad: Int
  /// The extent of the image.
  var extent: Int

  /// The positions inside the image that some tap of some output touches.
  func touched(outputs: Int, taps: Int) -> Int {
    let last = (outputs - 1) * stride + (taps - 1) * dilation - pad
    if taps == 1, pad == 0, last < extent { return outputs }
    if outputs > 0, dilation == 1, taps >= stride {
      // Windows without gaps.
      return max(0, min(last, extent - 1) - max(-pad, 0) + 1)
    }
    var seen = [Bool](repeating: false, count: max(extent, 0))
    for output in 0..<outputs {
      for tap in 0..<taps {
        let position = output * stride + tap * dilation - pad
        if seen.indices.contains(position) { seen[position] = true }
      }
    }
    return seen.count { $0 }
  }

  /// The most positions that a tile of outputs and taps touches anywhere.
  ///
  /// With a and b the stride and the dilation over their greatest common divisor, taps
  /// (p, r) and (p + b, r - a) coincide: `e * f - max(0, e - b) * max(0, f - a)`.
  func largest(outputs: Int, taps: Int) -> Int {
    var (divisor, rest) = (stride, dilation)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    let repeated = max(0, outputs - dilation / divisor) * max(0, taps - stride / divisor)
    return min(outputs * taps - repeated, extent)
  }
}

extension LoopBounds {
  /// How the window slides down the image.
  var rows: Sliding {
    Sliding(stride: strideY, dilation: dilationY, pad: padTop, extent: inputHeight)
  }

  /// How the window slides across the image.
  var columns: Sliding {
    Sliding(stride: strideX, dilation: dilationX, pad: padLeft, extent: inputWidth)
  }
}
