import Arithmetic
import CKernels
import Execution
import Networks
import Testing

/// At any level codes and counts must be the same.
extension DispatchedKernels {
  @Suite struct SamplesTogetherTests {
    #if DEBUG
      static let networks: Range<UInt64> = 0..<15
    #else
      static let networks: Range<UInt64> = 0..<150
    #endif

    private static func differences(
      _ found: IntegerExecutor.Execution, _ expected: IntegerExecutor.Execution, _ seed: UInt64
    ) {
      #expect(found.outputs == expected.outputs, "seed \(seed)")
      for (layer, (ours, theirs)) in zip(found.overflow, expected.overflow).enumerated() {
        guard let ours, let theirs else { continue }
        for (channel, pair) in zip(ours.channels, theirs.channels).enumerated() {
          var same = pair.0
          same.observed = pair.1.observed
          #expect(same == pair.1, "seed \(seed), layer \(layer), channel \(channel)")
        }
      }
    }

    /// Other tests change the dispatch level meanwhile, which may change how a sum was made, not what it is.
    private static func withoutPaths(_ run: IntegerExecutor.Execution) -> [LayerOverflow?] {
      run.overflow.map { overflow in
        var overflow = overflow
        if let paths = overflow?.paths {
          overflow?.paths = ExactnessPaths()
          overflow?.paths.proved = paths.proved
          overflow?.paths.tracked = paths.total - paths.proved
        }
        return overflow
      }
    }

    @Test(
      "layers on bytes give what layers on words give, at every level",
      arguments: 0..<Int32(WW_DISPATCH_LEVELS))
    func levels(level: Int32) async throws {
      for seed in Self.networks {
        let random = ByteNetwork(seed: seed)
        let inputs = (0..<9).map { random.sample($0) }
        let words = try IntegerExecutor(
          random.network, arithmetic: random.arithmetic, usesBytes: false)
        let bytes = try IntegerExecutor(
          random.network, arithmetic: random.arithmetic, observation: .fast)
        let expected = await words.run(count: 2, threads: 1) { inputs[$0] }
        ww_limit_dispatch(level)
        let found = await bytes.run(count: 2, threads: 1) { inputs[$0] }
        ww_limit_dispatch(Int32(WW_AMX))
        Self.differences(found, expected, seed)
      }
    }

    @Test("samples that run together give what each gives by itself", arguments: [2, 3, 7, 16])
    func together(samples: Int) async throws {
      for seed in Self.networks {
        let random = ByteNetwork(seed: seed)
        let inputs = (0..<9).map { random.sample($0) }
        let alone = try IntegerExecutor(
          random.network, arithmetic: random.arithmetic, observation: .fast, samplesTogether: 1)
        let together = try IntegerExecutor(
          random.network, arithmetic: random.arithmetic, observation: .fast,
          samplesTogether: samples)
        let count = inputs.count
        let expected = await alone.run(count: count, threads: 1) { inputs[$0] }
        for threads in 1...2 {
          let found = await together.run(count: count, threads: threads) { inputs[$0] }
          #expect(found.outputs == expected.outputs, "seed \(seed)")
          let isSame = Self.withoutPaths(found) == Self.withoutPaths(expected)
          #expect(isSame, "seed \(seed)")
        }
        let trace = together.trace(inputs[4]) { _ in }
        #expect(trace == expected.outputs[4])
      }
    }

    @Test("graphs of any layers may run together", arguments: 0..<60 as Range<UInt64>)
    func graphs(seed: UInt64) async throws {
      let random = RandomIntegerNetwork(seed: seed)
      let inputs = (0..<7).map { random.sample($0) }
      var arithmetic = ArithmeticPreset.ortVNNI.spec
      if seed % 3 == 0 { arithmetic.finalAccumulator = Accumulator(bits: 17, overflow: .saturate) }
      let alone = try IntegerExecutor(
        random.network, arithmetic: arithmetic, observation: .fast, samplesTogether: 1)
      let together = try IntegerExecutor(
        random.network, arithmetic: arithmetic, observation: .fast, samplesTogether: 4)
      #expect(together.largestLiveSet == alone.largestLiveSet)
      let expected = await alone.run(count: 7, threads: 1) { inputs[$0] }
      let found = await together.run(count: 7, threads: 2) { inputs[$0] }
      #expect(found.outputs == expected.outputs)
      #expect(Self.withoutPaths(found) == Self.withoutPaths(expected))
    }
  }
}
