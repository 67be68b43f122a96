/// The mean error of outputs that comes of quantized weights, and that a bias can take back.
///
/// - Source: M. Nagel et al., Data-free quantization through weight equalization and bias correction,
///   ICCV 2019, section 4.2, with measured instead of derived means.
public enum BiasCorrection {
  /// The expected error of each output channel: `Σ (decoded - weight) · E[input]`.
  ///
  /// Subtract it from the bias. With a window that leaves the image the mean input is taken inside, as
  /// in the paper; padded places then count too much.
  ///
  /// - Parameters:
  ///   - weights: the weights of the network.
  ///   - decoded: the real numbers that their codes stand for.
  ///   - inputMeans: the mean of each input channel over calibration samples.
  /// - Precondition: sizes as the layout says.
  public static func outputErrors(
    weights: [Float], decoded: [Float], inputMeans: [Double], layout: ChannelLayout
  ) -> [Double] {
    precondition(
      weights.count == layout.count && decoded.count == layout.count
        && inputMeans.count == layout.inputs, "sizes are those of the layout")
    return (0..<layout.outputs).map { output in
      (0..<layout.depth).reduce(0) { sum, position in
        let index = output * layout.depth + position
        return sum + (Double(decoded[index]) - Double(weights[index]))
          * inputMeans[layout.input(output: output, position: position)]
      }
    }
  }
}
