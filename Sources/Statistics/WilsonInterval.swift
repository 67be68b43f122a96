internal import CGSL

/// The confidence interval of a share, such as an accuracy.
///
/// `(p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)`
///
/// - Source: E. B. Wilson, Journal of the American Statistical Association 22, 1927.
public struct WilsonInterval: Hashable, Codable, Sendable {
  /// The lower end, 0 to 1.
  public let low: Double
  /// The upper end, 0 to 1.
  public let high: Double

  /// The interval of `successes` out of `trials` at a confidence, 95 % unless said.
  ///
  /// - Precondition: `0 <= successes <= trials` and `trials > 0`.
  public init(successes: Int, trials: Int, confidence: Double = 0.95) {
    precondition(trials > 0 && (0...trials).contains(successes), "successes are among the trials")
    let z = gsl_cdf_ugaussian_Pinv(0.5 + confidence / 2)
    let n = Double(trials)
    let share = Double(successes) / n
    let center = share + z * z / (2 * n)
    let spread = z * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
    let scale = 1 + z * z / n
    // Rounding must not push an end past the share itself.
    low = min(share, max(0, (center - spread) / scale))
    high = max(share, min(1, (center + spread) / scale))
  }
}
