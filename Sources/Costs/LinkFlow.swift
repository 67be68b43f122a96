import Devices
import Mappings
import Quantities

/// One end of a flow: the port of a level and how long transfers keep it busy.
struct PortUse {
  /// The level.
  var level: Int
  /// The position of the port in the level.
  var port: Int
  /// Whether the level is written.
  var isWrite: Bool
  /// The cycles of all transfers.
  var total: Int
  /// The cycles of one transfer, rounded up.
  var each: Int
  /// The cycles of the first transfer: more than `each` where later tiles slide.
  var first: Int
}

/// What one operand moves over one link in one direction, tile by tile.
struct LinkFlow {
  var operand: Operand
  var parent: Int
  /// The inner level, or nil for the multipliers.
  var child: Int?
  /// Towards the multipliers.
  var isInward: Bool
  /// The tiles that the child holds one after the other.
  var periods: Int
  /// The tiles that move; fewer than periods for partial sums, of which new ones are not read.
  var count: Int
  /// The times that all elements of a tile are used, one after the other.
  var reuse: Int
  /// Whether a tile may move during the whole life of the one before.
  var isOverlapped: Bool
  /// The tiles of inputs that share nothing with the one before, when the others slide; else 0.
  var starts = 0
  /// `reuse` for those, or 1 where they may move during the whole life of the tile before.
  var startReuse = 1
  /// Whether the only tile moves on piece by piece, the innermost level waiting for its own tile only.
  var isStream = false
  /// The ends: the parent's port, and the child's if it is a level.
  var ends: [PortUse]

  /// The flows of a mapping: by operand, outermost link first, inwards before outwards.
  static func flows(
    of mapping: LegalMapping, accesses: AccessCounts, traffic: [LinkTraffic], device: Device
  ) -> [LinkFlow] {
    let walk = LoopWalk(mapping)
    let latched = device.compute.dataflow.latched
    let isProduct = mapping.work.kind == .products
    var flows: [LinkFlow] = []
    flows.reserveCapacity(2 * traffic.count)
    for (index, link) in accesses.links.enumerated() {
      let traffic = traffic[index]
      let (operand, child) = (link.operand, link.child)
      let next = index + 1 < accesses.links.count ? accesses.links[index + 1] : nil
      let isInnermost = next == nil || next?.operand != operand || next?.child == nil
      let depths = mapping.mapping.depths
      let depth = child.flatMap { depths[$0][operand] } ?? mapping.mapping.loops.count
      let inner = child == nil ? nil : next?.child.flatMap { depths[$0][operand] }
      var (periods, reuse) = walk.tiles(of: operand, depth: depth, inner: inner)
      if child == nil {
        let isLatched = isProduct ? latched.contains(operand) : operand == .outputs
        if !isLatched { periods = max(accesses.steps, 1) }
        reuse = 1
      }
      let slides =
        operand == .inputs
        && child.map { device.memories[$0].slides(mapping.work, on: device) } ?? false
      let run = slides ? SlidingRun(of: mapping, depth: depth) : nil
      let isDouble = child.map { device.memories[$0].isDoubleBuffered } ?? true
      // Whole tiles do not fit a queue.
      let isQueued =
        child.map { device.memories[$0].hasQueues } ?? false
        && (run != nil || operand == .outputs)
      for isInward in [true, false] {
        if !isInward, operand != .outputs { continue }
        var count = periods
        if operand == .outputs, isInward {
          guard link.parentReads > 0, link.parentWrites > 0 else { continue }
          count = max(scaled(periods, by: link.parentReads, over: link.parentWrites), 1)
        }
        let starts = run.map { max(periods / $0.tiles, 1) } ?? 0
        let ends = traffic.ports.compactMap { end -> PortUse? in
          let isParent = end.level == link.parent
          // In the parent inwards is a read, in the child a write.
          guard end.isWrite == (isParent ? !isInward : isInward), end.bits > 0 else { return nil }
          let memory = device.memories[end.level]
          let instances =
            memory.isPerUnit ? mapping.activeInstances(ofLevel: end.level, for: operand) : 1
          var use = PortUse(
            end, count: count, side: isParent ? .inner : .outer, operand: operand, memory: memory,
            instances: instances)
          if let run { use.first = max(use.each, run.first(of: use.total, runs: starts)) }
          return use
        }
        if ends.isEmpty { continue }
        flows.append(
          LinkFlow(
            operand: operand, parent: link.parent, child: child, isInward: isInward,
            periods: periods, count: count, reuse: reuse,
            isOverlapped: isDouble || isQueued, starts: starts, startReuse: isDouble ? 1 : reuse,
            isStream: child != nil && periods == 1 && !isInnermost, ends: ends))
      }
    }
    return flows
  }
}

extension PortUse {
  /// The use of a port by `count` equal transfers.
  fileprivate init(
    _ end: PortTraffic, count: Int, side: PortSide, operand: Operand, memory: MemoryLevel,
    instances: Int
  ) {
    level = end.level
    isWrite = end.isWrite
    port = memory.port(for: operand, isWrite: end.isWrite, side: side)
    let bits = (end.bits + instances - 1) / instances
    let bandwidth = memory.portBandwidth(port)
    var tile = (bits + count - 1) / count
    if memory.movesWholeWords {
      tile = (tile + memory.wordBits - 1) / memory.wordBits * memory.wordBits
      each = bandwidth.cycles(for: Bits(tile)).count
      total = each * count
    } else {
      each = bandwidth.cycles(for: Bits(tile)).count
      total = bandwidth.cycles(for: Bits(bits)).count
    }
    first = each
  }
}

/// `value * factor / divisor`, rounded down, exactly.
func scaled(_ value: Int, by factor: Int, over divisor: Int) -> Int {
  let product = value.multipliedFullWidth(by: factor)
  let (quotient, _) = max(divisor, 1).dividingFullWidth(product)
  return quotient
}
