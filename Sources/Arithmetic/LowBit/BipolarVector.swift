/// Numbers -1 and +1, one bit each: 1 stands for +1.
///
/// - Source: Courbariaux et al., "Binarized Neural Networks", 2016; `numerics.md` section 2.
public struct BipolarVector: Hashable, Sendable {
  /// A 1 for each +1.
  public let signs: PackedBits

  /// The vector of these numbers; nil when one is neither -1 nor +1.
  public init?(_ codes: some Collection<Int32>) {
    guard codes.allSatisfy({ $0 == 1 || $0 == -1 }) else { return nil }
    signs = PackedBits(codes.map { $0 == 1 })
  }

  /// The vector of these signs.
  public init(signs: PackedBits) { self.signs = signs }

  /// The dot product: `K - 2 popcount(a xor w)`.
  ///
  /// - Precondition: both have the same count.
  @inlinable
  public func dot(_ other: BipolarVector) -> Int {
    signs.count - 2 * signs.countXor(other.signs)
  }

  /// The number of equal signs: `popcount(a xnor w)`, what QONNX's `XnorPopcountMatMul` gives.
  ///
  /// It is `(dot + K) / 2`, not the dot product.
  ///
  /// - Precondition: both have the same count.
  /// - Source: qonnx 1.0.0, `custom_op/general/xnorpopcount.py`.
  @inlinable
  public func xnorPopcount(_ other: BipolarVector) -> Int {
    signs.count - signs.countXor(other.signs)
  }
}

/// Numbers -1, 0 and +1 as two planes: which are not zero, and which of those are positive.
public struct TernaryVector: Hashable, Sendable {
  /// A 1 for each number that is not 0.
  public let nonzero: PackedBits
  /// A 1 for each +1.
  public let positive: PackedBits

  /// The vector of these numbers; nil when one is outside -1 to +1.
  public init?(_ codes: some Collection<Int32>) {
    guard codes.allSatisfy({ (-1...1).contains($0) }) else { return nil }
    nonzero = PackedBits(codes.map { $0 != 0 })
    positive = PackedBits(codes.map { $0 > 0 })
  }

  /// The dot product: `popcount(n) - 2 popcount(n and (p_a xor p_w))` with `n = n_a and n_w`.
  ///
  /// - Precondition: both have the same count.
  @inlinable
  public func dot(_ other: TernaryVector) -> Int {
    precondition(nonzero.count == other.nonzero.count, "rows of bits have the same length")
    var sum = 0
    for index in nonzero.words.indices {
      let both = nonzero.words[index] & other.nonzero.words[index]
      let unlike = both & (positive.words[index] ^ other.positive.words[index])
      sum += both.nonzeroBitCount - 2 * unlike.nonzeroBitCount
    }
    return sum
  }
}
