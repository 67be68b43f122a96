import Arithmetic
import Execution
import Networks
import Quantization
import TestRandomness
import Testing

@Suite struct BiasCorrectionNetworkTests {
  private static let samples: [[Float]] = {
    var random = SeededGenerator(seed: 2)
    return (0..<200).map { _ in random.floats(40).map { $0 + 1 } }
  }()

  /// The mean error of each output over the samples of the calibration.
  private func meanErrors(
    _ network: Network, _ scheme: QuantizationScheme
  ) throws -> [Double] {
    let quantized = try SmallNetworks.quantizer(network, scheme: scheme, samples: Self.samples)
      .quantized()
    let float = try FloatExecutor(network.verified())
    let integer = try IntegerExecutor(quantized, arithmetic: ArithmeticSpec())
    var sums = [Double](repeating: 0, count: 5)
    for sample in Self.samples {
      let codes = sample.map { Int32(quantized.quantizations[0].code(Double($0))) }
      let outputs = integer.trace(codes) { _ in }
      for (index, exact) in float.output(sample).enumerated() {
        sums[index] += quantized.quantizations[1].real(Int(outputs[index])) - Double(exact)
      }
    }
    return sums.map { $0 / Double(Self.samples.count) }
  }

  private func network(bias: [Float]?) -> Network {
    var random = SeededGenerator(seed: 1)
    return SmallNetworks.connected(random.floats(200), outputs: 5, bias: bias)
  }

  @Test(
    "the mean error of every output goes away, with a bias before or without",
    arguments: ["int3", "int4", "fixed4", "kmeans2", "ternary"])
  func corrected(weights: String) throws {
    for bias in [nil, [0.5, -1, 2, 0, 0.1] as [Float]] {
      let network = network(bias: bias)
      var scheme = QuantizationScheme(
        weights: try NumberFormat(spelling: weights),
        activations: try NumberFormat(spelling: "int16"))
      let before = try meanErrors(network, scheme)
      scheme.biasCorrection = true
      let after = try meanErrors(network, scheme)
      let largest = before.map(abs).max() ?? 0
      #expect(largest > 0.1)
      #expect(after.allSatisfy { abs($0) < 0.002 })
    }
  }

  @Test("a layer chooses for itself, and means in the scheme need no samples")
  func ownChoice() throws {
    let network = network(bias: nil)
    var scheme = QuantizationScheme(weights: try NumberFormat(spelling: "int4"))
    let plain = try SmallNetworks.quantizer(network, scheme: scheme, samples: Self.samples)
    scheme.biasCorrection = true
    scheme.layers["fc"] = LayerScheme()
    scheme.layers["fc"]?.biasCorrection = false
    #expect(
      try SmallNetworks.quantizer(network, scheme: scheme, samples: Self.samples).quantized()
        == plain.quantized())
    #expect(!scheme.needsInputMeans(of: "fc") && scheme.calibrationDetail == .channelMeans)
    scheme.layers["fc"]?.biasCorrection = nil
    scheme.layers["fc"]?.inputMeans = [Double](repeating: 1, count: 40)
    let quantized = try Quantizer(network.verified(), scheme: scheme, observations: []).quantized()
    #expect(quantized.firstLinear?.bias != nil)
  }

  @Test("means that are missing or too many are told")
  func errors() throws {
    let network = try network(bias: nil).verified()
    var scheme = QuantizationScheme()
    scheme.biasCorrection = true
    func message() -> String? {
      #expect(throws: QuantizationError.self) {
        try Quantizer(network, scheme: scheme, observations: []).quantized()
      }?.description
    }
    #expect(
      message()
        == "layer 'fc': the scheme needs the means of its inputs, which calibration did not look at; "
        + "calibrate with this scheme, or take one that widthwise quantize wrote")
    scheme.layers["fc"] = LayerScheme()
    scheme.layers["fc"]?.inputMeans = [1, 2]
    #expect(
      message()
        == "scheme: layer 'fc' has 2 input means, its input 40 channels; run widthwise quantize again"
    )
  }
}
