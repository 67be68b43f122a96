internal import Arithmetic
internal import Glibc
internal import Networks

/// Softmax in integers: a table of exponentials in Q30, their sum, one rounded division.
///
/// `code = (exp[max - x] * 2^b + sum / 2) / sum + lowest`, so the output's scale is `2^-b`.
///
/// - Exactness: integers at run time; the table is `round(2^30 * exp(-d * scale))`.
struct SoftmaxPlan: Sendable {
  /// The exponential of each distance below the largest code.
  let exponentials: [Int]
  /// The stored places, [outer][axis].
  let places: [Int]
  let extent: Int
  let lowest: Int
  let bits: Int
  let clamp: ClosedRange<Int>

  init(
    input: ActivationQuantization, output: ActivationQuantization, places: [Int], extent: Int,
    clamp: ClosedRange<Int>
  ) {
    let distances = input.codes.upperBound - input.codes.lowerBound
    exponentials = (0...distances).map { distance in
      Int((1_073_741_824 * exp(-Double(distance) * input.scale)).rounded())
    }
    self.places = places
    self.extent = extent
    lowest = output.codes.lowerBound
    bits = output.format.integer.bits
    self.clamp = clamp
  }

  /// Computes one sample.
  func run(_ codes: UnsafePointer<Int32>, _ results: UnsafeMutablePointer<Int32>) {
    for start in stride(from: 0, to: places.count, by: extent) {
      let slice = places[start..<start + extent]
      var largest = Int32.min
      for place in slice { largest = max(largest, codes[place]) }
      var sum = 0
      for place in slice { sum += exponentials[Int(largest - codes[place])] }
      for place in slice {
        let share = exponentials[Int(largest - codes[place])] << bits
        let code = (share + sum / 2) / sum + lowest
        results[place] = Int32(min(max(code, clamp.lowerBound), clamp.upperBound))
      }
    }
  }
}
