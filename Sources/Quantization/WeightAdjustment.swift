/// How weights are changed so that no sum of their products leaves the accumulator, without retraining.
///
/// Every choice but `unchanged` quantizes the weights of a channel to integers that `AccumulatorBudget` proves to
/// fit, whatever the inputs are and in whatever order they are added, the bias included. Where the codes of
/// unadjusted weights fit already, `l1` changes nothing.
public enum WeightAdjustment: String, Hashable, Sendable, CaseIterable {
  /// Weights stay what they are; sums may overflow.
  case unchanged = "none"
  /// Each channel loses its mean first, so that positive and negative weights balance; what the mean would have
  /// added is put into the bias on average over the calibration samples. Then as `l1`.
  ///
  /// - Source: I. Colbert et al., A2Q+, arXiv 2401.10432, after training instead of in it.
  case zeroCentred = "zero-centred"
  /// The nearest weights whose magnitudes sum to what the accumulator holds, at the scale of least error.
  ///
  /// - Source: I. Colbert et al., A2Q, arXiv 2308.13504, after training instead of in it.
  case l1
  /// Weights are rounded one after another within the budget, later ones making up for the errors of earlier
  /// ones on calibration samples.
  ///
  /// - Source: I. Colbert et al., Accumulator-aware post-training quantization, arXiv 2409.17092.
  case accumulatorAware = "accumulator-aware"
}
