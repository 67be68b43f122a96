internal import CGSL

/// Seeded Gaussian random numbers.
///
/// - Source: GNU Scientific Library: Mersenne Twister `mt19937`, `gsl_ran_gaussian_ziggurat`.
public enum GaussianSource {
  /// `count` independent numbers of mean 0.
  public static func numbers(count: Int, deviation: Double, seed: UInt64) -> [Float] {
    guard let generator = gsl_rng_alloc(ww_gsl_mersenne_twister()) else { return [] }
    defer { gsl_rng_free(generator) }
    gsl_rng_set(generator, UInt(truncatingIfNeeded: seed))
    return (0..<count).map { _ in Float(gsl_ran_gaussian_ziggurat(generator, deviation)) }
  }

  /// `count` independent numbers uniform in [0, 1).
  public static func uniforms(count: Int, seed: UInt64) -> [Float] {
    guard let generator = gsl_rng_alloc(ww_gsl_mersenne_twister()) else { return [] }
    defer { gsl_rng_free(generator) }
    gsl_rng_set(generator, UInt(truncatingIfNeeded: seed))
    return (0..<count).map { _ in Float(gsl_rng_uniform(generator)) }
  }
}
