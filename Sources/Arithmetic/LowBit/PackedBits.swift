/// A row of bits, 64 to a word: one plane of a low-bit vector.
public struct PackedBits: Hashable, Sendable {
  /// The bits, the first in the lowest place of the first word; places behind the last bit are 0.
  public let words: [UInt64]
  /// How many bits there are.
  public let count: Int

  /// The bits of a list.
  public init(_ bits: some Collection<Bool>) {
    var words = [UInt64](repeating: 0, count: (bits.count + 63) / 64)
    for (index, bit) in bits.enumerated() where bit { words[index / 64] |= 1 << (index % 64) }
    self.words = words
    count = bits.count
  }

  /// How many places have a 1 in both rows.
  ///
  /// - Precondition: both have the same count.
  @inlinable
  public func countAnd(_ other: PackedBits) -> Int {
    precondition(count == other.count, "rows of bits have the same length")
    var sum = 0
    for index in words.indices { sum += (words[index] & other.words[index]).nonzeroBitCount }
    return sum
  }

  /// How many places differ.
  ///
  /// - Precondition: both have the same count.
  @inlinable
  public func countXor(_ other: PackedBits) -> Int {
    precondition(count == other.count, "rows of bits have the same length")
    var sum = 0
    for index in words.indices { sum += (words[index] ^ other.words[index]).nonzeroBitCount }
    return sum
  }
}
