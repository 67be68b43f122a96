public import Arithmetic

/// How weights lie in memory where that is not as the integers that products are made of.
///
/// Indices into a codebook, floating-point codes or elements of blocks: the engine multiplies what they
/// decode to.
public struct WeightEncoding: Hashable, Sendable {
  /// What the weights of the layer take in memory; what a channel or the tensor shares is part of the
  /// multiplier of its sums and not counted here.
  public var storage: StoredBits
  /// The integers that products are made of.
  public var integers: IntegerFormat
  /// How often each code occurs, from code 0; empty where nobody counted.
  public var codeCounts: [Int]

  /// The exponent of the value that one of the integers stands for in each output channel, without what is
  /// shared.
  ///
  /// Of several shared powers of two the largest counts as shared. Empty for 1 in every channel.
  public var units: [Int]

  /// An encoding.
  public init(
    storage: StoredBits, integers: IntegerFormat, codeCounts: [Int] = [], units: [Int] = []
  ) {
    self.storage = storage
    self.integers = integers
    self.codeCounts = codeCounts
    self.units = units
  }
}

extension QuantizedLinear {
  /// The format of the integers that products are made of, zero points aside.
  public var weightIntegers: IntegerFormat { encoding?.integers ?? weightFormat.integer }

  /// What the weights take in memory.
  public var weightStorage: StoredBits {
    encoding?.storage
      ?? StoredBits(elements: storedWeights.count * weightFormat.bits, scales: 0, codebooks: 0)
  }
}
