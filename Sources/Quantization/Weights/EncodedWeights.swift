public import Arithmetic
public import Tensors

/// The weights of a layer as they lie in memory: codes, and what groups of them share.
///
/// `real = decode(code) * 2^exponent of the group * scale of the channel`.
public struct EncodedWeights: Hashable, Sendable {
  /// The format of the codes.
  public let format: NumberFormat
  /// Which codes share.
  public let groups: WeightGroups
  /// The codes, OHWI.
  public let codes: [UInt32]
  /// The power of two that each group multiplies its values by; 0 where the format shares none.
  public let exponents: [Int]
  /// The real scale of each output channel; 1 where groups share powers of two.
  public let scales: [Double]
  /// The codebook of each group; empty for other formats.
  public let codebooks: [Codebook]

  /// Codes with what they share.
  ///
  /// - Precondition: a code for each weight, an exponent for each group, a scale for each channel and, of
  ///   codebook formats, a codebook for each group.
  public init(
    format: NumberFormat, groups: WeightGroups, codes: [UInt32], exponents: [Int],
    scales: [Double], codebooks: [Codebook]
  ) {
    precondition(codes.count == groups.channels * groups.depth, "a code for each weight")
    precondition(exponents.count == groups.ranges.count, "an exponent for each group")
    precondition(scales.count == groups.channels, "a scale for each channel")
    self.format = format
    self.groups = groups
    self.codes = codes
    self.exponents = exponents
    self.scales = scales
    self.codebooks = codebooks
  }

  /// What they take in memory.
  public var storage: StoredBits { groups.storage(of: format) }

  /// How often each code occurs, from code 0.
  public var codeCounts: [Int] {
    var counts = [Int](repeating: 0, count: 1 << format.bits)
    for code in codes { counts[Int(code)] += 1 }
    return counts
  }

  /// The exact value of each weight, without the scale of its channel.
  public func values() -> [DecodedValue] {
    var values: [DecodedValue] = []
    values.reserveCapacity(codes.count)
    for (group, range) in groups.ranges.enumerated() {
      let codebook = codebooks.isEmpty ? nil : codebooks[group]
      // Codes of few bits recur: each is decoded once.
      let table =
        format.bits <= 8 && range.count > 1 << format.bits
        ? (0..<UInt32(1) << UInt32(format.bits)).map { format.decode($0, codebook: codebook) } : []
      for code in codes[range] {
        let value = table.isEmpty ? format.decode(code, codebook: codebook) : table[Int(code)]
        guard case .finite(let significand, let exponent) = value else {
          values.append(value)
          continue
        }
        values.append(.exact(significand, exponent + exponents[group]))
      }
    }
    return values
  }
}

extension EncodedWeights {
  /// The codes of some weights: nearest, with shared scales by the rules of `WeightEncoder`.
  ///
  /// The same weights always give the same codes, so a scheme says the format only. In a network scales are
  /// widened where the bias of a channel would else not fit 31 bits.
  ///
  /// - Parameters:
  ///   - calibrator: how ranges are chosen where the format has one: `mse` by the least squared error;
  ///     `percentile` and, of evenly spaced codes, `kl` cut off; else the largest magnitude is kept.
  ///   - codebook: how centroids are found.
  /// - Shapes: weights OHWI or [outputs, inputs].
  /// - Precondition: `format.isForWeights`, and finite weights.
  public init(
    _ weights: Tensor<Float>, format: NumberFormat, granularity: Granularity,
    calibrator: Calibrator = .minmax, codebook: CodebookFit = .kmeans
  ) {
    let groups = WeightGroups(shape: weights.shape, format: format, granularity: granularity)
    self = WeightEncoder(
      format: format, calibrator: calibrator, codebook: codebook,
      floors: [Double](repeating: 0, count: groups.channels)
    ).encoded(weights.elements, groups)
  }
}
