import Devices
import Quantities

extension LoopNest {
  /// The first level whose tiles do not fit, as the reason of an error, or nil when all fit.
  func overflow(of device: DeviceOutline) -> MappingError.Reason? {
    for index in levels.indices {
      let memory = device.levels[index]
      guard memory.isLimited else { continue }
      var shared = OperandMask()
      var needed = 0
      for operand in Operand.allCases where levels[index].depths[operand] != nil {
        let bits = occupied(operand, at: index, isDoubleBuffered: memory.isDoubleBuffered)
        if let own = memory.own[operand] {
          if bits > own {
            return .capacity(
              level: device.names[index], operands: [operand], needed: Bits(bits),
              capacity: Bits(own))
          }
        } else {
          shared.insert(operand)
          needed += bits
        }
      }
      if let capacity = memory.capacity, needed > capacity {
        return .capacity(
          level: device.names[index], operands: Operand.allCases.filter(shared.contains),
          needed: Bits(needed), capacity: Bits(capacity))
      }
    }
    return nil
  }

  /// The bits that an operand occupies at a level.
  ///
  /// The outermost level that holds an operand holds all of it. A tile that changes is stored twice
  /// when the level is double buffered.
  private func occupied(_ operand: Operand, at index: Int, isDoubleBuffered: Bool) -> Int {
    let level = levels[index]
    let isHome = !(0..<index).contains { levels[$0].depths[operand] != nil }
    let depth = isHome ? 0 : depth(of: operand, at: index)
    var changes = false
    var isScattered = false
    for position in 0..<depth {
      if isRepeated(position), operand.depends(on: loops[position].axis) { changes = true }
      if loops[position].isSpatial, !separates(index, operand, position) { isScattered = true }
    }
    let isPartial = operand == .outputs && (level.isPerUnit || holdsPartialSums(index))
    let copies = isDoubleBuffered && changes ? 2 : 1
    if isScattered {
      let parts = LoopAxis.allCases.map { blocks($0, of: operand, at: index) }
      return copies
        * work.tileBits(
          of: operand, blocks: parts, isPartial: isPartial, isPerUnit: level.isPerUnit)
    }
    let bits = work.tileBits(
      of: operand, extents: extents(depth: depth), isPartial: isPartial,
      isPerUnit: level.isPerUnit)
    return bits * copies
  }

  /// The iterations of an axis that the units of the first instance of a level work on in the first step,
  /// which has the most.
  private func blocks(_ axis: LoopAxis, of operand: Operand, at level: Int) -> [Range<Int>] {
    var blocks = [0..<work.bounds[axis]]
    for position in 0..<depth(of: operand, at: level) where loops[position].axis == axis {
      let loop = loops[position]
      if loop.isSpatial, !separates(level, operand, position) {
        blocks = blocks.flatMap { $0.blocks(of: loop.tile) }
      } else {
        blocks = blocks.map { $0.lowerBound..<min($0.upperBound, $0.lowerBound + loop.tile) }
      }
    }
    return blocks.reduce(into: []) { joined, block in
      if let last = joined.last, last.upperBound == block.lowerBound {
        joined[joined.count - 1] = last.lowerBound..<block.upperBound
      } else {
        joined.append(block)
      }
    }
  }

  /// Whether a loop in time has several iterations.
  private func isRepeated(_ position: Int) -> Bool {
    let loop = loops[position]
    return !loop.isSpatial && loop.around > loop.tile
  }

  /// Whether outputs return to a shared level before they are finished.
  ///
  /// They do when a loop over products encloses one over outputs, both outside the next level inwards.
  private func holdsPartialSums(_ index: Int) -> Bool {
    guard work.kind == .products else { return false }
    let child = (index + 1..<max(levels.count, index + 1)).first {
      levels[$0].depths.outputs != nil
    }
    let depth = depth(of: .outputs, at: child)
    var isInside = false
    for position in 0..<depth where isRepeated(position) {
      let isReduction = loops[position].axis.isReduction
      if isInside, !isReduction { return true }
      if isReduction, !isInside {
        if child == nil, !latched.contains(.outputs) { return true }
        isInside = true
      }
    }
    return false
  }
}

extension LayerWork {
  /// The bits of the tile of an operand that spans these extents, by axis.
  ///
  /// Biases lie with the weights of shared levels; outputs are as wide as the accumulator while partial.
  func tileBits(
    of operand: Operand, extents: Extents, isPartial: Bool, isPerUnit: Bool
  ) -> Int {
    let groups = extents[.groups]
    let outputChannels = extents[.outputChannels]
    let inputChannels = extents[.inputChannels]
    let outputRows = extents[.outputRows]
    let outputColumns = extents[.outputColumns]
    let kernelRows = extents[.kernelRows]
    let kernelColumns = extents[.kernelColumns]
    let batch = extents[.batch]
    switch operand {
    case .weights:
      let each = inputChannels * kernelRows * kernelColumns * widths.weights
      return groups * outputChannels * (each + (isPerUnit ? 0 : widths.bias))
    case .inputs:
      return batch * groups * inputChannels * inputCount * widths.inputs
        * bounds.rows.largest(outputs: outputRows, taps: kernelRows)
        * bounds.columns.largest(outputs: outputColumns, taps: kernelColumns)
    case .outputs:
      return batch * groups * outputChannels * outputRows * outputColumns
        * (isPartial ? widths.partialSums : widths.outputs)
    }
  }
}

extension LayerWork {
  /// The bits of a tile that spans these iterations of each axis, which may have gaps.
  func tileBits(
    of operand: Operand, blocks: [[Range<Int>]], isPartial: Bool, isPerUnit: Bool
  ) -> Int {
    var extents = Extents.single
    for axis in blocks.indices { extents[axis] = blocks[axis].reduce(0) { $0 + $1.count } }
    guard operand == .inputs else {
      return tileBits(of: operand, extents: extents, isPartial: isPartial, isPerUnit: isPerUnit)
    }
    var positions = 1
    for (outputs, taps, sliding) in [
      (LoopAxis.outputRows, LoopAxis.kernelRows, bounds.rows),
      (.outputColumns, .kernelColumns, bounds.columns),
    ] {
      positions *= sliding.largest(outputs: blocks[outputs.index], taps: blocks[taps.index])
      (extents[outputs.index], extents[taps.index]) = (1, 1)
    }
    return positions
      * tileBits(of: operand, extents: extents, isPartial: isPartial, isPerUnit: isPerUnit)
  }
}

extension Sliding {
  /// The most positions that such a tile of outputs and taps touches, wherever it lies.
  fileprivate func largest(outputs: [Range<Int>], taps: [Range<Int>]) -> Int {
    if outputs.count == 1, taps.count == 1 {
      return largest(outputs: outputs[0].count, taps: taps[0].count)
    }
    var seen: Set<Int> = []
    for p in outputs.joined() {
      for r in taps.joined() { seen.insert(p * stride + r * dilation) }
    }
    return min(seen.count, extent)
  }
}
