/// What the operands of a layer of products were, summed over all samples; exact counts.
///
/// A product counts as many times as it is part of an output, the products with padding included, as on
/// hardware that has a multiplier for each tap. Operands are what is multiplied: codes less their zero
/// points, or codes counted from the lowest one when the zero point is corrected at the end.
public struct OperandStatistics: Hashable, Sendable {
  /// The samples.
  public var samples = 0
  /// Input elements, and those among them that are zero.
  public var inputs = 0
  /// Input elements that are zero.
  public var zeroInputs = 0
  /// Weights of the layer, counted once.
  public var weights = 0
  /// Weights that are zero.
  public var zeroWeights = 0
  /// All products.
  public var products = 0
  /// Products with padding.
  public var paddingProducts = 0
  /// Products whose input is zero, padding included when it stands for zero.
  public var zeroInputProducts = 0
  /// Products whose weight is zero.
  public var zeroWeightProducts = 0
  /// Products with a zero operand: of either kind or both.
  public var zeroProducts = 0
  /// The bits of an input code.
  public var inputBits = 0
  /// Bits that change from an input code to the next one as they are stored (images channel-last),
  /// samples apart.
  public var inputToggles = 0
  /// Pairs of successive input codes.
  public var inputPairs = 0
  /// The bits of a weight code.
  public var weightBits = 0
  /// Bits that change from a weight code to the next one as they are stored (OHWI), counted once.
  public var weightToggles = 0

  /// No sample yet.
  public init() {}

  /// The bits of an input that change from one element to the next, over its width; nil without pairs.
  public var inputActivity: Double? {
    inputPairs > 0 && inputBits > 0
      ? Double(inputToggles) / Double(inputPairs * inputBits) : nil
  }

  /// A count of products as a share of all, 0 without any.
  public func share(_ count: Int) -> Double {
    products == 0 ? 0 : Double(count) / Double(products)
  }
}
