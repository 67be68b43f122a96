import Arithmetic
import Devices
import Mappings
import Quantities
import Testing

@Suite("The order of additions that a mapping implies") struct ReductionOrderTests {
  /// The places of the products of one output as the nest visits them: loops in time that a unit does not
  /// sum by itself, then units, then the loops of a unit, then lanes.
  static func walked(_ legal: LegalMapping, on device: Device) -> [Int] {
    let work = legal.work
    let loops = legal.mapping.loops
    var around = LoopAxis.allCases.map { work.bounds[$0] }
    var units = 0
    for (position, loop) in loops.enumerated() {
      guard let axis = LoopAxis.allCases.firstIndex(of: loop.axis) else { continue }
      let isAcross = loop.place == .rows || loop.place == .columns
      if isAcross, loop.axis.isReduction, around[axis] > loop.tile { units = position + 1 }
      around[axis] = min(around[axis], loop.tile)
    }
    var unit = loops.count
    for (memory, depths) in zip(device.memories, legal.mapping.depths).reversed() {
      if memory.isPerUnit, let depth = depths.outputs, depth >= units { unit = depth }
    }
    var visits: [(key: [Int], place: Int)] = []
    func walk(_ depth: Int, _ ranges: [LoopAxis: Range<Int>], _ steps: [Int]) {
      guard depth < loops.count else {
        func key(_ isChosen: (Int) -> Bool) -> [Int] {
          loops.indices.filter(isChosen).map { steps[$0] }
        }
        let key =
          key { loops[$0].place == .time && $0 < unit }
          + key { loops[$0].place == .rows || loops[$0].place == .columns }
          + key { loops[$0].place == .time && $0 >= unit } + key { loops[$0].place == .lanes }
        let first = { (axis: LoopAxis) in ranges[axis]?.lowerBound ?? 0 }
        let tap = first(.kernelRows) * work.bounds.kernelColumns + first(.kernelColumns)
        visits.append((key, tap * work.bounds.inputChannels + first(.inputChannels)))
        return
      }
      let loop = loops[depth]
      guard let range = ranges[loop.axis] else { return }
      for (step, start) in stride(from: range.lowerBound, to: range.upperBound, by: loop.tile)
        .enumerated()
      {
        var inner = ranges
        inner[loop.axis] = start..<min(start + loop.tile, range.upperBound)
        walk(depth + 1, inner, steps + [step])
      }
    }
    var ranges: [LoopAxis: Range<Int>] = [:]
    for axis in LoopAxis.allCases {
      // One output: the first one.
      ranges[axis] = axis.isReduction ? 0..<work.bounds[axis] : 0..<1
    }
    walk(0, ranges, [])
    return visits.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.place)
  }

  @Test("equals a walk of the nest, in ragged mappings too, and visits every product once")
  func walk() throws {
    var count = 0
    for seed in UInt64(0)..<1500 {
      var sample = MappingTextTests.uneven(seed)
      if seed % 2 == 0 {
        let general = GeneralCase(seed: seed)
        sample = RandomCase(
          work: general.work, device: general.device, mapping: general.mapping)
      }
      sample.device.compute.dataflow = .weightStationary
      guard sample.work.kind == .products,
        let legal = try? LegalMapping(sample.mapping, of: sample.work, on: sample.device),
        let order = legal.reductionOrder(on: sample.device)
      else { continue }
      let sequence = ProductSequence(order)
      #expect(
        sequence.places == Self.walked(legal, on: sample.device), "seed \(seed):\n\(legal.text)")
      #expect(sequence.places.sorted() == Array(0..<order.products), "seed \(seed)")
      #expect(sequence.ends.last == 2 * sequence.registers - 1)
      count += 1
    }
    #expect(count > 300)
  }

  /// 8 input channels, 3 x 3 taps, 4 x 4 outputs of 4 channels.
  static let work: LayerWork = {
    var bounds = LoopBounds()
    bounds.outputChannels = 4
    bounds.inputChannels = 8
    bounds.outputRows = 4
    bounds.outputColumns = 4
    bounds.kernelRows = 3
    bounds.kernelColumns = 3
    bounds.inputHeight = 6
    bounds.inputWidth = 6
    return LayerWork(
      name: "conv", kind: .products, bounds: bounds,
      widths: OperandWidths(weights: 8, inputs: 8, outputs: 8, partialSums: 32, bias: 0))
  }()

  static func order(
    _ dataflow: Dataflow, _ text: String, unitOutputs: Bool = false,
    change: (inout Device) -> Void = { _ in }
  ) throws -> ReductionOrder? {
    let operands = Set(Operand.allCases)
    var device = TestDevice.device(
      dataflow: dataflow, rows: 8, columns: 8,
      memories: [
        TestDevice.memory("dram", operands: operands),
        TestDevice.memory("sums", operands: [.outputs]),
        TestDevice.memory(
          "registers", operands: unitOutputs ? operands : [.weights], isPerUnit: true),
      ])
    device.compute.lanes = 4
    change(&device)
    let mapping = try Mapping(text: text, of: work, on: device)
    return try LegalMapping(mapping, of: work, on: device).reductionOrder(on: device)
  }

  static let stationary = """
    dram       r 3x1, s 3x1
    sums       c 2x4, p 4x1, q 4x1
    array      rows c 4x1; columns k 4x1
    registers  -
    """

  @Test("units side by side: a tree, a chain from zero, a chain that carries the sum")
  func reductions() throws {
    let tree = try Self.order(.weightStationary, Self.stationary)
    #expect(tree?.description == "r, s, c/4, tree(c)")
    let systolic = try Self.order(.weightStationary, Self.stationary) {
      $0.compute.isSystolic = true
    }
    #expect(systolic?.description == "r, s, c/4, sum(c)")
    let stated = try Self.order(.weightStationary, Self.stationary) {
      $0.compute.isSystolic = true
      $0.spatialReduction = .tree
    }
    #expect(stated == tree)
    let carried = try Self.order(.rowStationary, Self.stationary)
    #expect(carried?.description == "r, s, c/4, c")
  }

  @Test("a unit that keeps its outputs sums by itself first; lanes are a tree")
  func units() throws {
    let rows = """
      dram       c 2x4
      sums       p 4x1
      array      rows r 3x1; columns k 4x1; lanes c 4x1
      registers  q 4x1, s 3x1
      """
    let row = try Self.order(.rowStationary, rows, unitOutputs: true)
    #expect(row?.description == "c/4, r, sum(s, tree(c))")
    let tree = try Self.order(.weightStationary, rows, unitOutputs: true)
    #expect(tree?.description == "c/4, tree(r, sum(s, tree(c)))")
    let systolic = try Self.order(.weightStationary, rows, unitOutputs: true) {
      $0.compute.isSystolic = true
    }
    #expect(systolic?.description == "c/4, sum(r, sum(s, tree(c)))")
    let alone = """
      dram       c 2x4
      sums       p 4x1
      array      rows q 4x1; columns k 4x1; lanes c 4x1
      registers  r 3x1, s 3x1
      """
    let one = try Self.order(.weightStationary, alone, unitOutputs: true)
    #expect(one?.description == "c/4, r, s, tree(c)")
  }

  @Test("partial sums pass a level's own form when their tile comes back to it, and only then")
  func spills() throws {
    let spilled = try Self.order(.weightStationary, Self.stationary) {
      $0.memories[1].partialSums = Accumulator(bits: 16, overflow: .saturate)
    }
    // The array adds to the level itself at each step.
    #expect(
      spilled?.description
        == "r spilled 16:saturate, s spilled 16:saturate, c/4 spilled 16:saturate, tree(c)")
    // All outputs stay in the inner level: nothing comes back from outside.
    let whole = try Self.order(.weightStationary, Self.stationary) {
      $0.memories[0].partialSums = Accumulator(bits: 16, overflow: .saturate)
    }
    #expect(whole?.spills == [])
    let tiles = """
      dram       r 3x1, p 4x1, s 3x1
      sums       c 2x4, q 4x1
      array      rows c 4x1; columns k 4x1
      registers  -
      """
    let tiled = try Self.order(.weightStationary, tiles) {
      $0.memories[0].partialSums = Accumulator(bits: 16, overflow: .saturate)
      $0.memories[1].partialSums = Accumulator(bits: 20, overflow: .wrap)
    }
    #expect(
      tiled?.description
        == "r spilled 20:wrap spilled 16:saturate, s spilled 20:wrap, c/4 spilled 20:wrap, tree(c)")
  }
}
