import Arithmetic
import Networks
import Quantization
import Statistics
import Tensors
import Testing

@Suite struct CodebookFitTests {
  private static let weights = Tensor(
    shape: Shape([8, 500]), elements: GaussianSource.numbers(count: 4000, deviation: 0.1, seed: 4))

  private func error(
    _ bits: Int, _ fit: CodebookFit, _ granularity: Granularity = .tensor
  ) -> Double {
    let encoded = EncodedWeights(
      Self.weights, format: .codebook(CodebookFormat(indexBits: bits, centroidBits: 16)),
      granularity: granularity, codebook: fit)
    return zip(encoded.values(), Self.weights.elements).reduce(0) { sum, pair in
      let difference = pair.0.double - Double(pair.1)
      return sum + difference * difference
    }
  }

  @Test("k-means has the least error, the others are near it on Gaussian weights")
  func errors() {
    for bits in [2, 3, 4] {
      let best = error(bits, .kmeans)
      for fit in [CodebookFit.gaussian, .lloydMax] {
        let other = error(bits, fit)
        #expect(best <= other * (1 + 1e-3))
        #expect(other < best * 1.15)
      }
      #expect(error(bits, .kmeans, .channel) < best)
    }
  }

  @Test("the centroids of Lloyd-Max are those of a Gaussian")
  func lloydMax() throws {
    let encoded = EncodedWeights(
      Self.weights, format: .codebook(CodebookFormat(indexBits: 2, centroidBits: 16)),
      granularity: .tensor, codebook: .lloydMax)
    let numbers = WeightedValues(Self.weights.elements)
    let levels = GaussianQuantizer.lloydMax(levels: 4)
      .levels(mean: numbers.mean, deviation: numbers.deviation)
    let book = try #require(encoded.codebooks.first)
    for (centroid, level) in zip(book.centroids, levels) {
      let real = Double(centroid) * Double(sign: .plus, exponent: book.exponent, significand: 1)
      #expect(abs(real - level) < 1e-4)
    }
  }

  @Test("a scheme and its layers choose the fit", arguments: CodebookFit.allCases)
  func scheme(fit: CodebookFit) throws {
    let network = SmallNetworks.connected(Self.weights.elements, outputs: 8)
    let expected = DecodedWeightsOf(fit)
    var scheme = QuantizationScheme(weights: try NumberFormat(spelling: "kmeans3"))
    scheme.codebook = fit
    func integers(_ scheme: QuantizationScheme) throws -> [Int32] {
      let quantized = try Quantizer(network.verified(), scheme: scheme, observations: [])
        .quantized()
      return try #require(quantized.firstLinear).weights.elements
    }
    #expect(try integers(scheme) == expected.integers)
    scheme.codebook = fit == .kmeans ? .gaussian : .kmeans
    scheme.layers["fc"] = LayerScheme()
    scheme.layers["fc"]?.codebook = fit
    #expect(try integers(scheme) == expected.integers)
    scheme.replaceCodebook(with: .lloydMax)
    #expect(scheme.layers["fc"]?.codebook == nil && scheme.codebook == .lloydMax)
  }

  /// What the weights decode to per channel, by a fit.
  private struct DecodedWeightsOf {
    let integers: [Int32]
    init(_ fit: CodebookFit) {
      let encoded = EncodedWeights(
        CodebookFitTests.weights, format: .codebook(CodebookFormat(indexBits: 3)),
        granularity: .channel, codebook: fit)
      integers = (try? DecodedWeights(encoded).integers) ?? []
    }
  }

  @Test("equal weights make one centroid", arguments: CodebookFit.allCases)
  func constant(fit: CodebookFit) {
    let encoded = EncodedWeights(
      Tensor(shape: Shape([1, 4]), elements: [0.5, 0.5, 0.5, 0.5]),
      format: .codebook(CodebookFormat(indexBits: 2)), granularity: .tensor, codebook: fit)
    #expect(encoded.values().map(\.double) == [0.5, 0.5, 0.5, 0.5])
    #expect(encoded.codeCounts == [4, 0, 0, 0])
  }
}
