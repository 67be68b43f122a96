import Arithmetic
import Quantization
import Tensors
import TestRandomness
import Testing

@Suite struct EncodedWeightsTests {
  static let spellings = [
    "dfp4", "dfp8", "fixed6.4", "fp8-e4m3", "fp6-e3m2", "fp6-e2m3", "fp4-e2m1",
    "fp-e3m4", "mxint8", "mxfp8-e4m3", "mxfp6-e2m3", "mxfp4", "mxfp4-b16", "pow2-4", "pow2-3",
    "kmeans4", "kmeans2.6", "binary", "ternary",
  ]

  static func weights(_ extents: [Int], seed: UInt64) -> Tensor<Float> {
    var random = SeededGenerator(seed: seed)
    let shape = Shape(extents)
    // Channels of different sizes, a channel of zeros among them.
    let depth = shape.count / extents[0]
    let elements = random.floats(shape.count).enumerated().map { index, value in
      let channel = index / depth
      return channel == 2 ? 0 : value * value * value * (channel == 1 ? 0.01 : 3)
    }
    return Tensor(shape: shape, elements: elements)
  }

  @Test("an integer times its scale is the exact value of the code", arguments: spellings)
  func decoding(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    for (seed, granularity) in [Granularity.tensor, .channel].enumerated() {
      let weights = Self.weights([4, 2, 3, 40], seed: UInt64(seed))
      let encoded = EncodedWeights(weights, format: format, granularity: granularity)
      let decoded = try DecodedWeights(encoded)
      let values = encoded.values()
      for (index, value) in values.enumerated() {
        let channel = index / encoded.groups.depth
        #expect(value.isFinite)
        #expect(
          Double(decoded.integers[index]) * decoded.scales[channel]
            == value.double * encoded.scales[channel])
        #expect(
          (decoded.format.lowest...decoded.format.highest).contains(
            Int(decoded.integers[index])))
      }
      if granularity == .tensor, !encoded.groups.areBlocks {
        #expect(Set(decoded.scales).count == 1)
      }
    }
  }

  @Test("every code is the nearest value that its group has", arguments: spellings)
  func nearest(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    // Ternary weights have a threshold of their own; MX's int8 never takes -128.
    guard format != .ternary else { return }
    let weights = Self.weights([3, 1, 2, 40], seed: 9)
    let encoded = EncodedWeights(weights, format: format, granularity: .channel)
    let values = encoded.values()
    for (group, range) in encoded.groups.ranges.enumerated() {
      let factor =
        Double(sign: .plus, exponent: encoded.exponents[group], significand: 1)
        * encoded.scales[encoded.groups.channel(of: range)]
      let levels = format.finiteValues(
        codebook: encoded.codebooks.isEmpty ? nil : encoded.codebooks[group]
      ).filter { spelling != "mxint8" || $0 > -2 }.map { $0 * factor }
      for index in range {
        let weight = Double(weights.elements[index])
        let error = abs(
          values[index].double * encoded.scales[encoded.groups.channel(of: range)] - weight)
        let least = levels.reduce(Double.infinity) { min($0, abs($1 - weight)) }
        #expect(error <= least * (1 + 1e-12))
      }
    }
  }

  @Test(
    "storage by hand",
    arguments: [
      // 4 channels of 2 x 3 x 40: 960 weights, 24 rows of 40.
      ("dfp4", Granularity.channel, 3840, 0, 0),
      ("dfp4", .group(32), 3840, 24 * 2 * 8, 0),
      ("fp8-e4m3", .group(16), 7680, 24 * 3 * 8, 0),
      ("mxfp4", .channel, 3840, 24 * 2 * 8, 0),
      ("mxfp6-e2m3-b8", .tensor, 5760, 24 * 5 * 8, 0),
      ("pow2-4", .tensor, 3840, 0, 0),
      ("kmeans4", .tensor, 3840, 0, 16 * 8),
      ("kmeans4", .channel, 3840, 0, 4 * 16 * 8),
      ("kmeans3.12", .channel, 2880, 0, 4 * 8 * 12),
      ("binary", .channel, 960, 0, 0), ("ternary", .tensor, 1920, 0, 0),
      ("int4", .channel, 3840, 0, 0),
    ])
  func storage(_ row: (String, Granularity, Int, Int, Int)) throws {
    let format = try NumberFormat(spelling: row.0)
    let stored = format.weightStorage(shape: Shape([4, 2, 3, 40]), granularity: row.1)
    #expect(stored == StoredBits(elements: row.2, scales: row.3, codebooks: row.4))
  }

  @Test("blocks of depthwise weights lie along the kernel")
  func depthwise() throws {
    let stored = try NumberFormat(spelling: "mxfp4").weightStorage(
      shape: Shape([5, 3, 3, 1]), granularity: .channel)
    #expect(stored == StoredBits(elements: 45 * 4, scales: 5 * 8, codebooks: 0))
  }

  @Test("binary, ternary, powers of two and a codebook by hand")
  func byHand() throws {
    let weights = Tensor(shape: Shape([1, 4]), elements: [Float(1), -0.5, 0.25, 0])
    func encoded(_ spelling: String) throws -> EncodedWeights {
      EncodedWeights(
        weights, format: try NumberFormat(spelling: spelling), granularity: .channel)
    }
    let binary = try encoded("binary")
    #expect(binary.codes == [1, 0, 1, 1] && binary.scales == [0.4375])
    // 0.7 times the mean of 0.4375 is 0.30625: two weights stay, their mean is 0.75.
    let ternary = try encoded("ternary")
    #expect(ternary.codes == [1, 3, 0, 0] && ternary.scales == [0.75])
    // 64 * 2^-6 is 1.
    let power = try encoded("pow2-4")
    #expect(power.exponents == [-6])
    #expect(power.values().map(\.double) == [1, -0.5, 0.25, 0])
    #expect(try DecodedWeights(power).integers == [4, -2, 1, 0])
    let codebook = try encoded("kmeans2")
    #expect(codebook.codebooks[0].centroids == [-32, 0, 16, 64])
    #expect(codebook.codes == [3, 0, 2, 1])
  }

  @Test("mse never has a larger error", arguments: spellings)
  func leastSquares(spelling: String) throws {
    let format = try NumberFormat(spelling: spelling)
    let weights = Self.weights([4, 1, 1, 100], seed: 3)
    func error(_ calibrator: Calibrator) -> Double {
      let encoded = EncodedWeights(
        weights, format: format, granularity: .channel, calibrator: calibrator)
      return zip(encoded.values(), weights.elements).enumerated().reduce(0) { sum, pair in
        let scale = encoded.scales[pair.offset / encoded.groups.depth]
        let difference = pair.element.0.double * scale - Double(pair.element.1)
        return sum + difference * difference
      }
    }
    #expect(error(.mse) <= error(.minmax) * (1 + 1e-12))
  }

  @Test("weights whose integers need more than 32 bits are refused")
  func tooWide() throws {
    let weights = Tensor(shape: Shape([1, 2]), elements: [Float(1), 1e-9])
    let encoded = EncodedWeights(
      weights, format: try NumberFormat(spelling: "bf16"), granularity: .channel)
    #expect(throws: DecodedWeights.Refusal.self) { try DecodedWeights(encoded) }
  }

  @Test("spellings of granularities")
  func granularities() {
    for granularity in Granularity.allCases + [.group(32), .group(2)] {
      #expect(Granularity(rawValue: granularity.rawValue) == granularity)
    }
    for wrong in ["group", "group1", "group032", "group2000", "groups", "Tensor"] {
      #expect(Granularity(rawValue: wrong) == nil)
    }
  }
}
