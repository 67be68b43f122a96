import Arithmetic
import Execution
import Networks
import Quantization
import Tensors
import TestRandomness
import Testing

/// Float networks quantized with activations of every format, run from end to end.
@Suite struct ActivationFormatTests {
  static let spellings = [
    "fixed8.4", "ufixed8.5", "dfp8", "udfp8", "fp8-e4m3", "fp8-e5m2", "fp-e3m4", "fp6-e3m2", "fp16",
    "pow2-4", "pow2-5", "kmeans4", "kmeans8.12", "kmeans6.10", "binary", "ternary",
  ]

  private func quantized(
    _ spelling: String, _ samples: [[Float]], calibrator: Calibrator = .minmax,
    weights: String = "int8"
  ) throws -> QuantizedNetwork {
    let scheme = QuantizationScheme(
      weights: try NumberFormat(spelling: weights),
      activations: try NumberFormat(spelling: spelling), calibrator: calibrator)
    return try SmallNetworks.quantizer(
      SmallNetworks.convolutional(seed: 4), scheme: scheme, samples: samples
    ).quantized()
  }

  private static func samples(_ count: Int, seed: UInt64 = 1) -> [[Float]] {
    var random = SeededGenerator(seed: seed)
    return (0..<count).map { _ in random.floats(192).map { $0 * 0.95 } }
  }

  private func outputs(
    _ network: QuantizedNetwork, _ samples: [[Float]],
    _ observation: IntegerExecutor.Observation = .fast, usesBytes: Bool = true
  ) async throws -> (outputs: [[Int32]], overflow: [LayerOverflow?]) {
    let executor = try IntegerExecutor(
      network, arithmetic: ArithmeticSpec(accumulator: .unlimited), observation: observation,
      usesBytes: usesBytes)
    let execution = await executor.run(count: samples.count, threads: 2) {
      $1.set(reals: samples[$0])
    }
    return (execution.outputs, execution.overflow)
  }

  /// The signal to noise ratio of the outputs in decibels.
  private func quality(_ spelling: String, weights: String = "int8") async throws -> Double {
    let samples = Self.samples(8)
    let network = try quantized(spelling, samples, weights: weights)
    let float = try FloatExecutor(try SmallNetworks.convolutional(seed: 4).verified())
    let output = network.quantizations[network.output]
    var (signal, noise) = (0.0, 1e-300)
    for (codes, sample) in zip(try await outputs(network, samples).outputs, samples) {
      for (code, value) in zip(codes, float.output(sample) { _, _ in }) {
        let difference = output.real(Int(code)) - Double(value)
        signal += Double(value) * Double(value)
        noise += difference * difference
      }
    }
    return signal / noise
  }

  @Test("values have the format, and all ways to run give the same codes", arguments: spellings)
  func network(spelling: String) async throws {
    let samples = Self.samples(5)
    let network = try quantized(spelling, samples)
    let format = try NumberFormat(spelling: spelling)
    for quantization in network.quantizations {
      #expect(quantization.format.bits == format.bits)
      #expect(quantization.format.isUneven == format.isUneven)
    }
    let fast = try await outputs(network, samples)
    for (bytes, observation) in [(true, IntegerExecutor.Observation.full), (false, .fast)] {
      let other = try await outputs(network, samples, observation, usesBytes: bytes)
      #expect(other.outputs == fast.outputs)
    }
    let codes = network.quantizations[network.output].codes
    #expect(fast.outputs.joined().allSatisfy { codes.contains(Int($0)) })
    #expect(Set(fast.outputs.joined()).count > 1)
  }

  @Test("each layer is the reference's layer on the values before it", arguments: spellings)
  func layers(spelling: String) throws {
    let samples = Self.samples(3)
    let network = try quantized(spelling, samples, weights: "int4")
    let arithmetic = ArithmeticSpec(accumulator: .unlimited)
    let executor = try IntegerExecutor(network, arithmetic: arithmetic)
    let input = network.quantizations[0]
    var products = 0
    _ = executor.trace(samples[0].map { Int32(input.code(Double($0))) }) { trace in
      let layer = network.layers[trace.layer]
      guard case .linear(let linear) = layer.operation else { return }
      let outcome = try? LinearReference.outcome(
        of: linear, codes: trace.inputs[0], arithmetic: arithmetic,
        input: network.quantizations[layer.inputs[0]],
        output: network.quantizations[trace.layer + 1], clamp: layer.clamp,
        isFullyConnected: layer.kind == "fc")
      #expect(outcome?.codes == trace.output)
      #expect(outcome?.contents.map(Int64.init) == trace.contents)
      products += 1
    }
    #expect(products == 4)
  }

  @Test("what formats are good for: more bits, and k-means before even steps")
  func accuracy() async throws {
    let half = try await quality("fp16")
    let eight = try await quality("fp8-e4m3")
    let four = try await quality("fp4-e2m1")
    #expect(half > 300 && half > eight && eight > 30 && eight > four && four > 1)
    let means = try await quality("kmeans4")
    let even = try await quality("int4")
    #expect(means > even)
  }

  @Test("scales: powers of two that hold the range, given ones, least squares")
  func scales() throws {
    let samples = Self.samples(4)
    func input(_ spelling: String, _ calibrator: Calibrator = .minmax) throws
      -> ActivationQuantization
    {
      try quantized(spelling, samples, calibrator: calibrator).quantizations[0]
    }
    // Inputs lie between -0.95 and 0.95.
    #expect(try input("fp8-e4m3").scale == 0x1p-8)
    #expect(try input("pow2-4").scale == 0x1p-6)
    #expect(try input("fp16").scale == 1)
    #expect(try input("dfp8").scale == 0x1p-7)
    #expect(try input("udfp8").format == .dynamicFixedPoint(IntegerFormat(bits: 8, isSigned: true)))
    #expect(try input("fixed8.4").scale == 0x1p-4)
    #expect(abs(try input("binary").scale - 0.5) < 0.05)
    // Of a uniform distribution thirds of the range are the best ternary cells.
    #expect(abs(try input("ternary").scale - 2.0 / 3) < 0.05)
    let table = try #require(try input("kmeans2").codebook)
    #expect(table.centroids.count == 4)
    let reals = try table.centroids.map { Double($0) * (try input("kmeans2").scale) }
    for (real, ideal) in zip(reals, [-0.75, -0.25, 0.25, 0.75]) { #expect(abs(real - ideal) < 0.1) }
    for scale in [try input("fp4-e2m1", .mse).scale, try input("pow2-3", .mse).scale] {
      #expect(scale.significand == 1)
    }
  }

  @Test(
    "formats that activations cannot have are refused in one line",
    arguments: [
      ("mxfp4", "activations would depend on each sample"), ("bf16", "62 bits"),
      ("pow2-8", "62 bits"), ("uint17", "2 to 16 bits"),
    ])
  func refusals(spelling: String, words: String) throws {
    #expect(!(try NumberFormat(spelling: spelling).isQuantizable))
    let quantizer = Quantizer(
      try SmallNetworks.connected([1, 2], outputs: 1).verified(),
      scheme: QuantizationScheme(activations: try NumberFormat(spelling: spelling)),
      observations: [])
    let error = try #require(#expect(throws: QuantizationError.self) { try quantizer.quantized() })
    #expect(error.description.contains(words) && !error.description.contains("\n"))
  }
}
