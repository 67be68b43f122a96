import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite struct IntegerExecutorTests {
  /// Two layers of products with a table between them, over images of 3 x 4.
  private func network(seed: UInt64 = 1) -> QuantizedNetwork {
    var random = SeededGenerator(seed: seed)
    func linear(_ inputs: Int, _ outputs: Int) -> QuantizedLinear {
      QuantizedLinear(
        inputChannels: inputs, outputChannels: outputs, groups: 1,
        window: WindowGeometry(
          height: 3, width: 4, kernelHeight: 3, kernelWidth: 3, padTop: 1, padLeft: 1,
          padBottom: 1, padRight: 1),
        weightFormat: SmallNetwork.int8,
        weights: Tensor(
          shape: Shape([outputs, 3, 3, inputs]),
          elements: (0..<outputs * 9 * inputs).map { _ in
            Int32.random(in: -127...127, using: &random)
          }), weightScales: [Double](repeating: 0.01, count: outputs), bias: nil)
    }
    let input = SmallNetwork.unsigned(0.02, 100)
    let middle = SmallNetwork.signed(0.5, 3)
    return QuantizedNetwork(
      name: "n",
      layers: [
        QuantizedLayer(
          name: "a", kind: "conv", operation: .linear(linear(2, 5)), inputs: [0],
          clamp: middle.codes),
        QuantizedLayer(
          name: "b", kind: "activation",
          operation: .table((-128...127).map { Int32(max($0, 3)) }), inputs: [1],
          clamp: middle.codes),
        QuantizedLayer(
          name: "c", kind: "conv", operation: .linear(linear(5, 3)), inputs: [2],
          clamp: middle.codes),
      ],
      shapes: [
        Shape([1, 2, 3, 4]), Shape([1, 5, 3, 4]), Shape([1, 5, 3, 4]), Shape([1, 3, 3, 4]),
      ], quantizations: [input, middle, middle, middle], output: 3)
  }

  private static func sample(_ index: Int) -> [Int32] {
    var random = SeededGenerator(seed: UInt64(index))
    return (0..<24).map { _ in Int32.random(in: 0...255, using: &random) }
  }

  @Test("fast observation does not look at operands")
  func fast() async throws {
    let executor = try IntegerExecutor(
      network(), arithmetic: ArithmeticSpec(), observation: .fast)
    let result = await executor.run(count: 2, threads: 1) { Self.sample($0) }
    #expect(result.operands == [nil, nil, nil])
  }

  @Test("any number of threads gives the same outputs and figures", arguments: [2, 5])
  func threads(threads: Int) async throws {
    let executor = try IntegerExecutor(
      network(), arithmetic: ArithmeticSpec(accumulator: Accumulator(bits: 16, overflow: .saturate))
    )
    let one = await executor.run(count: 37, threads: 1) { Self.sample($0) }
    let many = await executor.run(count: 37, threads: threads) { Self.sample($0) }
    #expect(one.outputs == many.outputs)
    #expect(one.overflow == many.overflow)
    #expect(one.operands == many.operands)
    #expect(one.operands.map { $0?.samples } == [37, nil, 37])
    // 12 places of 5 channels: 59 pairs of codes a sample.
    #expect(one.operands[2]?.inputPairs == 37 * 59)
    #expect(one.outputs.count == 37)
    #expect(one.overflow[0]?.total(\.outputs) == 37 * 60)
    #expect(one.overflow[1] == nil)
    #expect((one.overflow[0]?.total(\.overflowedSteps) ?? 0) > 0)
  }

  @Test("no samples give no outputs")
  func noSamples() async throws {
    let executor = try IntegerExecutor(network(), arithmetic: ArithmeticSpec())
    let run = await executor.run(count: 0, threads: 3) { Self.sample($0) }
    #expect(run.outputs.isEmpty)
    #expect(run.overflow == executor.emptyOverflow)
    #expect(run.overflow[0]?.observedBits == nil)
  }

  @Test("a trace shows stored tensors that the reference reproduces layer by layer")
  func trace() async throws {
    let network = network()
    let arithmetic = ArithmeticSpec(accumulator: Accumulator(bits: 17, overflow: .wrap))
    let executor = try IntegerExecutor(network, arithmetic: arithmetic)
    var traces: [IntegerExecutor.LayerTrace] = []
    let output = executor.trace(Self.sample(3)) { traces.append($0) }
    let run = await executor.run(count: 1, threads: 1) { _ in Self.sample(3) }
    #expect(run.outputs == [output])
    #expect(traces.map(\.layer) == [0, 1, 2])
    #expect(traces[1].contents == nil)
    for trace in traces where trace.layer != 1 {
      guard case .linear(let linear) = network.layers[trace.layer].operation else { continue }
      let expected = try LinearReference.outcome(
        of: linear, codes: trace.inputs[0], arithmetic: arithmetic,
        input: network.quantizations[trace.layer],
        output: network.quantizations[trace.layer + 1],
        clamp: network.layers[trace.layer].clamp)
      #expect(trace.contents?.map(Int.init) == expected.contents)
      #expect(trace.output == expected.codes)
    }
    // The network's result is channel-first, the trace channel-last.
    let stored = Tensor(shape: Shape([1, 3, 4, 3]), elements: traces[2].output)
    #expect(stored.transposed([0, 3, 1, 2]).elements == output)
  }

  @Test("a layer may have an accumulator of its own")
  func ownAccumulator() async throws {
    let narrow = Accumulator(bits: 12, overflow: .saturate)
    let executor = try IntegerExecutor(
      network(), arithmetic: ArithmeticSpec(), accumulators: ["c": narrow])
    #expect(executor.arithmetics.map(\.accumulator.bits) == [32, 32, 12])
    let run = await executor.run(count: 2, threads: 1) { Self.sample($0) }
    #expect(run.overflow[0]?.total(\.overflowedOutputs) == 0)
    #expect((run.overflow[2]?.total(\.overflowedOutputs) ?? 0) > 0)
  }

  @Test("fast observation gives the same outputs")
  func observation() async throws {
    let arithmetic = ArithmeticSpec(accumulator: Accumulator(bits: 18, overflow: .saturate))
    let full = try IntegerExecutor(network(), arithmetic: arithmetic)
    let fast = try IntegerExecutor(network(), arithmetic: arithmetic, observation: .fast)
    let first = await full.run(count: 9, threads: 2) { Self.sample($0) }
    let second = await fast.run(count: 9, threads: 2) { Self.sample($0) }
    #expect(first.outputs == second.outputs)
    #expect(
      first.overflow.map { $0?.total(\.overflowedSteps) }
        == second.overflow.map { $0?.total(\.overflowedSteps) })
  }
}
