import Arithmetic
import Execution
import Networks
import Tensors
import TestRandomness
import Testing

@Suite("Orders that mappings imply") struct ReductionOrderTests {
  /// Unoptimized code is some fifty times slower.
  #if DEBUG
    static let layers: [UInt64] = Array(0..<400)
  #else
    static let layers: [UInt64] = Array(0..<5000)
  #endif

  static func layer(_ seed: UInt64) -> RandomLayer {
    var layer = RandomLayer(seed: seed)
    layer.order = .random(for: layer.linear, seed: seed &+ 77)
    return layer
  }

  @Test("the fast path equals the reference in any order, values and every count")
  func equalsReference() throws {
    var seen: [String: Int] = [:]
    for seed in Self.layers {
      let layer = Self.layer(seed)
      let slow = try layer.reference()
      var fast = try layer.fast(observesPrefixes: true)
      #expect(fast.contents == slow.contents, "seed \(seed): \(layer)")
      #expect(fast.codes == slow.codes, "seed \(seed): \(layer)")
      let paths = fast.overflow.paths
      #expect(paths.proved + paths.tracked + paths.stepped == slow.contents.count)
      fast.overflow.paths = slow.overflow.paths
      #expect(fast.overflow == slow.overflow, "seed \(seed): \(layer)")
      let proved = try layer.fast(observesPrefixes: false)
      #expect(proved.contents == slow.contents, "seed \(seed): \(layer)")
      let figures = slow.overflow
      for (name, shown) in [
        ("inner", figures.total(\.overflowedSteps) > 0),
        ("outer", figures.total(\.overflowedOuterSteps) > 0),
        ("spill", figures.total(\.overflowedSpills) > 0),
        ("tracked", paths.tracked > 0), ("proved", paths.proved > 0),
        ("stepped", paths.stepped > 0),
        ("three registers", (layer.order?.registers.count ?? 0) > 2),
      ] where shown {
        seen[name, default: 0] += 1
      }
    }
    for name in ["inner", "outer", "spill", "tracked", "proved", "stepped", "three registers"] {
      #expect(seen[name, default: 0] > Self.layers.count / 100, "\(name)")
    }
  }

