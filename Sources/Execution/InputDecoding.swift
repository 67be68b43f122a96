internal import Arithmetic
internal import Networks

/// The integers that a layer of products reads where its input's codes are places in an order of values.
///
/// `real = integer * quantization.scale`, zero point 0: from there on the layer is one of fixed point.
struct InputDecoding: Sendable {
  /// The lowest code.
  let lowest: Int
  /// The integer of each code, lowest first.
  let integers: [Int64]
  /// From the lowest to the highest integer, zero inside: products with padding are zero.
  let range: ClosedRange<Int>
  /// The quantization of the integers.
  let quantization: ActivationQuantization
  /// The stored bits of each code, lowest first, and their number.
  let patterns: [UInt32]
  let bits: Int
  /// The integers where all fit 32 bits; else empty.
  let words: [Int32]

  /// The integers of a quantization; nil where its codes are integers themselves.
  ///
  /// - Throws: where they take more than 62 bits.
  init?(_ input: ActivationQuantization, layer: String) throws(ExecutionError) {
    guard input.format.hasRanks else { return nil }
    guard let integers = input.decodedIntegers else {
      throw ExecutionError(
        layer: layer, reason: .unsupported("a product of \(input.format) activations"))
    }
    self.integers = integers
    lowest = input.codes.lowerBound
    range = Int(min(0, integers.min() ?? 0))...Int(max(0, integers.max() ?? 0))
    quantization = ActivationQuantization(
      format: .dynamicFixedPoint(
        IntegerFormat(
          bits: max(2, AccumulatorBound.bits(range.lowerBound, range.upperBound)), isSigned: true)),
      scale: input.integerScale, zeroPoint: 0)
    patterns = input.codes.map { input.format.pattern(ofRank: $0) }
    bits = input.format.bits
    let words = integers.compactMap { Int32(exactly: $0) }
    self.words = words.count == integers.count ? words : []
  }

  /// The integer of a code.
  func integer(_ code: Int) -> Int { Int(integers[code - lowest]) }

  /// Writes the integers of stored codes.
  func decode(
    _ codes: StoredCodes, to target: UnsafeMutablePointer<Int32>, count: Int
  ) {
    decode(codes, words, to: target, count: count)
  }

  /// Writes the integers of stored codes in 64 bits.
  func decode(
    _ codes: StoredCodes, to target: UnsafeMutablePointer<Int64>, count: Int
  ) {
    decode(codes, integers, to: target, count: count)
  }

  private func decode<Element>(
    _ codes: StoredCodes, _ table: [Element], to target: UnsafeMutablePointer<Element>, count: Int
  ) {
    table.withUnsafeBufferPointer { table in
      switch codes {
      case .bytes(let bytes, let first):
        let offset = Int(first) - lowest
        for index in 0..<count { target[index] = table[Int(bytes[index]) + offset] }
      case .words(let words):
        for index in 0..<count { target[index] = table[Int(words[index]) - lowest] }
      }
    }
  }
}
