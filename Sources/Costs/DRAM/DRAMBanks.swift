import Devices

/// The banks of a channel: which rows are open, and when each may take which command.
struct DRAMBanks {
  /// The commands of a bank.
  enum Command: Int, CaseIterable {
    case activate, precharge, read, write, refresh
  }

  /// One bank.
  private struct Bank {
    var openRow: Int?
    /// The bursts since the row was opened.
    var hits = 0
    /// The first cycle at which each command may come.
    var ready = [Int](repeating: 0, count: Command.allCases.count)
  }

  private let memory: DRAMStandard
  private var banks: [Bank]
  /// The open banks of each rank.
  private var open: [Int]
  /// What must wait for each command, by command and distance.
  private let waits: [[[(command: Int, delay: Int)]]]
  /// The last activations of each rank, at most four.
  private var activations: [[Int]]

  init(_ memory: DRAMStandard) {
    self.memory = memory
    banks = [Bank](repeating: Bank(), count: memory.ranks * memory.banks)
    activations = [[Int]](repeating: [], count: memory.ranks)
    open = [Int](repeating: 0, count: memory.ranks)
    waits = Command.allCases.map { command in
      Distance.allCases.map { distance in
        Self.delays(command, distance: distance, memory).map { ($0.rawValue, $1) }
      }
    }
  }

  /// The number of a bank among all.
  func index(_ place: DRAMAddress) -> Int {
    place.bankIndex(in: memory)
  }

  /// The open row of a bank.
  func openRow(_ bank: Int) -> Int? { banks[bank].openRow }

  /// The bursts of a bank since its row was opened.
  func hits(_ bank: Int) -> Int { banks[bank].hits }

  /// Whether all banks of a rank are closed.
  func isClosed(rank: Int) -> Bool { open[rank] == 0 }

  /// The command that a burst needs next, when it may come now.
  func next(for place: DRAMAddress, isWrite: Bool, at cycle: Int) -> Command? {
    let bank = banks[index(place)]
    let command: Command =
      switch bank.openRow {
      case .none: .activate
      case .some(place.row): isWrite ? .write : .read
      case .some: .precharge
      }
    guard cycle >= bank.ready[command.rawValue] else { return nil }
    if command == .activate, let first = activations[place.rank].first,
      activations[place.rank].count == 4, cycle < first + memory.timing.fourActivates
    {
      return nil
    }
    return command
  }

  /// The next step towards a refresh of a rank: a bank to close, the refresh itself (nil), or nothing yet.
  func nextOfRefresh(rank: Int, at cycle: Int) -> (command: Command, bank: Int)? {
    var ready = 0
    for index in range(rank) {
      let command: Command = banks[index].openRow == nil ? .refresh : .precharge
      guard cycle >= banks[index].ready[command.rawValue] else { continue }
      if command == .precharge { return (.precharge, index) }
      ready += 1
    }
    return ready == memory.banks ? (.refresh, range(rank).lowerBound) : nil
  }

  /// Carries a command out and holds back those that must wait for it.
  mutating func issue(_ command: Command, bank: Int, row: Int, at cycle: Int) {
    switch command {
    case .activate:
      banks[bank].openRow = row
      banks[bank].hits = 0
      let rank = bank / memory.banks
      open[rank] += 1
      if activations[rank].count == 4 { activations[rank].removeFirst() }
      activations[rank].append(cycle)
    case .precharge:
      banks[bank].openRow = nil
      open[bank / memory.banks] -= 1
    case .read, .write: banks[bank].hits += 1
    case .refresh: break
    }
    for other in banks.indices {
      for wait in waits[command.rawValue][distance(bank, other).rawValue] {
        banks[other].ready[wait.command] = max(
          banks[other].ready[wait.command], cycle + wait.delay)
      }
    }
  }

  /// How near two banks are.
  private enum Distance: Int, CaseIterable { case same, group, rank, channel }

  private func distance(_ one: Int, _ other: Int) -> Distance {
    if one == other { return .same }
    if one / memory.banksPerGroup == other / memory.banksPerGroup { return .group }
    return one / memory.banks == other / memory.banks ? .rank : .channel
  }

  private func range(_ rank: Int) -> Range<Int> {
    rank * memory.banks..<(rank + 1) * memory.banks
  }

  /// The commands that must wait for a command, and how long.
  private static func delays(
    _ command: Command, distance: Distance, _ memory: DRAMStandard
  ) -> [(Command, Int)] {
    let time = memory.timing
    let burst = memory.burstCycles
    let readDelay = time.readLatency + burst
    let writeDelay = time.writeLatency + burst
    let long = max(burst, time.columnLong)
    let short = max(burst, time.columnShort)
    let readToWrite = readDelay - time.writeLatency + time.rankSwitch
    switch (command, distance) {
    case (.read, .same):
      return [(.read, long), (.write, readToWrite), (.precharge, time.readToPrecharge)]
    case (.read, .group): return [(.read, long), (.write, readToWrite)]
    case (.read, .rank): return [(.read, short), (.write, readToWrite)]
    case (.read, .channel):
      return [
        (.read, burst + time.rankSwitch),
        (.write, readDelay + burst + time.rankSwitch - writeDelay),
      ]
    case (.write, .same):
      return [
        (.read, writeDelay + time.writeToReadLong), (.write, long),
        (.precharge, writeDelay + time.writeRecovery),
      ]
    case (.write, .group): return [(.read, writeDelay + time.writeToReadLong), (.write, long)]
    case (.write, .rank): return [(.read, writeDelay + time.writeToReadShort), (.write, short)]
    case (.write, .channel):
      return [(.read, writeDelay + burst + time.rankSwitch - readDelay), (.write, burst)]
    case (.activate, .same):
      return [
        (.activate, time.rowActive + time.prechargeTime), (.read, time.activateToRead),
        (.write, time.activateToRead), (.precharge, time.rowActive),
      ]
    case (.activate, .group): return [(.activate, time.activateLong)]
    case (.activate, .rank): return [(.activate, time.activateShort)]
    case (.precharge, .same):
      return [(.activate, time.prechargeTime), (.refresh, time.prechargeTime)]
    case (.precharge, .group), (.precharge, .rank):
      return [(.precharge, time.prechargeToPrecharge)]
    case (.refresh, .same), (.refresh, .group), (.refresh, .rank):
      return [(.refresh, time.refreshInterval), (.activate, time.refreshTime)]
    case (.activate, .channel), (.precharge, .channel), (.refresh, .channel): return []
    }
  }
}
