internal import Arithmetic
internal import Statistics

/// Codes of weights in any format, without retraining; the same weights always give the same codes.
///
/// | format | what is shared | codes |
/// |---|---|---|
/// | fixed point, minifloat, power of two | least 2^k that does not saturate | nearest |
/// | microscaling | the scale of OCP's specification | nearest |
/// | codebook | centroids as `CodebookFit` finds them, in fixed point | nearest centroid |
/// | binary | the mean magnitude | the sign, zero is +1 |
/// | ternary | the mean of the magnitudes above 0.7 times the mean magnitude | 0 up to there |
///
/// With `mse`, powers of two up to 3 smaller and one larger are tried too, and ternary weights have the threshold
/// of least squared error; k-means and binary have it anyhow. `percentile` holds the largest magnitude but for
/// the share that it cuts off, and `kl` the threshold of least divergence where codes are evenly spaced.
///
/// - Source: binary: Rastegari et al., XNOR-Net, ECCV 2016, section 3.1; ternary: Li, Zhang and Liu, Ternary
///   weight networks, arXiv 1605.04711, section 2.2; k-means: Wang and Song, Ckmeans.1d.dp, 2011.
struct WeightEncoder {
  /// The format of the codes.
  let format: NumberFormat
  /// How ranges are chosen.
  let calibrator: Calibrator
  /// How centroids are found.
  let codebook: CodebookFit
  /// The magnitude that the scale of each channel has to hold whatever its weights are.
  let floors: [Double]

  /// The codes of some weights.
  func encoded(_ weights: [Float], _ groups: WeightGroups) -> EncodedWeights {
    var codes: [UInt32] = []
    codes.reserveCapacity(weights.count)
    var exponents: [Int] = []
    var scales = [Double](repeating: 1, count: groups.channels)
    var codebooks: [Codebook] = []
    for range in groups.ranges {
      let own = weights[range]
      let channel = groups.channel(of: range)
      let floor = groups.isTensor ? floors.max() ?? 0 : floors[channel]
      switch format {
      case .bipolar, .ternary:
        let level = format == .bipolar ? BinaryLevels.sign(own) : ternary(own)
        let least = QuantizerRules.stored(max(level.scale, floor))
        let scale = least > 0 ? least : 1
        for channel in groups.isTensor ? 0..<groups.channels : channel..<channel + 1 {
          scales[channel] = scale
        }
        codes += own.map { level.code(Double($0)) }
        exponents.append(0)
      case .codebook(let table):
        let codebook = Self.table(centroids(own, table.entries), table, floor: floor)
        codebooks.append(codebook)
        codes += own.map { codebook.encode(Double($0)) }
        exponents.append(0)
      case .affine, .fixedPoint, .dynamicFixedPoint, .minifloat, .microscaling, .powerOfTwo,
        .float32:
        let exponent = exponent(own, floor: floor)
        exponents.append(exponent)
        codes += self.codes(own, exponent)
      }
    }
    return EncodedWeights(
      format: format, groups: groups, codes: codes, exponents: exponents, scales: scales,
      codebooks: codebooks)
  }

  private func ternary(_ weights: ArraySlice<Float>) -> BinaryLevels {
    calibrator == .mse ? .leastSquares(weights) : .thresholded(weights)
  }

  private func codes(_ weights: ArraySlice<Float>, _ exponent: Int) -> [UInt32] {
    let factor = Double(sign: .plus, exponent: -exponent, significand: 1)
    return weights.map { format.encode(Double($0) * factor) }
  }

  /// The shared exponent of a group.
  private func exponent(_ weights: ArraySlice<Float>, floor: Double) -> Int {
    let largest = max(floor, kept(weights))
    let own: Int
    if case .microscaling(let blocks) = format {
      own = Int(blocks.scale(largest: largest)) - 127
    } else if format.sharedScale == .none {
      return 0
    } else {
      own = format.exponent(holding: largest)
    }
    guard calibrator == .mse, largest > floor else { return own }
    var best = (error: Double.infinity, exponent: own)
    for offset in [0, 1, -1, -2, -3] where (-127...127).contains(own + offset) {
      let factor = Double(sign: .plus, exponent: own + offset, significand: 1)
      let error = zip(weights, codes(weights, own + offset)).reduce(0.0) { sum, pair in
        let difference = Double(pair.0) - format.decode(pair.1).double * factor
        return sum + difference * difference
      }
      if error < best.error { best = (error, own + offset) }
    }
    return best.exponent
  }

  /// The magnitude that codes have to hold.
  private func kept(_ weights: ArraySlice<Float>) -> Double {
    let largest = weights.reduce(0) { max($0, abs(Double($1))) }
    switch calibrator {
    case .minmax, .mse: return largest
    case .percentile, .kl:
      // Divergence is that of a grid of levels, which codes with exponents do not have.
      guard largest > 0, calibrator == .percentile || format.isEvenlySpaced else { return largest }
      let grid = CodeGrid(bits: max(2, format.bits), form: .symmetric)
      return calibrator.clipping.range(of: WeightedValues(weights), grid: grid).upperBound
    }
  }

  /// The real centroids of some weights; at least one.
  private func centroids(_ weights: ArraySlice<Float>, _ count: Int) -> [Double] {
    let numbers = WeightedValues(weights)
    let centroids: [Double]
    switch codebook {
    case .kmeans: centroids = ScalarClustering.optimal(of: numbers, count: count).centroids
    case .gaussian:
      let seeds = ScalarClustering.Seeding.gaussian.centroids(for: numbers, count: count)
      centroids = ScalarClustering.lloyd(of: numbers, seeding: seeds).clustering.centroids
    case .lloydMax:
      centroids = GaussianQuantizer.lloydMax(levels: count)
        .levels(mean: numbers.mean, deviation: numbers.deviation)
    }
    return centroids.isEmpty ? [0] : centroids
  }

  /// Centroids in fixed point.
  private static func table(
    _ centroids: [Double], _ format: CodebookFormat, floor: Double
  ) -> Codebook {
    let largest = centroids.reduce(floor) { max($0, abs($1)) }
    let exponent = NumberFormat.dynamicFixedPoint(format.centroid).exponent(holding: largest)
    let step = Double(sign: .plus, exponent: -exponent, significand: 1)
    let integers = Set(centroids.map { Int32(($0 * step).rounded(.toNearestOrEven)) })
    return Codebook(format: format, centroids: integers.sorted(), exponent: exponent)
  }
}

extension NumberFormat {
  /// Whether neighbouring codes are equally far apart.
  fileprivate var isEvenlySpaced: Bool {
    switch self {
    case .affine, .fixedPoint, .dynamicFixedPoint: true
    case .minifloat, .microscaling, .powerOfTwo, .codebook, .bipolar, .ternary, .float32: false
    }
  }
}
