/// How the centroids of a codebook are found in the weights.
public enum CodebookFit: String, Hashable, Sendable, CaseIterable {
  /// The centroids of least squared error: one-dimensional k-means, optimal.
  ///
  /// - Source: H. Wang and M. Song, Ckmeans.1d.dp, The R Journal 3/2, 2011.
  case kmeans
  /// Lloyd's iterations from the equal-probability levels of a Gaussian with the mean and deviation of the
  /// weights, as QUENN seeds them; a local optimum.
  case gaussian
  /// The levels of least error for a Gaussian with the mean and deviation of the weights, without a look
  /// at the weights themselves.
  ///
  /// - Source: J. Max, Quantizing for minimum distortion, IRE Trans. Information Theory 6, 1960.
  case lloydMax = "lloyd-max"
}
