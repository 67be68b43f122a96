internal import Glibc

/// A prefix code of least total length for symbols whose counts are known.
///
/// Stored as the lengths alone (the canonical form): the code words follow from them.
///
/// - Source: D. A. Huffman, Proceedings of the IRE 40, 1952; storage as in S. Han et al., Deep
///   Compression, ICLR 2016, section 4.
public struct HuffmanCode: Hashable, Sendable {
  /// How often each symbol occurs.
  public let counts: [Int]
  /// The bits of each symbol: 0 for one that does not occur, 1 for one that is alone.
  public let lengths: [Int]

  /// The code of some counts.
  ///
  /// - Complexity: O(n log n): two queues of nodes, both in rising order.
  /// - Precondition: no count is negative.
  public init(counts: [Int]) {
    precondition(counts.allSatisfy { $0 >= 0 }, "counts are not negative")
    self.counts = counts
    let used = counts.indices.filter { counts[$0] > 0 }.sorted {
      (counts[$0], $0) < (counts[$1], $1)
    }
    var lengths = [Int](repeating: 0, count: counts.count)
    if used.count == 1 { lengths[used[0]] = 1 }
    if used.count > 1 {
      for (symbol, depth) in zip(used, Self.depths(used.map { counts[$0] })) {
        lengths[symbol] = depth
      }
    }
    self.lengths = lengths
  }

  /// The bits of all symbols together: `Σ count · length`.
  public var totalBits: Int { zip(counts, lengths).reduce(0) { $0 + $1.0 * $1.1 } }

  /// The bits of all symbols together that no code of single symbols can undercut: `-Σ count log2 p`.
  public var entropyBits: Double {
    let total = Double(counts.reduce(0, +))
    return counts.reduce(0) { $1 > 0 ? $0 + Double($1) * log2(total / Double($1)) : $0 }
  }

  /// The bits of the table a decoder needs: each symbol's length in as many bits as the longest takes.
  public var tableBits: Int {
    let longest = lengths.max() ?? 0
    return lengths.count * (Int.bitWidth - longest.leadingZeroBitCount)
  }

  /// The canonical code words: rising with the length, then with the symbol; 0 for an absent symbol.
  ///
  /// - Precondition: no length exceeds 63, which needs more than 10^12 symbols.
  public var words: [Int] {
    var words = [Int](repeating: 0, count: lengths.count)
    let order = lengths.indices.filter { lengths[$0] > 0 }.sorted {
      (lengths[$0], $0) < (lengths[$1], $1)
    }
    var next = 0
    var length = order.first.map { lengths[$0] } ?? 0
    for symbol in order {
      next <<= lengths[symbol] - length
      length = lengths[symbol]
      words[symbol] = next
      next += 1
    }
    return words
  }

  /// The depth of each leaf, for weights that rise.
  private static func depths(_ weights: [Int]) -> [Int] {
    let leaves = weights.count
    var nodes = weights
    var parents = [Int](repeating: 0, count: 2 * leaves - 1)
    var leaf = 0
    var inner = leaves
    func isLeafNext() -> Bool {
      leaf < leaves && (inner >= nodes.count || weights[leaf] <= nodes[inner])
    }
    for parent in leaves..<2 * leaves - 1 {
      var sum = 0
      for _ in 0..<2 {
        let isLeaf = isLeafNext()
        let child = isLeaf ? leaf : inner
        if isLeaf { leaf += 1 } else { inner += 1 }
        sum += nodes[child]
        parents[child] = parent
      }
      nodes.append(sum)
    }
    var depths = [Int](repeating: 0, count: 2 * leaves - 1)
    for node in (0..<2 * leaves - 2).reversed() { depths[node] = depths[parents[node]] + 1 }
    return Array(depths[..<leaves])
  }
}
