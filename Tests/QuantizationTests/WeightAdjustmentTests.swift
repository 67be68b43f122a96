import Arithmetic
import Execution
import Networks
import Quantization
import TestRandomness
import Testing

@Suite struct WeightAdjustmentTests {
  private static let adjustments: [WeightAdjustment] = [.zeroCentred, .l1, .accumulatorAware]

  private static func samples(_ count: Int, seed: UInt64) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in random.floats(192) }
  }

  private func scheme(
    _ adjustment: WeightAdjustment, bits: Int, weights: String = "int8",
    activations: String = "uint8", granularity: Granularity = .channel,
    overflow: OverflowPolicy = .saturate
  ) throws -> QuantizationScheme {
    var scheme = QuantizationScheme(
      weights: try NumberFormat(spelling: weights),
      activations: try NumberFormat(spelling: activations), granularity: granularity,
      accumulator: Accumulator(bits: bits, overflow: overflow))
    scheme.weightAdjustment = adjustment
    return scheme
  }

  /// Throws unless every channel is proven, and counts no overflow on inputs beyond those calibrated.
  private func check(_ quantized: QuantizedNetwork, _ accumulator: Accumulator) async throws {
    for layer in quantized.layers {
      guard case .linear(let linear) = layer.operation else { continue }
      let inputs = quantized.quantizations[layer.inputs[0]].offsets
      for channel in 0..<linear.outputChannels {
        let depth = linear.depth
        let sums = SignedSums(
          linear.storedWeights[channel * depth..<(channel + 1) * depth].map { Int($0) })
        for position in BiasPosition.allCases {
          let bound = AccumulatorBound.weightBound(
            positive: sums.positive, negative: sums.negative, inputs: inputs,
            bias: linear.bias?[channel] ?? 0, position: position)
          #expect(accumulator.holds(bound))
        }
      }
    }
    let executor = try IntegerExecutor(
      quantized, arithmetic: ArithmeticSpec(accumulator: accumulator))
    let samples = Self.samples(10, seed: 99).map { $0.map { $0 * 3 } }
    let execution = await executor.run(count: samples.count, threads: 1) { sample, input in
      input.set(reals: samples[sample])
    }
    for overflow in execution.overflow {
      guard let overflow else { continue }
      #expect(overflow.boundBits <= accumulator.bits)
      #expect(overflow.total { $0.overflowedOutputs } == 0)
      #expect(overflow.total { $0.overflowedSteps + $0.overflowedBiasSteps } == 0)
      #expect(overflow.total { $0.steps } > 0)
    }
  }

  @Test("every channel is proven to fit, and nothing overflows", arguments: adjustments)
  func proven(adjustment: WeightAdjustment) async throws {
    let network = SmallNetworks.convolutional(seed: 21)
    for bits in [10, 12, 14, 16] {
      for (weights, activations) in [("int8", "uint8"), ("int4", "int8"), ("fixed6", "fixed8")] {
        for granularity in Granularity.allCases {
          var scheme = try scheme(
            adjustment, bits: bits, weights: weights, activations: activations,
            granularity: granularity)
          for corrects in [false, true] {
            scheme.biasCorrection = corrects
            let quantized = try SmallNetworks.quantizer(
              network, scheme: scheme, samples: Self.samples(8, seed: 1)
            ).quantized()
            try await check(quantized, Accumulator(bits: bits, overflow: .saturate))
          }
        }
      }
    }
    let symmetric = try scheme(adjustment, bits: 13, overflow: .saturateSymmetric)
    let quantized = try SmallNetworks.quantizer(
      network, scheme: symmetric, samples: Self.samples(8, seed: 1)
    ).quantized()
    try await check(quantized, Accumulator(bits: 13, overflow: .saturateSymmetric))
  }

  @Test("a wide accumulator leaves weights as they are, a layer has its own")
  func unchanged() throws {
    let network = SmallNetworks.convolutional(seed: 22)
    func quantized(_ scheme: QuantizationScheme) throws -> QuantizedNetwork {
      try SmallNetworks.quantizer(network, scheme: scheme, samples: Self.samples(8, seed: 1))
        .quantized()
    }
    let plain = try quantized(QuantizationScheme())
    #expect(try quantized(scheme(.l1, bits: 24)) == plain)
    #expect(try quantized(scheme(.l1, bits: 64, overflow: .unlimited)) == plain)
    #expect(try quantized(scheme(.unchanged, bits: 8)) == plain)
    var own = try scheme(.unchanged, bits: 24)
    own.layers["conv2"] = LayerScheme()
    own.layers["conv2"]?.weightAdjustment = .l1
    own.layers["conv2"]?.accumulator = Accumulator(bits: 12, overflow: .wrap)
    #expect(own.adjustsWeights)
    let changed = try quantized(own)
    for (one, other) in zip(changed.layers, plain.layers) {
      #expect((one.operation == other.operation) == (one.name != "conv2"))
    }
  }

  /// The mean squared error of the network's outputs.
  private func error(_ scheme: QuantizationScheme) async throws -> Double {
    let network = SmallNetworks.convolutional(seed: 23)
    let samples = Self.samples(40, seed: 1)
    let quantized = try SmallNetworks.quantizer(network, scheme: scheme, samples: samples)
      .quantized()
    let float = try FloatExecutor(network.verified())
    let integer = try IntegerExecutor(
      quantized, arithmetic: ArithmeticSpec(accumulator: scheme.accumulator ?? .unlimited))
    let output = quantized.quantizations[quantized.output]
    var sum = 0.0
    for sample in samples {
      let codes = sample.map { Int32(quantized.quantizations[0].code(Double($0))) }
      for (code, exact) in zip(integer.trace(codes) { _ in }, float.output(sample)) {
        let difference = output.real(Int(code)) - Double(exact)
        sum += difference * difference
      }
    }
    return sum
  }

  @Test("adjusted weights lose less than sums that saturate", arguments: adjustments)
  func better(adjustment: WeightAdjustment) async throws {
    let saturated = try await error(scheme(.unchanged, bits: 13))
    let adjusted = try await error(scheme(adjustment, bits: 13))
    #expect(adjusted < saturated)
  }

  @Test("given scales give the same codes again", arguments: [WeightAdjustment.l1, .zeroCentred])
  func reused(adjustment: WeightAdjustment) throws {
    let network = SmallNetworks.convolutional(seed: 24)
    var scheme = try scheme(adjustment, bits: 14)
    let quantizer = try SmallNetworks.quantizer(
      network, scheme: scheme, samples: Self.samples(8, seed: 1))
    let quantized = try quantizer.quantized()
    for (index, layer) in quantized.layers.enumerated() {
      var own = LayerScheme()
      own.output = quantized.quantizations[index + 1]
      if case .linear(let linear) = layer.operation { own.weightScales = linear.weightScales }
      scheme.layers[layer.name] = own
    }
    let again = try SmallNetworks.quantizer(
      network, scheme: scheme, samples: Self.samples(8, seed: 1)
    ).quantized()
    #expect(again == quantized)
  }

  @Test("what cannot be adjusted is told")
  func errors() throws {
    let network = try SmallNetworks.connected([1, 2], outputs: 1, bias: [1000]).verified()
    func message(_ scheme: QuantizationScheme) -> String? {
      #expect(throws: QuantizationError.self) {
        try Quantizer(network, scheme: scheme, observations: []).quantized()
      }?.description
    }
    var alone = QuantizationScheme()
    alone.weightAdjustment = .l1
    #expect(
      message(alone)
        == "layer 'fc': weightAdjustment l1 needs the accumulator that weights are to fit; "
        + "add e.g. accumulator: 16:saturate to the scheme")
    #expect(
      message(try scheme(.l1, bits: 16, weights: "kmeans4"))
        == "layer 'fc': weights in kmeans4 are not adjusted to accumulators (l1); "
        + "use weights such as int8 or fixed8 per channel or tensor, or weightAdjustment: none")
    #expect(
      message(try scheme(.accumulatorAware, bits: 16))
        == "layer 'fc': the scheme needs samples of its inputs, which calibration did not look at; "
        + "calibrate with this scheme, or take one that widthwise quantize wrote")
    var given = try scheme(.l1, bits: 8)
    given.layers["fc"] = LayerScheme()
    given.layers["fc"]?.weightScales = [0.01]
    #expect(
      message(given)
        == "layer 'fc': the bias of channel 0 alone leaves the accumulator 8:saturate at "
        + "the scheme's weightScales; remove them, or take a wider accumulator")
  }
}
