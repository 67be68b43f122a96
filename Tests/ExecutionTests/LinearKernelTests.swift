import Arithmetic
import CKernels
import Execution
import Networks
import Testing

/// The dispatch level is one for the process, so these tests run one after the other.
@Suite(.serialized) struct LinearKernelTests {
  /// A machine without an instruction set repeats a lower level.
  static let levels: [Int32] = (0..<WW_DISPATCH_LEVELS).map(Int32.init)
  /// Unoptimized code is some fifty times slower.
  #if DEBUG
    static let layers: [UInt64] = Array(0..<200)
  #else
    static let layers: [UInt64] = Array(0..<3000)
  #endif

  private func atLevel(_ level: Int32, _ body: () throws -> Void) rethrows {
    ww_limit_dispatch(level)
    defer { ww_limit_dispatch(Int32(WW_AMX)) }
    try body()
  }

  @Test("the fast path equals the reference, values and every count", arguments: levels)
  func equalsReference(level: Int32) throws {
    try atLevel(level) {
      var overflowed = 0
      var kinds: [String: Int] = [:]
      for seed in Self.layers {
        let layer = RandomLayer(seed: seed)
        let slow = try layer.reference()
        var fast = try layer.fast(observesPrefixes: true)
        #expect(fast.contents == slow.contents, "seed \(seed): \(layer)")
        #expect(fast.codes == slow.codes, "seed \(seed): \(layer)")
        let paths = fast.overflow.paths
        #expect(paths.total == slow.contents.count)
        fast.overflow.paths = slow.overflow.paths
        if fast.overflow != slow.overflow {
          Issue.record("seed \(seed): \(layer): \(Self.difference(fast.overflow, slow.overflow))")
        }
        if slow.overflow.firstOverflowedStep != nil { overflowed += 1 }
        for kind in layer.kinds(slow.overflow) { kinds[kind, default: 0] += 1 }
      }
      // The cases are worth something only if many overflow and many do not.
      #expect(overflowed > Self.layers.count / 4 && overflowed < Self.layers.count * 3 / 4)
      for kind in RandomLayer.kinds {
        #expect(kinds[kind, default: 0] > Self.layers.count / 100, "\(kind)")
      }
    }
  }

  @Test("without prefixes the values and the overflow counts are the same", arguments: levels)
  func fastObservation(level: Int32) throws {
    try atLevel(level) {
      for seed in Self.layers {
        let layer = RandomLayer(seed: seed)
        let full = try layer.fast(observesPrefixes: true)
        let fast = try layer.fast(observesPrefixes: false)
        #expect(fast.contents == full.contents, "seed \(seed): \(layer)")
        #expect(fast.codes == full.codes, "seed \(seed): \(layer)")
        #expect(!fast.overflow.observesPrefixes)
        #expect(fast.overflow.firstOverflowedStep == full.overflow.firstOverflowedStep)
        for (ours, theirs) in zip(fast.overflow.channels, full.overflow.channels) {
          var same = ours
          same.observed = theirs.observed
          #expect(same == theirs, "seed \(seed): \(layer)")
        }
      }
    }
  }

  @Test(
    "bytes to bytes, sample after sample, the codes and the counts are the same", arguments: levels)
  func storedCodes(level: Int32) throws {
    try atLevel(level) {
      var narrow = 0
      for seed in Self.layers {
        let layer = RandomLayer(seed: seed)
        let once = try layer.fast(observesPrefixes: false)
        let twice = try layer.stored(samples: 2)
        #expect(twice.codes == [once.codes, once.codes], "seed \(seed): \(layer)")
        #expect(twice.overflow.firstOverflowedStep == once.overflow.firstOverflowedStep)
        for (ours, theirs) in zip(twice.overflow.channels, once.overflow.channels) {
          var doubled = theirs
          doubled.merge(theirs)
          #expect(ours == doubled, "seed \(seed): \(layer)")
        }
        #expect(twice.overflow.paths.total == 2 * once.overflow.paths.total)
        if twice.overflow.paths.redone + twice.overflow.paths.stepped > 0 { narrow += 1 }
      }
      #expect(narrow > Self.layers.count / 10)
    }
  }

  @Test("a register as wide as the bound never overflows, and nothing exceeds the bound")
  func boundHolds() throws {
    for seed in Self.layers {
      var layer = RandomLayer(seed: seed)
      let free = try layer.fast(observesPrefixes: true).overflow
      #expect(free.boundBits >= free.observedBits ?? 0, "seed \(seed): \(layer)")
      #expect(free.dataTypeBound.bits >= free.boundBits, "seed \(seed): \(layer)")
      for channel in free.channels {
        let seen = try #require(channel.observed)
        #expect(channel.bound.lowest <= seen.lowest && seen.highest <= channel.bound.highest)
      }
      let outerBits = free.channels.compactMap(\.outerBound?.bits).max() ?? 2
      for overflow in [OverflowPolicy.wrap, .saturate, .saturateToZero, .wrapSignMagnitude] {
        layer.arithmetic.accumulator = Accumulator(
          bits: max(2, free.boundBits), overflow: overflow)
        layer.arithmetic.outer?.accumulator = Accumulator(
          bits: max(2, outerBits), overflow: overflow)
        let figures = try layer.fast(observesPrefixes: true).overflow
        #expect(figures.total(\.overflowedSteps) == 0)
        #expect(figures.total(\.overflowedBiasSteps) == 0)
        #expect(figures.total(\.overflowedOuterSteps) == 0)
        #expect(figures.total(\.overflowedOutputs) == 0)
        #expect(figures.paths.proved == figures.total(\.outputs))
      }
    }
  }

  @Test("wrapped contents do not depend on order, lanes or the place of the bias")
  func wrapIsOrderFree() throws {
    for seed in Self.layers.prefix(400) {
      var layer = RandomLayer(seed: seed)
      // The preloaded rounding of a shift moves the bias.
      layer.arithmetic = ArithmeticSpec(
        accumulator: .unlimited, requantization: layer.arithmetic.requantization)
      let exact = try layer.fast(observesPrefixes: false).contents
      let narrow = Accumulator(bits: 9 + Int(seed % 8), overflow: .wrap)
      for order in AccumulationOrder.allCases {
        for lanes in [1, 3, 8] {
          layer.arithmetic = ArithmeticSpec(
            accumulator: narrow, order: order, lanes: lanes, bias: lanes == 3 ? .first : .last,
            requantization: layer.arithmetic.requantization)
          // Correcting the zero point at the end is the same modulo 2^P.
          layer.arithmetic.zeroPoint = lanes == 8 ? .corrected : .subtracted
          let contents = try layer.fast(observesPrefixes: false).contents
          #expect(contents == exact.map(narrow.stored), "seed \(seed): \(layer)")
        }
      }
    }
  }

  private static func difference(_ fast: LayerOverflow, _ slow: LayerOverflow) -> String {
    if fast.firstOverflowedStep != slow.firstOverflowedStep {
      return
        "first \(String(describing: fast.firstOverflowedStep)), "
        + "not \(String(describing: slow.firstOverflowedStep))"
    }
    if fast.bitsHistogram != slow.bitsHistogram { return "histograms differ" }
    for (channel, pair) in zip(fast.channels, slow.channels).enumerated() where pair.0 != pair.1 {
      return "channel \(channel): \(pair.0), not \(pair.1)"
    }
    return "another figure differs"
  }
}
