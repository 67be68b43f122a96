import Arithmetic
import Execution
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

/// Layers with encoded weights against sums of decoded codes, one product at a time.
@Suite struct EncodedExecutionTests {
  struct Case: CustomTestStringConvertible {
    let spelling: String
    let granularity: Granularity
    var testDescription: String { "\(spelling) per \(granularity.rawValue)" }
  }

  static let cases =
    EncodedWeightsTests.spellings.flatMap { spelling in
      [Granularity.tensor, .channel].map { Case(spelling: spelling, granularity: $0) }
    }
    + ["dfp4", "fixed6", "fp8-e4m3", "fp4-e2m1", "pow2-4"].flatMap { spelling in
      [Granularity.group(32), .group(4)].map { Case(spelling: spelling, granularity: $0) }
    }

  private static func network(
    groups: Int, seed: UInt64
  ) -> (network: Network, layer: Convolution) {
    var random = SeededGenerator(seed: seed)
    var layer = Convolution(
      inputChannels: 36, outputChannels: groups == 1 ? 5 : 36, groups: groups,
      window: WindowGeometry(
        height: 4, width: 3, kernelHeight: 3, kernelWidth: 2, strideX: 1, padTop: 1,
        padBottom: 1, padRight: 1))
    layer.weights = EncodedWeightsTests.weights(layer.weightShape.extents, seed: seed &+ 40)
    layer.bias = random.floats(layer.outputChannels).map { $0 * 0.3 }
    return (SmallNetworks.single(.convolution(layer), Shape([1, 36, 4, 3])), layer)
  }

  /// The sum of one output in units of `2^unit` of the weights: exact, since no sum takes 53 bits.
  private static func sum(
    _ layer: Convolution, _ values: [DecodedValue], _ codes: [Int32], zero: Int, _ y: Int, _ x: Int,
    _ channel: Int
  ) -> Double {
    let window = layer.window
    let perGroup = layer.inputChannels / layer.groups
    let first = channel / (layer.outputChannels / layer.groups) * perGroup
    var sum = 0.0
    for ky in 0..<window.kernelHeight {
      for kx in 0..<window.kernelWidth {
        let (row, column) = (y + ky - window.padTop, x + kx - window.padLeft)
        guard (0..<window.height).contains(row), (0..<window.width).contains(column) else {
          continue
        }
        for c in 0..<perGroup {
          let place =
            ((channel * window.kernelHeight + ky) * window.kernelWidth + kx) * perGroup + c
          let code = codes[(row * window.width + column) * layer.inputChannels + first + c]
          sum += values[place].double * Double(Int(code) - zero)
        }
      }
    }
    return sum
  }

  @Test("the engine's sums are those of the decoded codes", arguments: cases)
  func sums(_ row: Case) throws {
    let format = try NumberFormat(spelling: row.spelling)
    for (index, groups) in [1, 36].enumerated() {
      let (network, layer) = Self.network(groups: groups, seed: UInt64(index))
      var random = SeededGenerator(seed: 77)
      let sample = random.floats(36 * 12)
      let quantized = try SmallNetworks.quantizer(
        network,
        scheme: QuantizationScheme(weights: format, granularity: row.granularity),
        samples: [sample]
      ).quantized()
      let linear = try #require(quantized.firstLinear)
      let weights = try #require(layer.weights)
      let encoded = EncodedWeights(weights, format: format, granularity: row.granularity)
      #expect(linear.encoding?.storage == encoded.storage)
      let values = encoded.values()
      let input = quantized.quantizations[0]
      for observation in IntegerExecutor.Observation.allCases {
        let executor = try IntegerExecutor(
          quantized, arithmetic: ArithmeticSpec(accumulator: .unlimited),
          observation: observation)
        var traces: [IntegerExecutor.LayerTrace] = []
        _ = executor.trace(sample.map { Int32(input.code(Double($0))) }) { traces.append($0) }
        let trace = try #require(traces.first)
        let contents = try #require(trace.contents)
        let outputs = layer.outputChannels
        for (place, content) in contents.enumerated() {
          let channel = place % outputs
          let (y, x) = (place / outputs).quotientAndRemainder(
            dividingBy: layer.window.outputWidth)
          let sum = Self.sum(
            layer, values, trace.inputs[0], zero: input.zeroPoint, y, x, channel)
          // Both sides are exact; the real scale of signs is left out of both.
          let unit = format.sharedScale == .real ? 1 : linear.weightScales[channel]
          let bias = linear.bias?[channel] ?? 0
          #expect(Double(Int(content) - bias) * unit == sum)
        }
      }
    }
  }

