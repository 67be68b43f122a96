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
///   counts; weights before inputs before outputs where several change at once.
/// - Validity: the bits of all runs equal the counted traffic of the outermost level.
public struct AddressStream: Sendable {
  private let mapping: LegalMapping
  private let bases: PerOperand<Int>
  /// Where biases lie.
  private let biasBase: Int

  /// The stream of a mapping, or nil where tiles go to single units over loops in time: such transfers
  /// have no one order.
  ///
  /// - Parameter alignment: bytes at a multiple of which tensors begin.
  public init?(_ mapping: LegalMapping, alignment: Int = 65_536) {
    let loops = mapping.mapping.loops
    for operand in mapping.work.operands {
      let depth = Self.depth(of: operand, mapping)
      let space = loops.firstIndex { $0.place.isSpatial } ?? loops.count
      if space < depth, loops[space..<depth].contains(where: { !$0.place.isSpatial }) { return nil }
    }
    if case .elementwise(let inputCount) = mapping.work.kind, inputCount != 1 { return nil }
    self.mapping = mapping
    let work = mapping.work
    let bounds = work.bounds
    func aligned(_ bits: Int) -> Int {
      (bits + alignment * 8 - 1) / (alignment * 8) * alignment * 8
    }
    let inputs =
      bounds.batch * bounds.groups * bounds.inputChannels * bounds.inputHeight * bounds.inputWidth
    let weightBits = work.elements(of: .weights) * work.widths.weights
    let weightBase = aligned(inputs * work.widths.inputs)
    biasBase = weightBase + weightBits
    let outputBase = aligned(biasBase + work.biasCount * work.widths.bias)
    bases = PerOperand(weights: weightBase, inputs: 0, outputs: outputBase)
  }

  /// The layer.
  var work: LayerWork { mapping.work }

  /// The first bit of a tensor.
  func base(of operand: Operand) -> Int { bases[operand] }

  /// The loops outside the tiles that the outermost level hands on.
  private static func depth(of operand: Operand, _ mapping: LegalMapping) -> Int {
    mapping.mapping.depths.dropFirst().compactMap { $0[operand] }.first
      ?? mapping.mapping.loops.count
  }

  /// Hands out every run in order.
  public func forEachRun(_ body: (AddressRun) -> Void) {
    let work = mapping.work
    if work.biasCount > 0 {
      body(
        AddressRun(
          operand: .weights, isWrite: false, firstBit: biasBase,
          bits: work.biasCount * work.widths.bias))
    }
    var walk = Walk(stream: self)
    walk.enter(0, ranges: LoopAxis.allCases.map { 0..<work.bounds[$0] }, indices: [], body)
    walk.leave(body)
  }

  /// The state of one walk of the nest.
  private struct Walk {
    let stream: AddressStream
    let operands: [Operand]
    let depths: PerOperand<Int>
    let deepest: Int
    /// The indices of the loops that each operand depends on, of the tile that the chip holds.
    var held = PerOperand<[Int]?>(repeating: nil)
    /// The outputs that the chip holds.
    var outputs: [Range<Int>]?
    /// Whether those outputs are complete when they leave.
    var isLastVisit = false

    init(stream: AddressStream) {
      self.stream = stream
      operands = stream.mapping.work.operands
      var depths = PerOperand(repeating: 0)
      for operand in operands { depths[operand] = AddressStream.depth(of: operand, stream.mapping) }
      self.depths = depths
      deepest = operands.map { depths[$0] }.max() ?? 0
    }

    mutating func enter(
      _ position: Int, ranges: [Range<Int>], indices: [Int], _ body: (AddressRun) -> Void
    ) {
      if ranges.contains(where: \.isEmpty) { return }
      for operand in operands where depths[operand] == position {
        visit(operand, ranges, indices, body)
      }
      guard position < deepest else { return }
      let loop = stream.mapping.mapping.loops[position]
      let axis = LoopAxis.allCases.firstIndex(of: loop.axis) ?? 0
      let range = ranges[axis]
      if loop.place.isSpatial || range.count <= loop.tile {
        enter(position + 1, ranges: ranges, indices: indices + [0], body)
        return
      }
      var inner = ranges
      for (trip, start) in stride(from: range.lowerBound, to: range.upperBound, by: loop.tile)
        .enumerated()
      {
        inner[axis] = start..<min(start + loop.tile, range.upperBound)
        enter(position + 1, ranges: inner, indices: indices + [trip], body)
      }
    }

    private mutating func visit(
      _ operand: Operand, _ ranges: [Range<Int>], _ indices: [Int], _ body: (AddressRun) -> Void
    ) {
      let loops = stream.mapping.mapping.loops
      let identity = indices.indices.filter { operand.depends(on: loops[$0].axis) }
        .map { indices[$0] }
      let isLast = LoopAxis.allCases.indices.allSatisfy {
        Operand.outputs.depends(on: LoopAxis.allCases[$0])
          || ranges[$0].upperBound == stream.work.bounds[LoopAxis.allCases[$0]]
      }
      if held[operand] == identity {
        if operand == .outputs { isLastVisit = isLast }
        return
      }
      if operand == .outputs {
        leave(body)
        outputs = ranges
        isLastVisit = isLast
        let isFirst = indices.indices.allSatisfy {
          operand.depends(on: loops[$0].axis) || indices[$0] == 0
        }
        if !isFirst { stream.runs(of: .outputs, ranges, isWrite: false, isFinished: false, body) }
      } else {
        stream.runs(of: operand, ranges, isWrite: false, isFinished: true, body)
      }
      held[operand] = identity
    }

    /// Writes the outputs that the chip holds.
    mutating func leave(_ body: (AddressRun) -> Void) {
      guard let ranges = outputs else { return }
      stream.runs(of: .outputs, ranges, isWrite: true, isFinished: isLastVisit, body)
      outputs = nil
    }
  }
}
