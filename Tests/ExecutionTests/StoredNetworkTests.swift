import Arithmetic
import Execution
import Networks
import Synchronization
import Tensors
import TestRandomness
import Testing

@Suite struct StoredNetworkTests {
  @Test(
    "codes in bytes give what codes in words give, layer by layer",
    arguments: 0..<120 as Range<UInt64>)
  func storage(seed: UInt64) async throws {
    let random = RandomIntegerNetwork(seed: seed)
    let presets = [ArithmeticSpec(), ArithmeticPreset.tflm.spec, ArithmeticPreset.ortVNNI.spec]
    var arithmetic = presets[Int(seed) % 3]
    arithmetic.finalAccumulator = Accumulator(bits: 17, overflow: .saturate)
    let observation: IntegerExecutor.Observation = seed.isMultiple(of: 2) ? .full : .fast
    let words = try IntegerExecutor(
      random.network, arithmetic: arithmetic, observation: observation, usesBytes: false)
    let bytes = try IntegerExecutor(
      random.network, arithmetic: arithmetic, observation: observation)
    #expect(bytes.memoryPerThread <= words.memoryPerThread)
    let samples = (0..<5).map { random.sample($0) }
    let expected = await words.run(count: 5, threads: 1) { samples[$0] }
    let found = await bytes.run(count: 5, threads: 2) { samples[$0] }
    #expect(found.outputs == expected.outputs)
    #expect(found.overflow == expected.overflow)
    #expect(found.operands == expected.operands)

    // Bytes in and bytes out are the same codes, whichever way values are stored.
    let (input, result) = (
      random.network.quantizations[0].codes,
      random.network.quantizations[random.network.output].codes
    )
    if input.count <= 256, result.count <= 256 {
      let given = samples.map { $0.map { UInt8(Int($0) - input.lowerBound) } }
      for executor in [words, bytes] {
        let taken = Mutex([Int: [Int32]]())
        _ = await executor.run(count: 5, threads: 2, write: { $1.set(bytes: given[$0]) }) {
          sample, output in
          let codes = [UInt8](unsafeUninitializedCapacity: output.count) { buffer, count in
            output.write(bytes: buffer)
            count = output.count
          }
          taken.withLock { $0[sample] = codes.map { Int32($0) + Int32(result.lowerBound) } }
        }
        for sample in 0..<5 {
          #expect(taken.withLock { $0[sample] } == expected.outputs[sample])
        }
      }
    }

    var traces: [IntegerExecutor.LayerTrace] = []
    let output = words.trace(samples[3]) { traces.append($0) }
    #expect(output == expected.outputs[3])
    let other = bytes.trace(samples[3]) { trace in
      #expect(trace.inputs == traces[trace.layer].inputs)
      #expect(trace.contents == traces[trace.layer].contents)
      #expect(trace.output == traces[trace.layer].output)
    }
    #expect(other == output)
  }

  @Test("real numbers become the codes of their quantization", arguments: [2, 8, 9, 16, 20])
  func reals(bits: Int) async throws {
    var random = SeededGenerator(seed: UInt64(bits))
    let format = IntegerFormat(bits: bits, isSigned: bits % 2 == 0)
    let input = ActivationQuantization(
      format: .affine(format), scale: 0.3, zeroPoint: format.highest / 3)
    let shape = Shape([1, 3, 5, 4])
    let network = QuantizedNetwork(
      name: "same",
      layers: [
        QuantizedLayer(
          name: "same", kind: "reshape", operation: .reshape, inputs: [0], clamp: input.codes)
      ], shapes: [shape, shape], quantizations: [input, input], output: 1)
    var reals = (0..<shape.count).map { _ in
      Float.random(in: -1...1, using: &random) * Float(1 << (bits - 1))
    }
    reals[0...7] = [.nan, .infinity, -.infinity, 0.15, 0.45, -0.15, 1e30, -1e30]
    let executor = try IntegerExecutor(network, arithmetic: ArithmeticSpec())
    let given = reals
    let run = await executor.run(count: 1, threads: 1) { $1.set(reals: given) }
    #expect(run.outputs == [reals.map { Int32(input.code(Double($0))) }])
  }

  @Test("a clamp beyond the format keeps its codes")
  func wideClamp() throws {
    let input = SmallNetwork.signed(1)
    let codes = try SmallNetwork.codes(
      .table((-128...127).map { 3 * $0 }), input: input, shape: Shape([1, 3]), output: input,
      outputShape: Shape([1, 3]), clamp: -500...500, [-128, 5, 127])
    #expect(codes == [-384, 15, 381])
  }
}
