import Devices
import Mappings
import Quantities

/// What one port must move while the array computes, and the cycles by which it delays it.
///
/// A transfer of a link takes `real` cycles at the port and recurs every `period`. It may happen in an
/// `allowed` window: the whole period when the level it fills is double buffered, or when it feeds the
/// multipliers; otherwise the period over the reuse of the tile, the share in which elements are used for
/// the last time and make room one by one. A link stalls or has slack of `(real - allowed) * transfers`. The
/// port stalls for the sum of the stalls and for what the slack of the others cannot take in: `max(0,
/// negative slack + sum of windows - union of windows)`.
///
/// Where tiles slide, the first of a run moves as a whole and in its own window, the others as far as they are
/// new; queues give these the whole period, and outputs too.
///
/// - Model: windows begin with their periods, periods of one port divide each other, transfers may be
///   interrupted. Ports work side by side: the array waits for the slowest only. Transfers during compute
///   are all but the first ones into a level and the last ones out of it.
/// - Validity: the formulas are those of ZigZag's cost model (3.9.1), except that partial sums read for
///   the first time are not counted, and that levels which hold an operand as a whole pass it on.
struct PortLoad {
  private var positive = 0
  private var negative = 0
  private var windows = 0
  private var isWhole = false
  private var parts: [Part] = []

  /// What one flow asks of the port, in cycles of all its transfers.
  private struct Part {
    var operand: Operand
    var busy: Int
    var stall: Int
    var period: Int
    var allowed: Int
  }

  /// The stalls of the port that delays the array most, by operand.
  ///
  /// - Parameters:
  ///   - busy: The cycles in which the array works.
  ///   - stationaryLoad: Those of them in which a systolic array loads the operand that stays.
  static func stalls(
    _ flows: [LinkFlow], busy: Int, stationaryLoad: Int, device: Device
  ) -> [Stall] {
    var worst = PortLoad()
    var most = 0
    var place = (level: 0, port: 0)
    for (level, memory) in device.memories.enumerated() {
      for port in 0..<memory.portCount {
        var load = PortLoad()
        for flow in flows {
          for end in flow.ends where end.level == level && end.port == port {
            load.add(flow, end, flows, busy: busy, stationaryLoad: stationaryLoad, device)
          }
        }
        let delay = load.delay(busy)
        if delay > most {
          (worst, most) = (load, delay)
          place = (level, port)
        }
      }
    }
    guard most > 0 else { return [] }
    let memory = device.memories[place.level]
    return worst.shares(of: most).map {
      Stall(
        level: memory.name, port: memory.portName(place.port), operand: $0.operand,
        cycles: Cycles($0.cycles))
    }
  }

  private mutating func add(
    _ flow: LinkFlow, _ end: PortUse, _ flows: [LinkFlow], busy: Int, stationaryLoad: Int,
    _ device: Device
  ) {
    if flow.isStream {
      // Beside the first piece it may take all of the time.
      let moved = max(end.total - FirstTiles.piece(of: flow, at: end, flows), 0)
      append(Part(operand: flow.operand, busy: moved, stall: moved - busy, period: 1, allowed: 1))
      windows += busy
      return
    }
    if flow.starts > 0 {
      addRuns(flow, end, busy: busy)
      return
    }
    let isRefill = flow.operand == .outputs && flow.isInward
    let transfers = isRefill || flow.child == nil ? flow.count : flow.count - 1
    guard transfers > 0 else { return }
    let moved =
      device.memories[end.level].movesWholeWords
      ? end.each * transfers : scaled(end.total, by: transfers, over: flow.count)
    let period = max(busy / flow.periods, 1)
    let reuse = flow.isOverlapped ? 1 : flow.reuse
    var window = scaled(busy, by: transfers, over: flow.periods * reuse)
    var allowed = max(period / reuse, 1)
    if reuse > 1, stationaryLoad > 0, flow.operand == device.compute.dataflow.stationary,
      let child = flow.child, device.memories[child].isPerUnit
    {
      window += scaled(stationaryLoad, by: transfers, over: flow.periods)
      allowed = min(period, allowed + stationaryLoad / flow.periods)
    }
    append(
      Part(
        operand: flow.operand, busy: moved, stall: moved - window, period: period,
        allowed: allowed))
    windows += window
  }

  /// Adds tiles that slide: the first of each run, then what is new of the others.
  private mutating func addRuns(_ flow: LinkFlow, _ end: PortUse, busy: Int) {
    let life = max(busy / flow.periods, 1)
    func add(_ transfers: Int, _ moved: Int, _ reuse: Int, period: Int) {
      guard transfers > 0 else { return }
      let window = scaled(busy, by: transfers, over: flow.periods * reuse)
      append(
        Part(
          operand: flow.operand, busy: moved, stall: moved - window, period: period,
          allowed: max(life / reuse, 1)))
      windows += window
    }
    add(
      flow.starts - 1, end.first * (flow.starts - 1), flow.startReuse,
      period: max(busy / flow.starts, 1))
    let slides = max(end.total - end.first * flow.starts, 0)
    add(flow.periods - flow.starts, slides, flow.isOverlapped ? 1 : flow.reuse, period: life)
  }

  private mutating func append(_ part: Part) {
    if part.stall > 0 { positive += part.stall } else { negative += part.stall }
    if part.allowed >= part.period { isWhole = true }
    parts.append(part)
  }

  /// The cycles by which the port delays an array that works for `busy` cycles.
  private mutating func delay(_ busy: Int) -> Int {
    if parts.isEmpty { return 0 }
    if parts.count == 1 { return positive }
    if negative + windows <= 0 { return positive }
    var union = busy
    if !isWhole {
      parts.sort { $0.period < $1.period }
      union = covered(busy, parts.count - 1)
    }
    return positive + max(0, negative + windows - union)
  }

  /// The cycles among the first `time` that the windows of the parts up to `last` cover.
  private func covered(_ time: Int, _ last: Int) -> Int {
    guard last >= 0, time > 0 else { return 0 }
    let part = parts[last]
    let inWindow = covered(part.allowed, last - 1)
    let (periods, rest) = time.quotientAndRemainder(dividingBy: part.period)
    var covered = rest
    if rest > part.allowed {
      covered = part.allowed + self.covered(rest, last - 1) - inWindow
    }
    guard periods > 0 else { return covered }
    let whole = part.allowed + self.covered(part.period, last - 1) - inWindow
    return periods * whole + covered
  }

  /// A delay shared out to the operands: their own stalls, the rest in proportion to what they move.
  private func shares(of delay: Int) -> [(operand: Operand, cycles: Int)] {
    let rest = delay - positive
    let whole = parts.reduce(0) { $0 + $1.busy }
    var before = 0
    var given = 0
    var cycles = PerOperand(repeating: 0)
    for part in parts {
      before += part.busy
      let upTo = whole > 0 ? scaled(rest, by: before, over: whole) : 0
      cycles[part.operand] += max(part.stall, 0) + upTo - given
      given = upTo
    }
    return Operand.allCases.compactMap { cycles[$0] > 0 ? ($0, cycles[$0]) : nil }
  }
}
