internal import Arithmetic
internal import Networks

extension LinearPlan {
  /// The code of the value nearest to what a final content stands for, in a format of unevenly spaced values.
  ///
  /// `code = nearest(content * M)`, `M = s_x * s_w / s_y`, ties as `NumberFormat.encode` has them.
  ///
  /// - Exactness: M is a double, as for all requantizations, and the product is rounded to a double once
  ///   before it is rounded to the format; where scales are powers of two and contents below 2^53, nothing
  ///   is lost before the format.
  func nearestCode(of content: Int, channel: Int) -> Int {
    output.format.rank(
      nearest: Double(content) * scaling.multipliers[channel], codebook: output.codebook)
  }
}
