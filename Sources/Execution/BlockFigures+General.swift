internal import Arithmetic
internal import CKernels
internal import Networks

extension BlockFigures {
  /// Steps rows through the registers of any order; leaves their contents in `sums`.
  mutating func stepGeneral<T: TileElement>(
    _ sums: inout TileSums<T>, rows: Int, rowLength: Int, _ tile: ww_tile, _ plan: LinearPlan,
    _ block: LinearPlan.Block
  ) {
    var tile = tile
    tile.rows = 1
    var registers = ww_registers(
      plan.arithmetic, drops: plan.scaling.drops.dropFirst(block.start).prefix(block.channels),
      mostDropped: Int64.mostDroppedBits)
    let sequence = plan.layout.sequence
    var order = ww_order(sequence)
    let ends = sequence.ends.map(UInt8.init)
    let spills = sequence.spills.map(UInt8.init)
    let start = tile.x
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 16 * WW_FIGURES) { figures in
      ends.withUnsafeBufferPointer { ends in
        spills.withUnsafeBufferPointer { spills in
          guard let figures = figures.baseAddress, let start else { return }
          order.ends = ends.baseAddress
          order.spills = spills.baseAddress
          var firstStep = Int32.max
          for row in 0..<rows {
            tile.x = start + row * rowLength
            ww_ordered(&tile, &registers, &order, figures, &firstStep)
            first = min(first, firstStep)
            observe(figures, plan.arithmetic, channels: block.channels)
            for lane in 0..<block.channels {
              sums.finals[16 * row + lane] = T(figures[16 * WW_CONTENT + lane])
            }
          }
        }
      }
    }
    if block.isProved {
      proved += rows * block.channels
    } else {
      stepped += rows * block.channels
    }
  }
}

extension ww_order {
  /// The registers and stored forms of a sequence, without its products.
  fileprivate init(_ sequence: ProductSequence) {
    self.init()
    count = Int32(sequence.registers)
    withUnsafeMutableBytes(of: &storageBits) { bytes in
      let places = bytes.bindMemory(to: Int32.self)
      for (index, storage) in sequence.storages.enumerated() {
        places[index] = Int32(storage.bits)
      }
    }
    withUnsafeMutableBytes(of: &storagePolicy) { bytes in
      let places = bytes.bindMemory(to: Int32.self)
      for (index, storage) in sequence.storages.enumerated() {
        places[index] = ww_registers.policy(storage.overflow)
      }
    }
  }
}
