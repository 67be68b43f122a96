public import Devices
public import Mappings

/// One contiguous transfer between the outermost memory and the chip.
public struct AddressRun: Hashable, Sendable {
  /// What is moved.
  public var operand: Operand
  /// Whether it is written to the outermost memory.
  public var isWrite: Bool
  /// The first bit.
  public var firstBit: Int
  /// The bits moved.
  public var bits: Int

  /// A transfer.
  public init(operand: Operand, isWrite: Bool, firstBit: Int, bits: Int) {
    self.operand = operand
    self.isWrite = isWrite
    self.firstBit = firstBit
    self.bits = bits
  }
}

/// The transfers of a layer under a mapping, in the order in which the loops make them.
///
/// Tensors lie one after the other, each at a multiple of `alignment`: inputs as [n, h, w, g, c], weights
/// as [g, k, r, s, c] and biases after them, outputs as [n, p, q, g, k]. An element takes as many bits as it
/// has; a partial sum lies in a place of its own width.
///
/// - Model: tiles are loaded when the nest changes them and written when it leaves them, as `AccessCounts`
///   counts; weights before inputs before outputs where several change at once. Layers without products
///   stream each tensor once, in the order in which it is stored.
/// - Validity: the bits of all runs of a layer of products equal the counted traffic of the outermost level.
public struct AddressStream: Sendable {
  private let work: LayerWork
  private let mapping: Mapping
  private let layout: TensorLayout

  /// The stream of a mapping, or nil where tiles go to single units over loops in time: such transfers
  /// have no one order.
  ///
  /// - Parameter alignment: bytes at a multiple of which tensors begin.
  public init?(_ legal: LegalMapping, alignment: Int = 65_536) {
    work = legal.work
    mapping = legal.mapping
    layout = TensorLayout(work, alignment: alignment)
    guard work.kind == .products else { return }
    let loops = mapping.loops
    for operand in work.operands {
      let depth = Self.depth(of: operand, mapping)
      let space = loops.firstIndex { $0.place.isSpatial } ?? loops.count
      if space < depth, loops[space..<depth].contains(where: { !$0.place.isSpatial }) { return nil }
    }
  }

  /// The loops outside the tiles that the outermost level hands on.
  private static func depth(of operand: Operand, _ mapping: Mapping) -> Int {
    mapping.depths.dropFirst().compactMap { $0[operand] }.first ?? mapping.loops.count
  }

  /// Hands out every run in order.
  public func forEachRun(_ body: (AddressRun) -> Void) {
    guard work.kind == .products else { return streamTensors(body) }
    if work.biasCount > 0 {
      body(
        AddressRun(
          operand: .weights, isWrite: false, firstBit: layout.biases,
          bits: work.biasCount * work.widths.bias))
    }
    var walk = Walk(work, mapping, layout)
    walk.enter(0, body)
    walk.leave(body)
  }

  private func streamTensors(_ body: (AddressRun) -> Void) {
    for operand in work.operands {
      let isOutput = operand == .outputs
      let bits = work.elements(of: operand) * (isOutput ? work.widths.outputs : work.widths.inputs)
      if bits == 0 { continue }
      body(
        AddressRun(
          operand: operand, isWrite: isOutput, firstBit: layout.bases[operand], bits: bits))
    }
  }

  /// The state of one walk of the nest.
  private struct Walk {
    /// One loop, with what the walk asks of it at every step.
    private struct Loop {
      var axis: Int
      var tile: Int
      var isSpatial: Bool
      /// Whether another iteration needs other elements: weights, inputs, outputs.
      var changes: PerOperand<Bool>
    }

    private let layout: TensorLayout
    private let operands: [Operand]
    private let depths: PerOperand<Int>
    private let deepest: Int
    private let loops: [Loop]
    private let reductions: [(axis: Int, bound: Int)]
    /// The iterations of each axis in the present tile.
    private var ranges: [Range<Int>]
    /// The iteration of each loop.
    private var trips: [Int]
    /// Whether the tile that the chip holds is not the present one.
    private var isStale = PerOperand(repeating: true)
    /// The outputs that the chip holds.
    private var outputs: [Range<Int>]?
    /// Whether those outputs are complete when they leave.
    private var isLastVisit = false

    init(_ work: LayerWork, _ mapping: Mapping, _ layout: TensorLayout) {
      self.layout = layout
      operands = work.operands
      var depths = PerOperand(repeating: 0)
      for operand in work.operands { depths[operand] = AddressStream.depth(of: operand, mapping) }
      self.depths = depths
      deepest = work.operands.map { depths[$0] }.max() ?? 0
      loops = mapping.loops.map { loop in
        Loop(
          axis: loop.axis.index, tile: loop.tile, isSpatial: loop.place.isSpatial,
          changes: PerOperand(
            weights: Operand.weights.depends(on: loop.axis),
            inputs: Operand.inputs.depends(on: loop.axis),
            outputs: Operand.outputs.depends(on: loop.axis)))
      }
      reductions = LoopAxis.allCases.filter { !Operand.outputs.depends(on: $0) }
        .map { ($0.index, work.bounds[$0]) }
      ranges = LoopAxis.allCases.map { 0..<work.bounds[$0] }
      trips = [Int](repeating: 0, count: loops.count)
    }

    mutating func enter(_ position: Int, _ body: (AddressRun) -> Void) {
      for operand in operands where depths[operand] == position { visit(operand, body) }
      guard position < deepest else { return }
      let loop = loops[position]
      let range = ranges[loop.axis]
      if range.isEmpty { return }
      if loop.isSpatial || range.count <= loop.tile {
        enter(position + 1, body)
        return
      }
      var start = range.lowerBound
      while start < range.upperBound {
        ranges[loop.axis] = start..<min(start + loop.tile, range.upperBound)
        for operand in operands where loop.changes[operand] && position < depths[operand] {
          isStale[operand] = true
        }
        enter(position + 1, body)
        start += loop.tile
        trips[position] += 1
      }
      trips[position] = 0
      ranges[loop.axis] = range
    }

    private mutating func visit(_ operand: Operand, _ body: (AddressRun) -> Void) {
      let isStale = isStale[operand]
      self.isStale[operand] = false
      guard operand == .outputs else {
        if isStale { layout.runs(of: operand, ranges, isWrite: false, isFinished: true, body) }
        return
      }
      if isStale { leave(body) }
      isLastVisit = reductions.allSatisfy { ranges[$0.axis].upperBound == $0.bound }
      guard isStale else { return }
      outputs = ranges
      // A sum is read back unless this is its first visit.
      for position in 0..<depths.outputs where trips[position] > 0 {
        if loops[position].changes.outputs { continue }
        layout.runs(of: .outputs, ranges, isWrite: false, isFinished: false, body)
        return
      }
    }

    /// Writes the outputs that the chip holds.
    mutating func leave(_ body: (AddressRun) -> Void) {
      guard let ranges = outputs else { return }
      layout.runs(of: .outputs, ranges, isWrite: true, isFinished: isLastVisit, body)
      outputs = nil
    }
  }
}
