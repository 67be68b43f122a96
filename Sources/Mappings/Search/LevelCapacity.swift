import Devices
import Quantities

/// What one memory level can hold of one layer.
struct LevelCapacity {
  /// What one operand has there.
  struct Share {
    var operand: Operand
    /// The bits of its own; nil where it shares the level with others.
    var own: Int?
    /// Whether the level is the outermost that holds the operand, and so holds all of it.
    var isHome: Bool
    /// The axes that it depends on.
    var axes: AxisMask
  }

  /// The operands, as places in the shares of all levels.
  var shares: Range<Int>
  /// The bits that operands without a capacity of their own share; nil for any number.
  var shared: Int?
  var isDoubleBuffered: Bool
  var isPerUnit: Bool
  /// The dimensions of the array along which units share an instance.
  var sharing: DimensionMask
  /// The level that holds outputs next; nil for the multipliers.
  var nextOutputs: Int?

  /// The capacities of a device for a layer, and the shares of all levels one after the other.
  static func levels(
    of device: Device, for work: LayerWork
  ) -> (levels: [LevelCapacity], shares: [Share]) {
    let isProduct = work.kind == .products
    func holds(_ level: Int, _ operand: Operand) -> Bool {
      let memory = device.memories[level]
      return memory.operands.contains(operand) && (isProduct || !memory.isPerUnit)
    }
    var shares: [Share] = []
    let levels = device.memories.indices.map { level in
      let memory = device.memories[level]
      let isLimited = memory.capacity != nil || !memory.operandCapacity.isEmpty
      let first = shares.count
      for operand in work.operands where isLimited && holds(level, operand) {
        shares.append(
          Share(
            operand: operand, own: memory.operandCapacity[operand]?.count,
            isHome: !(0..<level).contains { holds($0, operand) }, axes: AxisMask(of: operand)))
      }
      return LevelCapacity(
        shares: first..<shares.count, shared: memory.capacity?.count,
        isDoubleBuffered: memory.isDoubleBuffered, isPerUnit: memory.isPerUnit,
        sharing: DimensionMask(sharedBy: memory),
        nextOutputs: (level + 1..<max(device.memories.count, level + 1)).first {
          holds($0, .outputs)
        })
    }
    return (levels, shares)
  }
}

/// The most positions of an image that a tile touches, with what never changes computed once.
struct LargestWindow {
  private let outputOverlap: Int
  private let tapOverlap: Int
  private let extent: Int

  init(_ sliding: Sliding) {
    var (divisor, rest) = (sliding.stride, sliding.dilation)
    while rest != 0 { (divisor, rest) = (rest, divisor % rest) }
    outputOverlap = sliding.dilation / divisor
    tapOverlap = sliding.stride / divisor
    extent = sliding.extent
  }

  /// The positions that a tile of outputs and taps touches; `Sliding.largest`.
  @inline(__always)
  func largest(_ outputs: Int, _ taps: Int) -> Int {
    let repeated = max(0, outputs - outputOverlap) * max(0, taps - tapOverlap)
    return min(outputs * taps - repeated, extent)
  }
}

extension SpaceShape {
  /// The bits of the tile of an operand.
  @inline(__always)
  func tileBits(
    _ operand: Operand, _ tile: TileExtents, isPartial: Bool, isPerUnit: Bool
  ) -> Int {
    switch operand {
    case .weights:
      let each =
        tile[.inputChannels] * tile[.kernelRows] * tile[.kernelColumns] * widths.weights
      return tile[.groups] * tile[.outputChannels] * (each + (isPerUnit ? 0 : widths.bias))
    case .inputs:
      return tile[.batch] * tile[.groups] * tile[.inputChannels] * inputBits
        * rows.largest(tile[.outputRows], tile[.kernelRows])
        * columns.largest(tile[.outputColumns], tile[.kernelColumns])
    case .outputs:
      return tile[.batch] * tile[.groups] * tile[.outputChannels] * tile[.outputRows]
        * tile[.outputColumns] * (isPartial ? widths.partialSums : widths.outputs)
    }
  }

  /// Whether a tile fits a level when outputs are partial there or not, before its loops are known.
  ///
  /// - Parameter isSingle: whether nothing is stored twice; then no larger tile fits where one does not.
  func fits(_ tile: TileExtents, at level: Int, arePartial: Bool, isSingle: Bool) -> Bool {
    let capacity = capacities[level]
    let isDoubled = capacity.isDoubleBuffered && !isSingle
    var needed = 0
    for place in capacity.shares {
      let share = shares[place]
      var bits = tileBits(
        share.operand, share.isHome ? wholeTile : tile, isPartial: arePartial,
        isPerUnit: capacity.isPerUnit)
      if isDoubled, !share.isHome, tile.parts.meets(share.axes) { bits *= 2 }
      if let own = share.own {
        if bits > own { return false }
      } else {
        needed += bits
      }
    }
    return capacity.shared.map { needed <= $0 } ?? true
  }
}

extension PlanLayout {
  /// Whether all tiles fit.
  func fits(_ space: SpaceShape) -> Bool {
    for level in space.limited {
      let capacity = space.capacities[level]
      var extents = tiles[level]
      if capacity.isPerUnit {
        extents = (extents &* groups[capacity.sharing.index].extents).cut(to: arrayTile)
      }
      let tile = TileExtents(extents)
      var needed = 0
      for place in capacity.shares {
        let share = space.shares[place]
        let operand = share.operand
        let isPartial =
          operand == .outputs && (capacity.isPerUnit || holdsPartialSums(level, capacity, space))
        var bits = space.tileBits(
          operand, share.isHome ? space.wholeTile : tile, isPartial: isPartial,
          isPerUnit: capacity.isPerUnit)
        if capacity.isDoubleBuffered, !share.isHome, outside[level].changes.contains(operand) {
          bits *= 2
        }
        if let own = share.own {
          if bits > own { return false }
        } else {
          needed += bits
        }
      }
      if let shared = capacity.shared, needed > shared { return false }
    }
    return true
  }

  private func holdsPartialSums(
    _ level: Int, _ capacity: LevelCapacity, _ space: SpaceShape
  ) -> Bool {
    guard space.isProduct else { return false }
    if let next = capacity.nextOutputs { return returnsPartialSums(before: next) }
    if !space.latchesOutputs { return outside[levels.count].hasReduction }
    return returnsPartialSums(before: levels.count)
  }
}
