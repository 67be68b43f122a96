import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct ReusingExecutorTests {
  /// The accumulators and the arithmetic of a candidate; both keep most of what they had.
  private struct Candidate {
    var arithmetic = ArithmeticPreset.tflm.spec
    var accumulators: [String: Accumulator] = [:]

    mutating func change(_ network: QuantizedNetwork, _ random: inout SeededGenerator) {
      let layer = network.layers[Int.random(in: 0..<network.layers.count, using: &random)]
      accumulators[layer.name] = Accumulator(
        bits: Int.random(in: 12...20, using: &random),
        overflow: Bool.random(using: &random) ? .wrap : .saturate)
      if Int.random(in: 0..<8, using: &random) == 0 {
        arithmetic =
          [ArithmeticPreset.tflm, .ortVNNI].randomElement(using: &random)?.spec ?? arithmetic
      }
    }
  }

  /// Fewer than all weights of a layer of products are changed.
  private static func changeWeights(
    _ network: inout QuantizedNetwork, _ random: inout SeededGenerator
  ) {
    let index = Int.random(in: 0..<network.layers.count, using: &random)
    guard case .linear(var linear) = network.layers[index].operation else { return }
    linear.weights.elements[0] = Int32.random(in: -100...100, using: &random)
    network.layers[index].operation = .linear(linear)
  }

  @Test(
    "candidates in any order give what each gives alone, under any limit of memory",
    arguments: 0..<12 as Range<UInt64>, [0, 20_000, 200_000, 100_000_000])
  func equality(seed: UInt64, limit: Int) async throws {
    var random = SeededGenerator(seed: seed &* 31)
    let graph = RandomIntegerNetwork(seed: seed, layers: 10)
    let samples = (0..<3).map { graph.sample($0) }
    var reusing = ReusingExecutor(sampleCount: 3, memoryLimit: limit)
    var network = graph.network
    var candidates = [Candidate()]
    for turn in 0..<10 {
      var candidate = candidates.randomElement(using: &random) ?? Candidate()
      if turn % 3 > 0 { candidate.change(network, &random) }
      if turn % 5 == 4 { Self.changeWeights(&network, &random) }
      candidates.append(candidate)
      let observation: IntegerExecutor.Observation = turn % 4 == 3 ? .fast : .full
      let fresh = try IntegerExecutor(
        network, arithmetic: candidate.arithmetic, accumulators: candidate.accumulators,
        observation: observation)
      let expected = await fresh.run(count: 3, threads: 1) { samples[$0] }
      let found = try await reusing.run(
        network, arithmetic: candidate.arithmetic, accumulators: candidate.accumulators,
        observation: observation, threads: 2
      ) { $1.set(codes: samples[$0]) }
      #expect(found.outputs == expected.outputs)
      #expect(found.overflow == expected.overflow)
      #expect(found.operands == expected.operands)
      #expect(reusing.keptBytes <= limit)
    }
    if limit == 0 { #expect(reusing.totalReuse.restoredLayers == 0) }
  }

  /// A chain of four layers of products.
  private static func chain() -> QuantizedNetwork {
    var random = SeededGenerator(seed: 5)
    let quantization = SmallNetwork.signed(0.1)
    let layers = (0..<4).map { index in
      QuantizedLayer(
        name: "\(index)", kind: "fc",
        operation: .linear(
          QuantizedLinear(
            inputChannels: 16, outputChannels: 16, groups: 1,
            window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
            weightFormat: SmallNetwork.int8,
            weights: Tensor(
              shape: Shape([16, 1, 1, 16]),
              elements: (0..<256).map { _ in Int32.random(in: -127...127, using: &random) }),
            weightScales: [Double](repeating: 0.01, count: 16), bias: nil)),
        inputs: [index], clamp: quantization.codes)
    }
    return QuantizedNetwork(
      name: "chain", layers: layers, shapes: [Shape](repeating: Shape([1, 16]), count: 5),
      quantizations: [ActivationQuantization](repeating: quantization, count: 5), output: 4)
  }

  @Test("only the changed layer and those behind it are computed")
  func counts() async throws {
    let network = Self.chain()
    let samples = (0..<4).map { sample in (0..<16).map { Int32($0 * sample) } }
    var reusing = ReusingExecutor(sampleCount: 4, memoryLimit: 1 << 24)
    func run(_ accumulators: [String: Accumulator]) async throws -> ReuseCounts {
      _ = try await reusing.run(
        network, arithmetic: ArithmeticSpec(), accumulators: accumulators, threads: 1
      ) { $1.set(codes: samples[$0]) }
      return reusing.lastReuse
    }
    let first = try await run([:])
    #expect(first.preparedLayers == 4 && first.computedLayers == 4 && first.restoredLayers == 0)
    let narrow = ["2": Accumulator(bits: 12, overflow: .wrap)]
    let second = try await run(narrow)
    #expect(second.preparedLayers == 1 && second.reusedPreparations == 3)
    #expect(second.computedLayers == 2 && second.restoredLayers == 1 && second.skippedLayers == 1)
    let again = try await run(narrow)
    #expect(again.preparedLayers == 0 && again.computedLayers == 0)
    #expect(again.restoredLayers == 1 && again.skippedLayers == 3)
    #expect(reusing.totalReuse.computedLayers == 6)
  }
}
