import Devices
import Mappings
import Quantities

/// The walk of a mapping over its tiles, block of steps by block of steps.
struct TileSimulation {
  /// One link of one operand: what the inner level holds at the moment.
  struct Link {
    var operand: Operand
    var parent: Int
    var child: Int
    var depth: Int
    var inward: LinkFlow?
    var outward: LinkFlow?
    /// The blocks of steps in which a tile stays.
    var life: Int
    var reuse: Int
    var isDouble: Bool
    /// When the tile was there, and what it waited for.
    var ready = 0
    var cause = TimelineCause.layer
    /// When the use of the tile began and when the last one ended.
    var begin = 0
    var lastUse = 0
    /// When the tiles before had left the buffer: the last, and the one before.
    var freed = (last: 0, before: 0)
    /// When the last pass over the tile before began.
    var lastPass = 0
  }

  let device: Device
  let walk: LoopWalk
  let busy: Int
  var links: [Link] = []
  /// Flows that go along with the steps; of those that pass a level piece by piece, the first piece at
  /// each end.
  var streams: [(flow: LinkFlow, piece: [Int])] = []
  var ports: [[PortSchedule]]
  /// When the first pieces of such flows were there, by operand.
  var arrived: PerOperand<Int>
  var blocks = 1
  var now: Int
  var timeline = LayerTimeline()
  private var waits: [TimelineWait] = []

  init(
    flows: [LinkFlow], walk: LoopWalk, mapping: Mapping, busy: Int, start: Int, device: Device,
    limit: Int
  ) {
    self.device = device
    self.walk = walk
    self.busy = busy
    now = start
    arrived = PerOperand(repeating: start)
    ports = device.memories.map {
      [PortSchedule](repeating: PortSchedule(from: start), count: $0.portCount)
    }
    var tiled = flows.filter { $0.child != nil && !$0.isStream }
    func events() -> Int {
      (tiled.map(\.periods).max() ?? 1) + tiled.reduce(0) { $0 + $1.count * $1.ends.count }
    }
    while events() > limit, let most = tiled.map(\.periods).max() {
      for flow in tiled where flow.periods == most {
        guard let child = flow.child else { continue }
        let text =
          "\(flow.operand.rawValue) from \(device.memories[flow.parent].name) to "
          + device.memories[child].name
        if !timeline.condensed.contains(text) { timeline.condensed.append(text) }
      }
      tiled.removeAll { $0.periods == most }
    }
    blocks = tiled.map(\.periods).max() ?? 1
    timeline.blocks = blocks
    for flow in flows {
      guard let child = flow.child,
        tiled.contains(where: { $0.operand == flow.operand && $0.child == child })
      else {
        let piece = flow.isStream ? flow.ends.map { FirstTiles.piece(of: flow, at: $0, flows) } : []
        streams.append((flow, piece))
        continue
      }
      let known = links.firstIndex { $0.operand == flow.operand && $0.child == child }
      if let known {
        if flow.isInward { links[known].inward = flow } else { links[known].outward = flow }
        continue
      }
      links.append(
        Link(
          operand: flow.operand, parent: flow.parent, child: child,
          depth: mapping.depths[child][flow.operand] ?? 0,
          inward: flow.isInward ? flow : nil, outward: flow.isInward ? nil : flow,
          life: blocks / flow.periods, reuse: flow.reuse, isDouble: flow.isOverlapped,
          ready: start, begin: start, lastUse: start, freed: (start, start), lastPass: start))
    }
    links.sort { ($0.parent, $0.operand) < ($1.parent, $1.operand) }
  }

  /// Walks all blocks.
  mutating func run() {
    if now > 0 {
      let gap = PortSchedule.Gap(start: 0, end: now)
      record(.array, nil, false, 0, gap, .layer, waited: 0)
    }
    for index in streams.indices where streams[index].flow.isInward {
      arriveFirst(index)
    }
    for block in 0..<blocks {
      for index in links.indices.reversed() where block > 0 && block % links[index].life == 0 {
        leave(index, tile: block / links[index].life - 1)
      }
      for index in links.indices where block % links[index].life == 0 {
        enter(index, tile: block / links[index].life)
      }
      compute(block)
    }
    var end = now
    for index in links.indices.reversed() {
      leave(index, tile: (blocks - 1) / links[index].life, isLast: true)
      if links[index].outward != nil { end = max(end, links[index].freed.last) }
    }
    for (flow, piece) in streams where flow.isStream && !flow.isInward {
      let from = end
      for (use, length) in zip(flow.ends, piece) {
        end = max(
          end, transfer(flow, use, tile: flow.count - 1, length: length, from: from, .array).end)
      }
    }
    finish(at: end)
  }

  private mutating func finish(at end: Int) {
    timeline.cycles = Cycles(end)
    timeline.waits = waits.enumerated().sorted {
      $0.element.cycles == $1.element.cycles
        ? $0.offset < $1.offset : $0.element.cycles > $1.element.cycles
    }.map(\.element)
    for (level, memory) in device.memories.enumerated() {
      for port in ports[level].indices where ports[level][port].busy > 0 {
        timeline.loads.append(
          TimelineLoad(
            resource: .port(level: memory.name, name: memory.portName(port)),
            busy: Cycles(ports[level][port].busy)))
      }
    }
  }

  /// Adds to what the array waited for.
  mutating func wait(for cause: TimelineCause, _ cycles: Int) {
    guard cycles > 0 else { return }
    let known = waits.firstIndex { $0.cause == cause }
    if let known {
      waits[known].cycles += Cycles(cycles)
      waits[known].times += 1
    } else {
      waits.append(TimelineWait(cause: cause, cycles: Cycles(cycles), times: 1))
    }
  }

  mutating func record(
    _ resource: TimelineResource, _ operand: Operand?, _ isInward: Bool, _ tile: Int,
    _ gap: PortSchedule.Gap, _ cause: TimelineCause, waited: Int
  ) {
    timeline.intervals.append(
      TimelineInterval(
        resource: resource, operand: operand, isInward: isInward, tile: tile,
        start: Cycles(gap.start), end: Cycles(gap.end), cause: cause, waited: Cycles(waited)))
  }
}
