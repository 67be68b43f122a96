internal import Arithmetic

/// Rounds the weights of a channel one after another, so that later ones make up for the error of
/// earlier ones, and none leaves the budget of the accumulator.
///
/// With calibration inputs `X_t` (one number a sample) of weight t and the error `u = Σ (w_i - q_i) X_i`
/// of the outputs so far: `v = w_t + <X_t, u> / ‖X_t‖²`, shrunk towards zero by the threshold of the
/// projection of the weights on the budget's radius, rounded half to even, clipped to the codes and to
/// what the budget has left, becomes `q_t`; then `u += (w_t - q_t) X_t`.
///
/// A simple form of AXE on GPFQ. It differs from the paper: the inputs of the quantized and of the float
/// network are the same; weights come in their own order, not by the size of their inputs; the rounded
/// integer is clipped against the exact two-sided budget, where the paper clips the real number with a
/// margin of one half. Codes never exceed the budget.
///
/// - Source: I. Colbert et al., Accumulator-aware post-training quantization, arXiv 2409.17092; GPFQ:
///   E. Lybrand and R. Saab, A greedy algorithm for quantizing neural networks, JMLR 22, 2021.
public enum AccumulatorAwareRounding {
  /// The codes of a channel.
  ///
  /// - Parameters:
  ///   - steps: the weights in units of their scale.
  ///   - inputs: for each weight the inputs it met, as many for every weight; none for no feedback.
  ///   - largest: the largest code.
  ///   - tile: so many weights share an inner accumulator that the budget is of; nil for all.
  /// - Precondition: inputs for every weight, equally many; a tile has a weight.
  /// - Complexity: O(weights · samples).
  public static func codes(
    of steps: [Double], inputs: [[Float]], budget: AccumulatorBudget, largest: Int,
    tile: Int? = nil
  ) -> [Int] {
    precondition(inputs.count == steps.count, "every weight has its inputs")
    precondition(
      inputs.allSatisfy { $0.count == inputs[0].count }, "every weight has equally many inputs")
    let length = tile ?? max(steps.count, 1)
    precondition(length > 0, "a tile has a weight")
    let limits = budget.limits
    var errors = [Double](repeating: 0, count: inputs.first?.count ?? 0)
    var result: [Int] = []
    var sums = SignedSums(positive: 0, negative: 0)
    var threshold = 0.0
    for (index, step) in steps.enumerated() {
      if index % length == 0 {
        sums = SignedSums(positive: 0, negative: 0)
        threshold = SimplexProjection.threshold(
          magnitudes: steps[index..<min(index + length, steps.count)].map(abs),
          radius: Double(limits.magnitude))
      }
      let column = inputs[index]
      let wanted = SimplexProjection.shrunk(
        step + feedback(column, errors), by: threshold)
      let code = clipped(wanted, sums: sums, budget: budget, largest: largest)
      sums = SignedSums(
        positive: sums.positive + max(code, 0), negative: sums.negative + max(-code, 0))
      for sample in errors.indices {
        errors[sample] += (step - Double(code)) * Double(column[sample])
      }
      result.append(code)
    }
    return result
  }

  /// What the weight has to add so that the outputs lose their error along its inputs.
  private static func feedback(_ column: [Float], _ errors: [Double]) -> Double {
    var product = 0.0
    var square = 0.0
    for (input, error) in zip(column, errors) {
      product += Double(input) * error
      square += Double(input) * Double(input)
    }
    return square > 0 ? product / square : 0
  }

  private static func clipped(
    _ wanted: Double, sums: SignedSums, budget: AccumulatorBudget, largest: Int
  ) -> Int {
    let bound = Double(largest)
    let code = Int(min(max(wanted, -bound), bound).rounded(.toNearestOrEven))
    return code < 0
      ? max(code, -budget.growth(of: sums, isPositive: false))
      : min(code, budget.growth(of: sums, isPositive: true))
  }
}