  @Test("the bias is added in the unit of its channel")
  func bias() throws {
    let format = try NumberFormat(spelling: "kmeans4")
    let network = SmallNetworks.connected([1, 0.5, -0.25, 1], outputs: 2, bias: [0.5, -1])
    let quantized = try SmallNetworks.quantizer(
      network, scheme: QuantizationScheme(weights: format), samples: [[1, 1]]
    ).quantized()
    let linear = try #require(quantized.firstLinear)
    let input = quantized.quantizations[0].scale
    for (channel, bias) in [0.5, -1].enumerated() {
      let unit = input * linear.weightScales[channel]
      #expect(Double(linear.bias?[channel] ?? 0) == (bias / unit).rounded(.toNearestOrEven))
    }
  }

  @Test("a bias far beyond its weights widens their scale, and sums stay in 32 bits")
  func wideBias() throws {
    for spelling in ["kmeans4", "dfp4", "binary", "ternary", "pow2-4", "mxfp4"] {
      let network = SmallNetworks.connected([1e-12, -1e-12, 1, 0.5], outputs: 2, bias: [1000, 1])
      let quantized = try SmallNetworks.quantizer(
        network,
        scheme: QuantizationScheme(weights: try NumberFormat(spelling: spelling)),
        samples: [[1, 1]]
      ).quantized()
      let bias = try #require(quantized.firstLinear?.bias)
      #expect(bias.allSatisfy { abs($0) < 1 << 31 })
      #expect(bias[0] > 1 << 16)
    }
  }

  private func message(_ spelling: String, _ granularity: Granularity = .channel) throws -> String?
  {
    let network = try SmallNetworks.connected([1, 1e-9], outputs: 1).verified()
    let scheme = QuantizationScheme(
      weights: try NumberFormat(spelling: spelling), granularity: granularity)
    return #expect(throws: QuantizationError.self) {
      try Quantizer(network, scheme: scheme, observations: []).quantized()
    }?.description
  }

  @Test("what cannot run is refused in one line with the layer and a remedy")
  func refusals() throws {
    #expect(
      try message("bf16")
        == "layer 'fc': its weights in bf16 take 39 bits as integers of one unit, the engine takes 32; "
        + "use a format of fewer exponents such as fp8-e4m3, or int8")
    #expect(
      try message("int8", .group(32))
        == "layer 'fc': groups of weights share powers of two, which int8 does not have; "
        + "use granularity channel, or a format such as dfp8 or fp4-e2m1")
    for spelling in ["kmeans4", "mxfp4", "binary", "fp16"] {
      #expect(try message(spelling, .group(32))?.contains("share powers of two") == true)
    }
    #expect(
      try message("udfp8")
        == "layer 'fc': weights are signed with 2 to 16 bits, not udfp8; write e.g. int8 or fixed8")
    #expect(try message("fp-e8m23")?.contains("weights are signed") == true)
    var scheme = QuantizationScheme(weights: try NumberFormat(spelling: "kmeans4"))
    scheme.layers["fc"] = LayerScheme()
    scheme.layers["fc"]?.weightScales = [0.5]
    let network = try SmallNetworks.connected([1, 2], outputs: 1).verified()
    let given = #expect(throws: QuantizationError.self) {
      try Quantizer(network, scheme: scheme, observations: []).quantized()
    }
    #expect(
      given?.description
        == "scheme: layer 'fc': what kmeans4 weights share is found from the weights; "
        + "remove weightScales")
  }
}
