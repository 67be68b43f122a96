internal import CGSL

/// The part of a standard normal distribution between two places, either of which may be infinite.
struct GaussianInterval {
  let low: Double
  let high: Double

  /// The probability of the interval.
  var probability: Double {
    // The upper tail is counted from its own end, where `1 - P` would cancel.
    low > 0
      ? gsl_cdf_ugaussian_Q(low) - gsl_cdf_ugaussian_Q(high)
      : gsl_cdf_ugaussian_P(high) - gsl_cdf_ugaussian_P(low)
  }

  /// The mean of the numbers in the interval: `(φ(low) - φ(high)) / probability`.
  var mean: Double { (density(low) - density(high)) / probability }

  /// How the mean moves with each end: `φ(low)(mean - low)/p` and `φ(high)(high - mean)/p`.
  var slopes: (low: Double, high: Double) {
    let mean = mean
    let probability = probability
    return (
      low.isFinite ? density(low) * (mean - low) / probability : 0,
      high.isFinite ? density(high) * (high - mean) / probability : 0
    )
  }

  private func density(_ place: Double) -> Double {
    place.isFinite ? gsl_ran_ugaussian_pdf(place) : 0
  }
}
