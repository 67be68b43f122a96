internal import Networks
internal import Quantities
internal import Statistics
internal import Tensors

extension QuantizedOperation {
  /// The weight codes in a Huffman code of their own, without the table of the code; nil without weights.
  ///
  /// - Source: S. Han et al., Deep Compression, ICLR 2016, section 4.
  var huffman: Bits? {
    let counts: [[Int]]
    switch self {
    case .linear(let linear):
      guard let encoding = linear.encoding else {
        counts = [Self.counts(linear.storedWeights)]
        break
      }
      counts = encoding.codeCounts.isEmpty ? [] : [encoding.codeCounts]
    case .lstm(let lstm):
      let gates = [lstm.inputGate, lstm.forgetGate, lstm.cellGate, lstm.outputGate]
      counts = [
        Self.counts(gates.flatMap { $0.inputWeights.elements + $0.hiddenWeights.elements })
      ]
    case .svdf(let filter):
      counts = [Self.counts(filter.weights.elements), Self.counts(filter.timeWeights.elements)]
    case .matrixProduct, .pool, .binary, .table, .thresholds, .requantize, .leakyRelu, .quantize,
      .dequantize, .float, .dynamicQuantize, .dynamicScale, .dynamicZeroPoint, .concatenation,
      .pad, .slice, .reshape, .transpose, .softmax, .constant:
      counts = []
    }
    guard !counts.isEmpty else { return nil }
    return Bits(counts.reduce(0) { $0 + HuffmanCode(counts: $1).totalBits })
  }

  /// How often each integer occurs, from the smallest to the largest.
  private static func counts(_ codes: some Collection<Int32>) -> [Int] {
    guard let low = codes.min(), let high = codes.max() else { return [] }
    // Weights have 16 bits at most; wider integers are not counted one by one.
    guard Int(high) - Int(low) < 1 << 20 else { return [] }
    var counts = [Int](repeating: 0, count: Int(high) - Int(low) + 1)
    for code in codes { counts[Int(code) - Int(low)] += 1 }
    return counts
  }
}
