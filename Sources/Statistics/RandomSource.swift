internal import CGSL

/// Seeded random numbers whose whole state is a small value: copied, compared, stored, taken up again.
///
/// - Source: P. L'Ecuyer, Maximally equidistributed combined Tausworthe generators, Mathematics of
///   Computation 65, 1996: the GNU Scientific Library's `gsl_rng_taus2`, three words of state.
public struct RandomSource: RandomNumberGenerator, Hashable, Codable, Sendable {
  private struct Words: Hashable, Codable {
    var first: UInt = 0
    var second: UInt = 0
    var third: UInt = 0
  }

  private var words = Words()

  /// The numbers of a seed.
  ///
  /// The generator takes 32 bits, so the upper half of the seed is folded into the lower; 0 is the same
  /// as 1.
  public init(seed: UInt64) {
    let folded = UInt((seed ^ (seed >> 32)) & 0xFFFF_FFFF)
    withGenerator { gsl_rng_set(&$0, folded) }
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    withGenerator { UInt64(gsl_rng_get(&$0)) << 32 | UInt64(gsl_rng_get(&$0)) }
  }

  /// A number uniform in [0, 1), of 32 random bits.
  public mutating func uniform() -> Double { withGenerator { gsl_rng_uniform(&$0) } }

  /// A whole number uniform in `0..<bound`.
  ///
  /// - Precondition: `1 <= bound < 2^32`.
  public mutating func index(below bound: Int) -> Int {
    precondition((1..<0xFFFF_FFFF).contains(bound), "an index is drawn below 1 to 2^32")
    return withGenerator { Int(gsl_rng_uniform_int(&$0, UInt(bound))) }
  }

  /// Runs GSL's generator on the words in place, so that nothing is allocated.
  private mutating func withGenerator<Result>(_ body: (inout gsl_rng) -> Result) -> Result {
    withUnsafeMutableBytes(of: &words) { bytes in
      var generator = gsl_rng(type: ww_gsl_tausworthe(), state: bytes.baseAddress)
      return body(&generator)
    }
  }
}
