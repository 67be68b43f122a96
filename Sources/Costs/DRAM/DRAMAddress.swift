public import Devices

/// Where a byte lies in a channel of dynamic memory.
///
/// From the lowest bits: the bytes of a burst, column, bank group, bank, rank, row (DRAMsim3's
/// `rochrababgco`): consecutive bursts fill a row before they go to the next bank.
public struct DRAMAddress: Hashable, Sendable {
  /// The rank, the bank group in the rank and the bank in the group.
  public var rank, bankGroup, bank: Int
  /// The row of the bank and the burst in the row.
  public var row, column: Int

  /// The place of a byte address.
  public init(_ address: Int, in memory: DRAMStandard) {
    var rest = address / memory.burstBytes
    func take(_ count: Int) -> Int {
      defer { rest /= count }
      return rest % count
    }
    column = take(memory.columns / memory.burstLength)
    bankGroup = take(memory.bankGroups)
    bank = take(memory.banksPerGroup)
    rank = take(memory.ranks)
    row = rest
  }

  /// The number of the bank among all of the channel.
  func bankIndex(in memory: DRAMStandard) -> Int {
    (rank * memory.bankGroups + bankGroup) * memory.banksPerGroup + bank
  }
}

/// One request of a trace.
public struct DRAMRequest: Hashable, Sendable {
  /// The byte address.
  public var address: Int
  /// Whether it is written.
  public var isWrite: Bool
  /// The earliest memory clock cycle at which it is made.
  public var cycle: Int

  /// A request.
  public init(address: Int, isWrite: Bool, cycle: Int) {
    self.address = address
    self.isWrite = isWrite
    self.cycle = cycle
  }
}

/// What a trace made a memory do.
public struct DRAMActivity: Hashable, Sendable {
  /// Bursts read and written.
  public var reads = 0, writes = 0
  /// Bursts that found their row open.
  public var readRowHits = 0, writeRowHits = 0
  /// Rows opened and closed, refreshes of a rank.
  public var activates = 0, precharges = 0, refreshes = 0
  /// Cycles of all ranks with a bank open, and with all banks closed.
  public var openCycles = 0, closedCycles = 0
  /// The cycles between request and data, of all reads.
  public var readLatency = 0
  /// Reads that have their data.
  public var readsDone = 0
  /// The memory clock cycles simulated.
  public var cycles = 0

  /// Nothing done.
  public init() {}

  /// The energy in pJ: commands, refreshes and standing by.
  public func energy(of memory: DRAMStandard) -> Double {
    Double(activates) * memory.activateEnergy + Double(reads) * memory.readEnergy
      + Double(writes) * memory.writeEnergy + Double(refreshes) * memory.refreshEnergy
      + Double(openCycles) * memory.openEnergy + Double(closedCycles) * memory.closedEnergy
  }
}
