internal import Arithmetic
internal import Statistics

/// Codes of weights in any format, without retraining; the same weights always give the same codes.
///
/// | format | what is shared | codes |
/// |---|---|---|
/// | fixed point, minifloat, power of two | least 2^k that does not saturate | nearest |
/// | microscaling | the scale of OCP's specification | nearest |
/// | codebook | 1-D k-means, in fixed point | nearest centroid |
/// | binary | the mean magnitude | the sign, zero is +1 |
/// | ternary | the mean of the magnitudes above 0.7 times the mean magnitude | 0 up to there |
///
/// With `mse`, powers of two up to 3 smaller and one larger are tried too, and ternary weights have the threshold
/// of least squared error; k-means and binary have it anyhow.
///
/// - Source: binary: Rastegari et al., XNOR-Net, ECCV 2016, section 3.1; ternary: Li, Zhang and Liu, Ternary
///   weight networks, arXiv 1605.04711, section 2.2; k-means: Wang and Song, Ckmeans.1d.dp, 2011.
struct WeightEncoder {
  /// The format of the codes.
  let format: NumberFormat
  /// `mse` looks for the least squared error, all others take the largest magnitude.
  let calibrator: Calibrator
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
        let codebook = Self.codebook(own, table, floor: floor)
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
    let largest = weights.reduce(floor) { max($0, abs(Double($1))) }
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

  /// The centroids of k-means in fixed point.
  private static func codebook(
    _ weights: ArraySlice<Float>, _ format: CodebookFormat, floor: Double
  ) -> Codebook {
    let clustering = ScalarClustering.optimal(of: WeightedValues(weights), count: format.entries)
    let centroids = clustering.centroids.isEmpty ? [0] : clustering.centroids
    let largest = centroids.reduce(floor) { max($0, abs($1)) }
    let exponent = NumberFormat.dynamicFixedPoint(format.centroid).exponent(holding: largest)
    let step = Double(sign: .plus, exponent: -exponent, significand: 1)
    let integers = Set(centroids.map { Int32(($0 * step).rounded(.toNearestOrEven)) })
    return Codebook(format: format, centroids: integers.sorted(), exponent: exponent)
  }
}
