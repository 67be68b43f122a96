/// Scales that give the channels between two layers the same range in the weights of both.
///
/// Where only functions `f(s x) = s f(x)` lie between two layers (ReLU, average and maximum pooling, no
/// clip such as ReLU6, no second reader), output channel i of the first is divided by `s_i`, with its
/// bias, and input channel i of the second multiplied by it: the network computes the same.
///
/// - Source: M. Nagel et al., Data-free quantization through weight equalization and bias correction,
///   ICCV 2019, section 4.1: `s_i = sqrt(r1_i r2_i) / r2_i`.
public enum ChannelEqualization {
  /// The scale of each channel; 1 where a range is 0.
  ///
  /// - Parameters:
  ///   - first: the largest magnitude of each output channel of the first layer.
  ///   - second: that of each input channel of the second.
  /// - Precondition: both layers have the channels.
  public static func scales(first: [Double], second: [Double]) -> [Double] {
    precondition(first.count == second.count, "the layers share their channels")
    return zip(first, second).map { one, other in
      one > 0 && other > 0 ? (one * other).squareRoot() / other : 1
    }
  }

  /// The largest magnitude of the weights of each output channel.
  public static func outputRanges(_ weights: [Float], layout: ChannelLayout) -> [Double] {
    precondition(weights.count == layout.count, "sizes are those of the layout")
    return (0..<layout.outputs).map { output in
      weights[output * layout.depth..<(output + 1) * layout.depth]
        .reduce(0) { max($0, abs(Double($1))) }
    }
  }

  /// The largest magnitude of the weights that read each input channel.
  public static func inputRanges(_ weights: [Float], layout: ChannelLayout) -> [Double] {
    precondition(weights.count == layout.count, "sizes are those of the layout")
    var ranges = [Double](repeating: 0, count: layout.inputs)
    for output in 0..<layout.outputs {
      for position in 0..<layout.depth {
        let input = layout.input(output: output, position: position)
        let weight = weights[output * layout.depth + position]
        ranges[input] = max(ranges[input], abs(Double(weight)))
      }
    }
    return ranges
  }

  /// Weights with every output channel divided by its scale; for the first layer, and for its bias.
  public static func dividingOutputs(
    _ weights: [Float], by scales: [Double], layout: ChannelLayout
  ) -> [Float] {
    precondition(
      weights.count == layout.count && scales.count == layout.outputs,
      "sizes are those of the layout")
    return weights.indices.map { Float(Double(weights[$0]) / scales[$0 / layout.depth]) }
  }

  /// Weights with every input channel multiplied by its scale; for the second layer.
  public static func multiplyingInputs(
    _ weights: [Float], by scales: [Double], layout: ChannelLayout
  ) -> [Float] {
    precondition(
      weights.count == layout.count && scales.count == layout.inputs,
      "sizes are those of the layout")
    return weights.indices.map { index in
      let input = layout.input(
        output: index / layout.depth, position: index % layout.depth)
      return Float(Double(weights[index]) * scales[input])
    }
  }
}
