import Devices

extension TileSimulation {
  /// Brings the first piece of an operand that passes a level piece by piece.
  mutating func arriveFirst(_ index: Int) {
    let (flow, piece) = streams[index]
    guard flow.isStream, flow.operand != .outputs else { return }
    let from = arrived[flow.operand]
    for (use, length) in zip(flow.ends, piece) {
      let end = transfer(flow, use, tile: 0, length: length, from: from, .layer).end
      arrived[flow.operand] = max(arrived[flow.operand], end)
    }
  }

  /// A tile leaves its level: outputs move outwards, others are dropped.
  ///
  /// The last outputs of the layer leave as a whole: no later step hides the ones that finish last.
  mutating func leave(_ index: Int, tile: Int, isLast: Bool = false) {
    let link = links[index]
    links[index].freed.before = link.freed.last
    links[index].lastPass = link.lastUse - (link.lastUse - link.begin) / link.reuse
    links[index].freed.last = link.lastUse
    guard let flow = link.outward else { return }
    let from = link.isDouble || isLast ? link.lastUse : links[index].lastPass
    var end = link.lastUse
    for use in flow.ends {
      let moved = transfer(
        flow, use, tile: tile, length: share(use, tile, of: flow.count), from: from, .array)
      if moved.end > end {
        end = moved.end
        links[index].cause = moved.cause
      }
    }
    links[index].freed.last = end
    if let around = outer(of: index) {
      links[around].lastUse = max(links[around].lastUse, end)
    }
  }

  /// A tile enters its level: it moves inwards, except outputs of which there is no sum yet.
  mutating func enter(_ index: Int, tile: Int) {
    let link = links[index]
    let around = outer(of: index)
    let room = link.isDouble ? link.freed.before : link.freed.last
    var ready = room
    var cause = link.cause
    let start = around.map { links[$0].ready } ?? arrived[link.operand]
    if start > ready {
      ready = start
      cause = around.map { links[$0].cause } ?? .layer
    }
    let isFresh =
      link.operand == .outputs && walk.startsSums(tile: tile, depth: link.depth)
    if let flow = link.inward, !isFresh {
      let from = max(start, link.isDouble ? room : link.lastPass)
      let why: TimelineCause = start >= from ? (around.map { links[$0].cause } ?? .layer) : .array
      for use in flow.ends {
        let length = share(use, tile, of: max(flow.count, flow.periods))
        let refill = flow.count < flow.periods ? use.each : length
        let moved = transfer(flow, use, tile: tile, length: refill, from: from, why)
        if moved.end > ready {
          ready = moved.end
          cause = moved.cause
        }
      }
      if let around { links[around].lastUse = max(links[around].lastUse, ready) }
    }
    links[index].ready = ready
    links[index].cause = cause
  }

  /// The array computes a block as soon as all tiles are there; what flows along may delay its end.
  mutating func compute(_ block: Int) {
    var start = now
    var cause = TimelineCause.array
    for link in links where link.ready > start {
      start = link.ready
      cause = link.cause
    }
    wait(for: cause, start - now)
    let length =
      scaled(busy, by: block + 1, over: blocks) - scaled(busy, by: block, over: blocks)
    let gap = PortSchedule.Gap(start: start, end: start + length)
    record(.array, nil, true, block, gap, cause, waited: start - now)
    var end = start + length
    var late = TimelineCause.array
    for (flow, piece) in streams {
      for (place, use) in flow.ends.enumerated() {
        let moved = use.total - (flow.isStream ? piece[place] : 0)
        let part =
          scaled(moved, by: block + 1, over: blocks) - scaled(moved, by: block, over: blocks)
        guard part > 0 else { continue }
        let done = transfer(flow, use, tile: block, length: part, from: start, .array)
        let reuse = flow.isOverlapped || flow.isStream ? 1 : flow.reuse
        let latest = max(done.end, start + length - length / reuse + part)
        if latest > end {
          end = latest
          late = done.cause
        }
      }
    }
    wait(for: late, end - start - length)
    for index in links.indices {
      if block % links[index].life == 0 {
        links[index].begin = start
        links[index].lastUse = max(links[index].lastUse, start)
      }
      if !isAround(index) { links[index].lastUse = end }
    }
    now = end
  }

  /// Takes a port for a transfer; its end, and the transfer as a cause of waiting.
  mutating func transfer(
    _ flow: LinkFlow, _ use: PortUse, tile: Int, length: Int, from: Int, _ cause: TimelineCause
  ) -> (end: Int, cause: TimelineCause) {
    let memory = device.memories[use.level]
    let port = memory.portName(use.port)
    let pieces = ports[use.level][use.port].take(length, from: from)
    for piece in pieces {
      record(
        .port(level: memory.name, name: port), flow.operand, flow.isInward, tile, piece,
        piece.start > from ? .port : cause, waited: 0)
    }
    return (
      pieces.last?.end ?? from, .transfer(flow.operand, level: memory.name, port: port)
    )
  }

  /// The cycles of one of `count` transfers, so that they add up exactly.
  private func share(_ use: PortUse, _ tile: Int, of count: Int) -> Int {
    scaled(use.total, by: tile + 1, over: count) - scaled(use.total, by: tile, over: count)
  }

  /// The link of the same operand that fills the level around.
  private func outer(of index: Int) -> Int? {
    links.firstIndex {
      $0.operand == links[index].operand && $0.child == links[index].parent
    }
  }

  /// Whether another link takes its tiles from the tile of this one.
  private func isAround(_ index: Int) -> Bool {
    links.contains { $0.operand == links[index].operand && $0.parent == links[index].child }
  }
}
