/// The weights of an output channel with their mean taken out.
///
/// With `w_i = centred_i + mean` a sum of products is, exactly,
///
///     Σ w_i x_i  =  Σ centred_i x_i  +  mean · Σ x_i
///
/// so the narrow accumulator holds the first sum only, whose positive and negative weights balance, and
/// the second is added back where results are wide (with the bias, before requantization). `Σ x_i`, of
/// inputs after subtracting their zero point, is shared by all output channels of a window. Where a
/// device cannot form it, `expectedCorrection` puts its mean into the bias, which is exact on average
/// only. The codes of centred weights need not sum to zero, so a bound must still be checked by sign
/// (`AccumulatorBudget`).
///
/// - Source: I. Colbert et al., A2Q+: improving accumulator-aware weight quantization, arXiv 2401.10432.
public struct ZeroCentring: Hashable, Sendable {
  /// The weights without their mean.
  public let centred: [Double]
  /// The mean.
  public let mean: Double

  /// Takes the mean out of the weights of a channel.
  public init(_ weights: some Collection<Float>) {
    let mean = weights.reduce(0) { $0 + Double($1) } / Double(max(weights.count, 1))
    self.mean = mean
    centred = weights.map { Double($0) - mean }
  }

  /// What is added back to a sum over centred weights: `mean · Σ x_i`.
  public func correction(inputSum: Double) -> Double { mean * inputSum }

  /// The part of the correction that a bias can hold: `mean · Σ E[x_i]`.
  ///
  /// - Parameter inputMeans: the mean of the input at each position of the depth.
  public func expectedCorrection(inputMeans: [Double]) -> Double {
    mean * inputMeans.reduce(0, +)
  }
}
