internal import CGSL

/// The minimum of a function of one number by Brent's method.
///
/// - Source: GNU Scientific Library, `gsl_min_fminimizer_brent`.
public enum BrentMinimum {
  /// The place of the least value that Brent's method finds between `low` and `high`.
  ///
  /// - Parameters:
  ///   - guess: a place inside the interval whose value is below both ends; otherwise it is returned.
  ///   - tolerance: the width of the interval at which the search ends, relative to the place.
  public static func place(
    of function: (Double) -> Double, low: Double, guess: Double, high: Double,
    tolerance: Double = 1e-4
  ) -> Double {
    withoutActuallyEscaping(function) { function in
      var box = function
      return withUnsafeMutablePointer(to: &box) { pointer in
        minimize(pointer, low: low, guess: guess, high: high, tolerance: tolerance)
      }
    }
  }

  private static func minimize(
    _ function: UnsafeMutablePointer<(Double) -> Double>, low: Double, guess: Double,
    high: Double, tolerance: Double
  ) -> Double {
    var target = gsl_function(
      function: { x, context in
        guard let context else { return .nan }
        return context.assumingMemoryBound(to: ((Double) -> Double).self).pointee(x)
      }, params: UnsafeMutableRawPointer(function))
    guard let minimizer = gsl_min_fminimizer_alloc(ww_gsl_brent()) else { return guess }
    defer { gsl_min_fminimizer_free(minimizer) }
    let handler = gsl_set_error_handler_off()
    defer { gsl_set_error_handler(handler) }
    guard gsl_min_fminimizer_set(minimizer, &target, guess, low, high) == 0 else { return guess }
    for _ in 0..<60 {
      guard gsl_min_fminimizer_iterate(minimizer) == 0 else { break }
      let width = gsl_min_fminimizer_x_upper(minimizer) - gsl_min_fminimizer_x_lower(minimizer)
      if width < tolerance * abs(gsl_min_fminimizer_x_minimum(minimizer)) { break }
    }
    return gsl_min_fminimizer_x_minimum(minimizer)
  }
}
