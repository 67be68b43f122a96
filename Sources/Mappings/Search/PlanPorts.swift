import Devices
import Quantities

/// What the ports of all levels move under one plan, and how long the array waits for them.
///
/// - Model: that of the reported cycles without their rounding: a transfer has the window that the life of
///   the tile before leaves it, a port stalls for what exceeds the windows of its links or of all of
///   them together, the slowest port counts; first tiles arrive before the first step and last ones leave
///   after the last. Windows of one port overlap as if they lay anywhere.
struct PlanPorts {
  /// One port at the end of a link.
  struct End {
    var port: Int
    /// The cycles of all transfers.
    var cycles: Double
  }

  /// The transfers of a link in one direction.
  struct Transfer {
    var operand: Operand
    var isInward: Bool
    var life: TileLife
    /// The share of the tiles that move.
    var share: Double
    var isOverlapped: Bool
    /// The pieces in which an operand passes that the level holds as a whole; nil for one that waits.
    var pieces: Double?
    /// Whether it may also move while a systolic array loads.
    var loadsStationary: Bool
  }

  /// What one port has to do.
  private struct Load {
    /// The cycles by which links exceed their windows, and those by which others fall short.
    var positive = 0.0
    var negative = 0.0
    var windows = 0.0
    /// The share of the time that no window covers.
    var uncovered = 1.0
    var parts = 0
    /// When the first tiles have passed.
    var first = 0.0
  }

  private var loads: [Load]
  private let cyclesPerBit: [Double]
  private var busy = 0.0
  private var stationaryLoad = 0.0
  private var arrived = PerOperand(repeating: 0.0)

  init(_ device: Device) {
    cyclesPerBit = device.memories.flatMap { memory in
      (0..<memory.portCount).map { 1 / memory.portBandwidth($0).value }
    }
    loads = [Load](repeating: Load(), count: cyclesPerBit.count)
  }

  /// Begins a plan.
  mutating func start(busy: Double, stationaryLoad: Double) {
    for index in loads.indices { loads[index] = Load() }
    self.busy = busy
    self.stationaryLoad = stationaryLoad
    arrived = PerOperand(repeating: 0)
  }

  /// An end of a link, of which each instance moves some bits.
  func end(_ port: Int, bits: Double) -> End { End(port: port, cycles: bits * cyclesPerBit[port]) }

  /// Moves what goes to or from the multipliers.
  mutating func feed(_ end: End, share: Double) { add(end, end.cycles, window: busy * share) }

  /// Moves what goes from one level to another.
  mutating func transfer(_ transfer: Transfer, _ parent: End, _ child: End) {
    let life = transfer.life
    let isRefill = transfer.operand == .outputs && transfer.isInward
    let count = isRefill ? max(life.periods * transfer.share, 1) : life.periods
    if !isRefill { passFirst(transfer, parent, child, pieces: transfer.pieces ?? count) }
    if let pieces = transfer.pieces {
      let rest = 1 - 1 / pieces
      add(parent, parent.cycles * rest, window: busy)
      add(child, child.cycles * rest, window: busy)
      return
    }
    let transfers = isRefill ? count : count - 1
    guard transfers > 0 else { return }
    var window = busy * transfers / (life.periods * life.reuse)
    if transfer.loadsStationary, life.reuse > 1 {
      window += stationaryLoad * transfers / life.periods
    }
    let moved = transfers / count
    add(parent, parent.cycles * moved, window: window)
    add(child, child.cycles * moved, window: window)
  }

  /// Passes the first tiles of weights and inputs, or the last ones of outputs.
  private mutating func passFirst(
    _ transfer: Transfer, _ parent: End, _ child: End, pieces: Double
  ) {
    let length = max(parent.cycles, child.cycles) / pieces
    guard transfer.isInward else {
      arrived.outputs += length
      return
    }
    let start = max(
      arrived[transfer.operand], max(loads[parent.port].first, loads[child.port].first))
    arrived[transfer.operand] = start + length
    loads[parent.port].first = start + length
    loads[child.port].first = start + length
  }

  private mutating func add(_ end: End, _ cycles: Double, window: Double) {
    guard cycles > 0 else { return }
    var load = loads[end.port]
    let stall = cycles - window
    if stall > 0 { load.positive += stall } else { load.negative += stall }
    load.windows += window
    load.uncovered *= busy > 0 ? max(1 - window / busy, 0) : 0
    load.parts += 1
    loads[end.port] = load
  }

  /// The cycles in which the array waits: for first and last tiles, and for the slowest port.
  var waiting: Double {
    var most = 0.0
    for load in loads where load.parts > 0 {
      var delay = load.positive
      if load.parts > 1, load.negative + load.windows > 0 {
        delay += max(0, load.negative + load.windows - busy * (1 - load.uncovered))
      }
      most = max(most, delay)
    }
    return most + max(arrived.weights, arrived.inputs) + arrived.outputs
  }
}
