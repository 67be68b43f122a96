import Arithmetic
import Execution
import Networks
import Quantization
import Simulation
import TestRandomness
import Testing

@Suite struct CandidateEvaluatorTests {
  /// A candidate near another one: one thing of one layer, or of all of them, is different.
  private static func neighbour(
    of options: SimulationOptions, _ random: inout SeededGenerator
  ) -> SimulationOptions {
    var options = options
    let layer = ["conv", "fc"][Int.random(in: 0..<2, using: &random)]
    switch Int.random(in: 0..<10, using: &random) {
    case 0:
      options.scheme.layers[layer, default: LayerScheme()].weights = .affine(
        IntegerFormat(bits: Int.random(in: 2...8, using: &random), isSigned: true))
    case 1:
      options.scheme.layers[layer, default: LayerScheme()].activations = .affine(
        IntegerFormat(bits: Int.random(in: 4...9, using: &random), isSigned: false))
    case 2, 3:
      options.scheme.layers[layer, default: LayerScheme()].accumulator = Accumulator(
        bits: Int.random(in: 10...18, using: &random),
        overflow: Bool.random(using: &random) ? .wrap : .saturate)
    case 4:
      options.scheme.layers[layer, default: LayerScheme()].weights = [
        .codebook(CodebookFormat(indexBits: 3)), .ternary,
        .fixedPoint(IntegerFormat(bits: 4, isSigned: true)),
      ].randomElement(using: &random)
    case 5:
      options.scheme.layers[layer, default: LayerScheme()].weightCalibrator =
        Calibrator.allCases.randomElement(using: &random)
    case 6:
      options.scheme.layers[layer, default: LayerScheme()].biasCorrection = Bool.random(
        using: &random)
    case 7:
      // Adjusted weights depend on the accumulator.
      options.scheme.layers[layer, default: LayerScheme()].weightAdjustment =
        WeightAdjustment.allCases.randomElement(using: &random)
    case 8: options.observation = options.observation == .full ? .fast : .full
    default: options.batch = Int.random(in: 1...3, using: &random)
    }
    return options
  }

  @Test(
    "a candidate's result does not depend on those before it",
    arguments: [1, 2, 3] as [UInt64], [0, 60_000, 1 << 28])
  func equality(seed: UInt64, limit: Int) async throws {
    var random = SeededGenerator(seed: seed)
    var adjusted = QuantizationScheme(accumulator: Accumulator(bits: 16, overflow: .saturate))
    adjusted.weightAdjustment = .accumulatorAware
    adjusted.biasCorrection = true
    let simulator = try await Simulator(
      try SmallWorkload.workload(samples: 9), threads: 2, schemes: [adjusted])
    var evaluator = CandidateEvaluator(simulator, memoryLimit: limit)
    adjusted.weightAdjustment = .unchanged
    adjusted.biasCorrection = false
    var candidates = [SimulationOptions(device: try SmallWorkload.device(), scheme: adjusted)]
    for _ in 0..<20 {
      guard let parent = candidates.randomElement(using: &random) else { continue }
      let candidate = Self.neighbour(of: parent, &random)
      // Adjusted weights cannot be encoded: what is refused is refused after any other candidate too.
      let expected = try? await simulator.result(candidate)
      let found = try? await evaluator.result(candidate)
      #expect(found == expected)
      #expect(evaluator.keptBytes <= limit)
      if expected != nil { candidates.append(candidate) }
    }
    #expect(candidates.count > 10)
    #expect(limit > 0 || evaluator.totalReuse.restoredLayers == 0)
  }

  @Test("a narrower accumulator of the last layer computes that layer only")
  func lastLayer() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(samples: 5), threads: 1)
    var evaluator = CandidateEvaluator(simulator)
    var options = SimulationOptions(device: try SmallWorkload.device())
    _ = try await evaluator.result(options)
    #expect(evaluator.lastReuse.restoredLayers == 0)
    options.scheme.layers["fc", default: LayerScheme()].accumulator = Accumulator(
      bits: 11, overflow: .saturate)
    let result = try await evaluator.result(options)
    #expect(result.layers.last?.overflow?.accumulator.bits == 11)
    // The classifier, and the flattening before it, which is no work.
    #expect(evaluator.lastReuse.preparedLayers == 1)
    #expect(evaluator.lastReuse.computedLayers == 2)
    #expect(evaluator.lastReuse.restoredLayers == 1)
  }

  @Test("candidates that keep nothing leave what is there")
  func keepsNothing() async throws {
    let simulator = try await Simulator(try SmallWorkload.workload(samples: 5), threads: 1)
    var evaluator = CandidateEvaluator(simulator)
    let baseline = SimulationOptions(device: try SmallWorkload.device())
    let expected = try await evaluator.result(baseline)
    let bytes = evaluator.keptBytes
    for bits in 10...14 {
      var options = baseline
      options.scheme.layers["conv", default: LayerScheme()].accumulator = Accumulator(
        bits: bits, overflow: .saturate)
      let result = try await evaluator.result(options, keeps: false)
      #expect(try await simulator.result(options) == result)
      #expect(evaluator.lastReuse.preparedLayers == 1)
      #expect(evaluator.keptBytes == bytes)
    }
    #expect(try await evaluator.result(baseline) == expected)
    #expect(evaluator.lastReuse.computedLayers == 0)
  }
}
