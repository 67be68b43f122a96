/// What the weights of a channel sum to by sign, which is all that the exact bound needs of them.
public struct SignedSums: Hashable, Sendable {
  /// The sum of the positive weights.
  public let positive: Int
  /// The negated sum of the negative weights.
  public let negative: Int

  /// The sums.
  public init(positive: Int, negative: Int) {
    self.positive = positive
    self.negative = negative
  }

  /// The sums of some weights.
  public init(_ weights: some Sequence<Int>) {
    var positive = 0
    var negative = 0
    for weight in weights {
      if weight > 0 { positive += weight } else { negative -= weight }
    }
    self.init(positive: positive, negative: negative)
  }

  /// The sum of the magnitudes, `‖w‖₁`.
  public var magnitude: Int { positive + negative }

  /// The range of every prefix of a sum of products, without a bias.
  ///
  /// - Precondition: `inputs` contains 0.
  public func bound(inputs: ClosedRange<Int>) -> AccumulatorBound {
    AccumulatorBound.weightBound(
      positive: positive, negative: negative, inputs: inputs, bias: 0, position: .first)
  }
}
