import Arithmetic
import Execution
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

#if canImport(Glibc)
  import Glibc
#endif

@Suite struct QuantizationSchemeTests {
  private static func samples(_ count: Int, seed: UInt64) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in random.floats(192) }
  }

  private func format(_ spelling: String) throws -> NumberFormat {
    try NumberFormat(spelling: spelling)
  }

  /// The signal-to-noise ratio in decibels of integer outputs against float ones, on the samples of
  /// the calibration, so that nothing is clipped.
  private func ratio(
    _ network: Network, _ scheme: QuantizationScheme, arithmetic: ArithmeticSpec = ArithmeticSpec()
  ) throws -> Double {
    let quantized = try SmallNetworks.quantizer(
      network, scheme: scheme, samples: Self.samples(20, seed: 1)
    ).quantized()
    let float = try FloatExecutor(network.verified())
    let integer = try IntegerExecutor(quantized, arithmetic: arithmetic)
    let input = quantized.quantizations[0]
    let output = quantized.quantizations[quantized.output]
    var signal = 0.0
    var noise = 0.0
    for sample in Self.samples(20, seed: 1) {
      let exact = float.output(sample)
      let codes = integer.trace(sample.map { Int32(input.code(Double($0))) }) { _ in }
      for (x, code) in zip(exact, codes) {
        let difference = output.real(Int(code)) - Double(x)
        signal += Double(x) * Double(x)
        noise += difference * difference
      }
    }
    return 10 * log10(signal / noise)
  }

  @Test("int8 and uint8 come within 25 dB of the float network", arguments: [1, 2, 3])
  func signalToNoise(seed: UInt64) throws {
    let network = SmallNetworks.convolutional(seed: seed)
    #expect(try ratio(network, QuantizationScheme()) > 25)
    #expect(try ratio(network, QuantizationScheme(granularity: .tensor)) > 22)
    let wide = QuantizationScheme(
      weights: try format("int16"), activations: try format("int16"))
    let wideRatio = try ratio(
      network, wide, arithmetic: ArithmeticSpec(accumulator: .unlimited))
    #expect(wideRatio > 60)
    let narrow = QuantizationScheme(weights: try format("int3"), activations: try format("uint8"))
    #expect(try ratio(network, narrow) < 25)
  }

  @Test("fixed point runs on shifts alone")
  func fixedPoint() throws {
    let network = SmallNetworks.convolutional(seed: 4)
    let scheme = QuantizationScheme(
      weights: try format("fixed8"), activations: try format("ufixed8"))
    #expect(try ratio(network, scheme, arithmetic: ArithmeticSpec(requantization: .shift)) > 18)
  }

  @Test("every flavour gives a network about as good", arguments: RequantizationFlavour.allCases)
  func flavours(flavour: RequantizationFlavour) throws {
    guard !flavour.needsPowerOfTwo else { return }
    let network = SmallNetworks.convolutional(seed: 5)
    let arithmetic = ArithmeticSpec(requantization: flavour)
    #expect(try ratio(network, QuantizationScheme(), arithmetic: arithmetic) > 20)
  }

  @Test("a calibrated scheme needs no samples and gives the identical network")
  func reused() throws {
    for granularity in Granularity.allCases {
      let network = SmallNetworks.convolutional(seed: 6)
      var scheme = QuantizationScheme(granularity: granularity, calibrator: .mse)
      let quantized = try SmallNetworks.quantizer(
        network, scheme: scheme, samples: Self.samples(4, seed: 3)
      ).quantized()
      #expect(!scheme.isCalibrated(for: network))
      var input = LayerScheme()
      input.output = quantized.quantizations[0]
      scheme.layers[QuantizationScheme.inputName] = input
      for (index, layer) in quantized.layers.enumerated() {
        var own = LayerScheme()
        own.output = quantized.quantizations[index + 1]
        if case .linear(let linear) = layer.operation {
          own.weightScales =
            granularity == .tensor && Set(linear.weightScales).count == 1
            ? [linear.weightScales[0]] : linear.weightScales
        }
        scheme.layers[layer.name] = own
      }
      #expect(scheme.isCalibrated(for: network))
      let again = try Quantizer(network.verified(), scheme: scheme, observations: []).quantized()
      #expect(again == quantized)
    }
  }

  @Test("a layer's own format, granularity and accumulator win over the defaults")
  func ownSettings() throws {
    let network = SmallNetworks.convolutional(seed: 7)
    var own = LayerScheme()
    own.weights = try format("int4")
    own.activations = try format("uint6")
    own.accumulator = Accumulator(bits: 12, overflow: .saturate)
    let scheme = QuantizationScheme(layers: ["conv2": own])
    let quantized = try SmallNetworks.quantizer(
      network, scheme: scheme, samples: Self.samples(2, seed: 3)
    ).quantized()
    #expect(quantized.quantizations[3].format == .affine(IntegerFormat(bits: 6, isSigned: false)))
    #expect(quantized.quantizations[2].format == .affine(IntegerFormat(bits: 8, isSigned: false)))
    guard case .linear(let linear) = quantized.layers[2].operation else {
      Issue.record("conv2 is a layer of products")
      return
    }
    #expect(linear.weightFormat == own.weights)
    #expect(linear.weights.elements.map(abs).max() == 7)
    #expect(scheme.accumulators == ["conv2": Accumulator(bits: 12, overflow: .saturate)])
  }

  private func message(
    _ network: Network, _ scheme: QuantizationScheme
  ) throws -> String? {
    let verified = try network.verified()
    return #expect(throws: QuantizationError.self) {
      try Quantizer(verified, scheme: scheme, observations: []).quantized()
    }?.description
  }

  @Test("wrong schemes say where, which rule and what to do")
  func errors() throws {
    let network = SmallNetworks.connected([1, 2], outputs: 1)
    #expect(
      try message(network, QuantizationScheme(weights: try format("uint8")))
        == "layer 'fc': weights are signed with 2 to 16 bits, not uint8; write e.g. int8 or fixed8")
    #expect(
      try message(network, QuantizationScheme(weights: try format("int17")))
        == "layer 'fc': weights are signed with 2 to 16 bits, not int17; write e.g. int8 or fixed8")
    #expect(
      try message(network, QuantizationScheme(activations: try format("uint1")))
        == "layer 'input': activations have 2 to 16 bits, not uint1; write e.g. uint8 or int16")
    #expect(
      try message(network, QuantizationScheme(layers: ["fd": LayerScheme()]))
        == "scheme: layer 'fd' is not in the network; it has fc, input")
    var scales = LayerScheme()
    scales.weightScales = [1, 2, 3]
    #expect(
      try message(network, QuantizationScheme(layers: ["fc": scales]))
        == "scheme: layer 'fc' has 3 weight scales, its weights 1 channels; "
        + "run widthwise quantize again")
    var shared = LayerScheme()
    shared.activations = try format("uint4")
    #expect(
      try message(
        SmallNetworks.single(.reshape(Shape([2])), Shape([1, 2])),
        QuantizationScheme(layers: ["layer": shared]))
        == "scheme: layer 'layer' (reshape) passes its input's codes on; "
        + "set the activations of the layer that makes them")
    #expect(
      try message(
        SmallNetworks.single(
          .fullyConnected(FullyConnected(inputFeatures: 2, outputFeatures: 1)), Shape([1, 2])),
        QuantizationScheme())
        == "layer 'layer': the network has shapes only, no weights; "
        + "add --random-weights SEED to execute it with Gaussian weights")
    let affine = ChannelAffine(axis: 2, scale: [1, 1], offset: [0, 0])
    #expect(
      try message(
        SmallNetworks.single(.channelAffine(affine), Shape([1, 3, 2, 2])), QuantizationScheme())
        == "layer 'layer': a scale for each entry of axis 2 of 4 is not supported; "
        + "use axis 1 of an image or the last axis")
  }

  @Test("what a scheme says of products is refused where there are none")
  func withoutProducts() throws {
    let network = SmallNetworks.convolutional(seed: 8)
    let int4 = try format("int4")
    let entries: [(String, (inout LayerScheme) -> Void)] = [
      ("weights", { $0.weights = int4 }), ("weightScales", { $0.weightScales = [1] }),
      ("accumulator", { $0.accumulator = Accumulator(bits: 4, overflow: .wrap) }),
    ]
    let kinds = [("pool", "avgpool"), ("sum", "add"), ("flat", "reshape"), ("input", "input")]
    for (entry, change) in entries {
      for (name, kind) in kinds {
        var own = LayerScheme()
        change(&own)
        #expect(
          try message(network, QuantizationScheme(layers: [name: own]))
            == "scheme: layer '\(name)' (\(kind)) has no products, so \(entry) would do nothing; "
            + "remove it")
      }
    }
  }

  @Test("given scales of fixed-point weights are powers of two")
  func fixedPointScales() throws {
    let network = SmallNetworks.connected([1, 2], outputs: 1)
    var own = LayerScheme()
    own.weightScales = [0.3]
    let text =
      "scheme: layer 'fc': scales of fixed-point weights are powers of two, not 0.3; "
      + "write e.g. 0.0078125, or a format such as int8"
    let fixed = try format("fixed8")
    #expect(
      try message(network, QuantizationScheme(weights: fixed, layers: ["fc": own])) == text)
    own.weights = fixed
    #expect(try message(network, QuantizationScheme(layers: ["fc": own])) == text)
    own.weightScales = [0.25]
    let verified = try network.verified()
    let scheme = QuantizationScheme(layers: ["fc": own])
    let quantized = try Quantizer(verified, scheme: scheme, observations: []).quantized()
    #expect(quantized.firstLinear?.weightScales == [0.25])
  }
}
