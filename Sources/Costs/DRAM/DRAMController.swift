public import Devices

/// A memory controller, cycle by cycle: open pages, first ready first come, one queue a bank.
///
/// - Model: DRAMsim3's controller (Li et al., IEEE CAL 2020): 32 reads and 32 writes wait; writes are drained
///   together; each bank queue takes 8 bursts; a row stays open until another is asked for and, with
///   hits pending, at least four bursts were served; ranks refresh in turn.
/// - Validity: equal to the recorded DRAMsim3 runs within the differences that `reports/validation.md` shows.
public struct DRAMController {
  private struct Entry {
    var place: DRAMAddress
    var address: Int
    var isWrite: Bool
    var added: Int
  }

  private static let waiting = 32
  private static let bankQueue = 8
  private static let drainAbove = 8
  private static let hitsBeforeClosing = 4

  private let memory: DRAMStandard
  private var banks: DRAMBanks
  private var queues: [[Entry]]
  private var reads: [Entry] = []
  private var writes: [Entry] = []
  private var pendingReads: [Int: [Entry]] = [:]
  private var pendingWrites: [Int: Int] = [:]
  private var lastQueue = -1
  private var draining = 0
  private var refreshPending: [Int] = []
  private var nextRefreshRank = 0
  private var isRefreshing = false
  private var cycle = 0
  private var activity = DRAMActivity()

  /// A controller of an idle memory.
  public init(_ memory: DRAMStandard) {
    self.memory = memory
    banks = DRAMBanks(memory)
    queues = [[Entry]](repeating: [], count: memory.ranks * memory.banks)
  }

  /// What requests in order make the memory do in a number of memory clock cycles.
  ///
  /// - Parameter cycles: how long; nil until all is done.
  public static func activity(
    of requests: [DRAMRequest], on memory: DRAMStandard, cycles: Int? = nil
  ) -> DRAMActivity {
    var controller = DRAMController(memory)
    var next = requests.startIndex
    while cycles.map({ controller.cycle < $0 }) ?? (next < requests.endIndex || controller.isBusy) {
      controller.tick()
      if next < requests.endIndex, requests[next].cycle <= controller.cycle,
        controller.accept(requests[next])
      {
        next += 1
      }
    }
    controller.activity.cycles = controller.cycle
    return controller.activity
  }

  private var isBusy: Bool {
    !reads.isEmpty || !writes.isEmpty || queues.contains { !$0.isEmpty }
  }

  /// Takes a request unless its queue is full.
  private mutating func accept(_ request: DRAMRequest) -> Bool {
    guard (request.isWrite ? writes : reads).count < Self.waiting else { return false }
    let entry = Entry(
      place: DRAMAddress(request.address, in: memory), address: request.address,
      isWrite: request.isWrite, added: cycle)
    if request.isWrite {
      if pendingWrites[request.address] == nil {
        pendingWrites[request.address] = 1
        writes.append(entry)
      }
    } else if pendingWrites[request.address] != nil {
      activity.readsDone += 1
      activity.readLatency += 1
    } else {
      if pendingReads[request.address] == nil { reads.append(entry) }
      pendingReads[request.address, default: []].append(entry)
    }
    return true
  }

  private mutating func tick() {
    let interval = memory.timing.refreshInterval / memory.ranks
    if cycle > 0, cycle % interval == 0 {
      refreshPending.append(nextRefreshRank)
      nextRefreshRank = (nextRefreshRank + 1) % memory.ranks
    }
    if !refresh() { serve() }
    for rank in 0..<memory.ranks {
      if banks.isClosed(rank: rank) {
        activity.closedCycles += 1
      } else {
        activity.openCycles += 1
      }
    }
    schedule()
    cycle += 1
  }

  /// Takes a step towards a refresh that is due; false when there is none to take.
  private mutating func refresh() -> Bool {
    guard let rank = refreshPending.first else { return false }
    isRefreshing = true
    guard let step = banks.nextOfRefresh(rank: rank, at: cycle) else { return false }
    if step.command == .refresh {
      activity.refreshes += 1
      refreshPending.removeFirst()
      isRefreshing = false
      for bank in rank * memory.banks..<(rank + 1) * memory.banks {
        banks.issue(.refresh, bank: bank, row: 0, at: cycle)
      }
    } else {
      activity.precharges += 1
      banks.issue(.precharge, bank: step.bank, row: 0, at: cycle)
    }
    return true
  }

  /// Issues the first command that is ready, bank queues in turn.
  private mutating func serve() {
    for _ in queues.indices {
      lastQueue = lastQueue + 1 < queues.count ? lastQueue + 1 : 0
      if queues[lastQueue].isEmpty { continue }
      if isRefreshing, refreshPending.first == lastQueue / memory.banks { continue }
      guard let (position, command) = firstReady(lastQueue) else { continue }
      let entry = queues[lastQueue][position]
      switch command {
      case .activate: activity.activates += 1
      case .precharge: activity.precharges += 1
      case .read, .write:
        finish(entry, isHit: banks.hits(lastQueue) > 0)
        queues[lastQueue].remove(at: position)
      case .refresh: break
      }
      banks.issue(command, bank: lastQueue, row: entry.place.row, at: cycle)
      return
    }
  }

  private func firstReady(_ bank: Int) -> (position: Int, command: DRAMBanks.Command)? {
    let queue = queues[bank]
    for position in queue.indices {
      let entry = queue[position]
      guard let command = banks.next(for: entry.place, isWrite: entry.isWrite, at: cycle) else {
        continue
      }
      switch command {
      case .precharge:
        // An earlier burst of the bank decides; rows with bursts waiting stay open for a while.
        if position > 0 { continue }
        let hasHits = queue.contains { $0.place.row == banks.openRow(bank) }
        if hasHits, banks.hits(bank) < Self.hitsBeforeClosing { continue }
      case .write:
        let isBehind = queue[..<position].contains {
          !$0.isWrite && $0.place.row == entry.place.row && $0.place.column == entry.place.column
        }
        if isBehind { continue }
      case .activate, .read, .refresh: break
      }
      return (position, command)
    }
    return nil
  }

  private mutating func finish(_ entry: Entry, isHit: Bool) {
    if entry.isWrite {
      activity.writes += 1
      if isHit { activity.writeRowHits += 1 }
      pendingWrites[entry.address] = nil
      return
    }
    activity.reads += 1
    if isHit { activity.readRowHits += 1 }
    let done = cycle + memory.timing.readLatency + memory.burstCycles
    for read in pendingReads.removeValue(forKey: entry.address) ?? [] {
      activity.readsDone += 1
      activity.readLatency += done - read.added
    }
  }

  /// Moves one waiting request to the queue of its bank.
  private mutating func schedule() {
    if draining == 0 {
      let isIdle = queues.allSatisfy(\.isEmpty)
      if writes.count >= Self.waiting || (writes.count > Self.drainAbove && isIdle) {
        draining = writes.count
      }
    }
    let isWrite = draining > 0
    for position in (isWrite ? writes : reads).indices {
      let entry = isWrite ? writes[position] : reads[position]
      let bank = banks.index(entry.place)
      guard queues[bank].count < Self.bankQueue else { continue }
      if isWrite {
        if pendingReads[entry.address] != nil {
          draining = 0
          return
        }
        draining -= 1
        writes.remove(at: position)
      } else {
        reads.remove(at: position)
      }
      queues[bank].append(entry)
      return
    }
  }
}
