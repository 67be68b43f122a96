public import Devices

/// Which rows a stream of transfers opens, without timing: one open row a bank, requests in order.
///
/// - Model: what `DRAMController` does when it never reorders and never refreshes; rows stay open.
/// - Validity: on the streams of layers, long runs, activations are within a few percent of the
///   controller's; see the tests.
public struct RowBuffer {
  private let memory: DRAMStandard
  private var openRows: [Int?]
  private var lastBurst: (first: Int, isWrite: Bool)?
  /// What happened so far.
  public private(set) var activity = DRAMActivity()

  /// A memory with all rows closed.
  public init(_ memory: DRAMStandard) {
    self.memory = memory
    openRows = [Int?](repeating: nil, count: memory.ranks * memory.banks)
  }

  /// Moves a run; a burst that the run before has moved already moves once.
  public mutating func move(_ run: AddressRun) {
    let burstBits = memory.burstBytes * 8
    var first = run.firstBit / burstBits
    let last = (run.firstBit + max(run.bits, 1) - 1) / burstBits
    if let before = lastBurst, before.first == first, before.isWrite == run.isWrite { first += 1 }
    lastBurst = (last, run.isWrite)
    let burstsOfRow = memory.columns / memory.burstLength
    while first <= last {
      let end = min(last, (first / burstsOfRow + 1) * burstsOfRow - 1)
      visit(first, bursts: end - first + 1, isWrite: run.isWrite)
      first = end + 1
    }
  }

  /// Bursts in one row.
  private mutating func visit(_ burst: Int, bursts: Int, isWrite: Bool) {
    let place = DRAMAddress(burst * memory.burstBytes, in: memory)
    let bank = place.bankIndex(in: memory)
    var hits = bursts
    if openRows[bank] != place.row {
      if openRows[bank] != nil { activity.precharges += 1 }
      openRows[bank] = place.row
      activity.activates += 1
      hits -= 1
    }
    if isWrite {
      activity.writes += bursts
      activity.writeRowHits += hits
    } else {
      activity.reads += bursts
      activity.readRowHits += hits
    }
  }

  /// The activity over a time in memory clock cycles: refreshes are due, and ranks with open rows stand by.
  public func activity(over cycles: Int) -> DRAMActivity {
    var activity = activity
    activity.cycles = cycles
    activity.refreshes = cycles * memory.ranks / memory.timing.refreshInterval
    activity.openCycles = cycles * memory.ranks
    return activity
  }
}