  @Test("a wrapping result does not depend on the order, a saturating one does")
  func dependence() throws {
    var differing = 0
    for seed in Self.layers {
      var layer = RandomLayer(seed: seed)
      let flavour = layer.arithmetic.requantization
      let bits = 9 + Int(seed % 8)
      func contents(_ policy: OverflowPolicy, _ order: ReductionOrder?) throws -> [Int] {
        layer.arithmetic = ArithmeticSpec(
          accumulator: Accumulator(bits: bits, overflow: policy), requantization: flavour)
        layer.order = order
        return try layer.fast(observesPrefixes: false).contents
      }
      var orders = [UInt64(1), 2].map { ReductionOrder.random(for: layer.linear, seed: seed &+ $0) }
      // Spills no narrower than the accumulator, which wrap as it does, lose nothing either.
      for index in orders.indices {
        orders[index].spills = orders[index].spills.map {
          ReductionOrder.Spill(
            depth: $0.depth, storage: Accumulator(bits: max($0.storage.bits, bits), overflow: .wrap)
          )
        }
      }
      let stated = try contents(.wrap, nil)
      for order in orders { #expect(try contents(.wrap, order) == stated, "seed \(seed)") }
      if try contents(.saturate, orders[0]) != contents(.saturate, orders[1]) { differing += 1 }
    }
    #expect(differing > Self.layers.count / 10)
  }

  @Test("the stated orders are such orders: the same values and counts")
  func statedOrders() throws {
    for seed in Self.layers.prefix(200) {
      var layer = RandomLayer(seed: seed)
      let flavour = layer.arithmetic.requantization
      let taps = [ReductionAxis.kernelRows, .kernelColumns]
      for (stated, axes) in [
        (AccumulationOrder.kernelMajor, taps + [.inputChannels]),
        (.channelMajor, [.inputChannels] + taps),
      ] {
        layer.arithmetic = ArithmeticSpec(
          accumulator: Accumulator(bits: 14, overflow: .saturate), order: stated,
          requantization: flavour)
        layer.order = nil
        let expected = try layer.fast(observesPrefixes: true)
        layer.order = ReductionOrder(
          inputChannels: layer.linear.inputChannels / layer.linear.groups,
          kernelRows: layer.linear.window.kernelHeight,
          kernelColumns: layer.linear.window.kernelWidth,
          registers: [.init(loops: axes.map { .init($0, tile: 1) })])
        // The order as it stands, not the order that the arithmetic states.
        layer.arithmetic.order = stated == .kernelMajor ? .channelMajor : .kernelMajor
        #expect(try layer.fast(observesPrefixes: true) == expected, "seed \(seed)")
      }
    }
  }

  /// One output of four input channels with weights of one.
  static func sum(
    _ codes: [Int32], _ registers: [ReductionOrder.Register], bits: Int = 8,
    spills: [ReductionOrder.Spill] = []
  ) throws -> LinearReference.Outcome {
    let count = codes.count
    let linear = QuantizedLinear(
      inputChannels: count, outputChannels: 1, groups: 1,
      window: WindowGeometry(height: 1, width: 1, kernelHeight: 1, kernelWidth: 1),
      weightFormat: .affine(IntegerFormat(bits: 8, isSigned: true)),
      weights: Tensor(
        shape: Shape([1, 1, 1, count]), elements: [Int32](repeating: 1, count: count)),
      weightScales: [1], bias: nil)
    let format = NumberFormat.affine(IntegerFormat(bits: 8, isSigned: true))
    let quantization = ActivationQuantization(format: format, scale: 1, zeroPoint: 0)
    return try LinearReference.outcome(
      of: linear, codes: codes,
      arithmetic: ArithmeticSpec(accumulator: Accumulator(bits: bits, overflow: .saturate)),
      order: ReductionOrder(
        inputChannels: count, kernelRows: 1, kernelColumns: 1, registers: registers,
        spills: spills), input: quantization, output: quantization, clamp: -128...127)
  }

  @Test("orders by hand: one by one, strided, trees, chains from zero, trees of contents, spills")
  func byHand() throws {
    typealias Loop = ReductionOrder.Loop
    typealias Register = ReductionOrder.Register
    let one = Loop(.inputChannels, tile: 1)
    let pair = Loop(.inputChannels, tile: 2)
    let codes: [Int32] = [100, 100, -100, -50]
    // 100, 127 (clipped), 27, -23.
    #expect(try Self.sum(codes, [Register(loops: [pair, one])]).contents == [-23])
    // Channels 0, 2, 1, 3: 100, 0, 100, 50.
    #expect(try Self.sum(codes, [Register(loops: [one, pair])]).contents == [50])
    // Pairs exactly: 200 clipped to 127, then -150: -23.
    #expect(try Self.sum(codes, [Register(loops: [pair], tree: [one])]).contents == [-23])
    // All exactly: 50.
    #expect(try Self.sum(codes, [Register(loops: [], tree: [pair, one])]).contents == [50])
    // Chains from zero: 127, and -150 clipped to -128; their sum is -1.
    let chains = [Register(loops: [pair]), Register(loops: [one])]
    let figures = try Self.sum(codes, chains)
    #expect(figures.contents == [-1])
    #expect(figures.overflow.total(\.overflowedSteps) == 2)
    #expect(figures.overflow.total(\.outerSteps) == 2)
    // Contents 127 and 50 in a tree behind 100: exact 177 + 100 clips once; one by one twice.
    let more: [Int32] = [100, 100, 50, 0, 100, 0]
    let trees = [
      Register(loops: [Loop(.inputChannels, tile: 4)], tree: [pair]), Register(loops: [one]),
    ]
    let tree = try Self.sum(more, trees)
    #expect(tree.contents == [127])
    #expect(tree.overflow.total(\.overflowedOuterSteps) == 2)
    #expect(tree.overflow.total(\.outerSteps) == 2)
    // 100 + 100 is stored in 7 bits as 63 after the first pair, and once only: 63 - 100 - 50.
    let spill = ReductionOrder.Spill(depth: 1, storage: Accumulator(bits: 7, overflow: .saturate))
    let spilled = try Self.sum(codes, [Register(loops: [pair, one])], bits: 16, spills: [spill])
    #expect(spilled.contents == [-87])
    #expect(spilled.overflow.total(\.spills) == 1)
    #expect(spilled.overflow.total(\.overflowedSpills) == 1)
    #expect(spilled.overflow.total(\.overflowedOutputs) == 1)
    #expect(spilled.overflow.total(\.overflowedSteps) == 0)
  }

  @Test("an order for another kernel is an error")
  func otherKernel() {
    var layer = RandomLayer(seed: 1)
    layer.order = ReductionOrder(
      inputChannels: layer.linear.inputChannels + 1, kernelRows: 1, kernelColumns: 1,
      registers: [.init(loops: [.init(.inputChannels, tile: 1)])])
    let error = #expect(throws: ExecutionError.self) { try layer.reference() }
    #expect(error?.description.contains("an order of additions for another kernel") == true)
  }

  @Test("a ragged order in words and written out")
  func words() {
    let order = ReductionOrder(
      inputChannels: 5, kernelRows: 2, kernelColumns: 1,
      registers: [
        .init(loops: [.init(.inputChannels, tile: 4)], tree: [.init(.kernelRows, tile: 1)]),
        .init(loops: [.init(.inputChannels, tile: 2)], tree: [.init(.inputChannels, tile: 1)]),
      ], spills: [.init(depth: 1, storage: Accumulator(bits: 16, overflow: .wrap))])
    #expect(order.description == "c/4 spilled 16:wrap, tree(r, sum(c/2, tree(c)))")
    let sequence = ProductSequence(order)
    #expect(sequence.places == [0, 1, 2, 3, 5, 6, 7, 8, 4, 9])
    #expect(sequence.ends == [0, 1, 0, 2, 0, 1, 0, 3, 2, 3])
    #expect(sequence.spills == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0])
  }
}
