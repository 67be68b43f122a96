public import Devices
import Mappings
public import Quantities

/// What a layer makes the device's dynamic memory do: rows opened, bursts, refreshes, standing by.
///
/// - Model: the transfers of the mapping in their order (`AddressStream`) through open rows (`RowBuffer`); ranks
///   with open rows stand by for the whole layer. Misses cost energy here, not time: banks overlap.
/// - Validity: rows and bursts as the controller's on long runs (see the tests); energies are the standard's.
public struct DRAMUse: Hashable, Sendable {
  /// The memory.
  public var memory: DRAMStandard
  /// What it does.
  public var activity: DRAMActivity

  /// The energy.
  public var energy: Picojoules { Picojoules(activity.energy(of: memory)) }

  /// The use under a mapping, or nil for a device whose outermost level is not given by a standard, and for
  /// mappings whose transfers have no one order.
  init?(_ mapping: LegalMapping, cycles: Cycles, device: Device) {
    guard let memory = device.memories.first?.dram, let stream = AddressStream(mapping) else {
      return nil
    }
    var rows = RowBuffer(memory)
    stream.forEachRun { rows.move($0) }
    let nanoseconds = (cycles / device.clock).value * 1e9
    activity = rows.activity(over: Int((nanoseconds / memory.clockPeriod).rounded(.up)))
    self.memory = memory
  }

  /// The share of one inference of a batch, counts rounded up.
  func share(of batch: Int) -> DRAMUse {
    func part(_ count: Int) -> Int { (count + batch - 1) / batch }
    var use = self
    use.activity.reads = part(activity.reads)
    use.activity.writes = part(activity.writes)
    use.activity.readRowHits = part(activity.readRowHits)
    use.activity.writeRowHits = part(activity.writeRowHits)
    use.activity.activates = part(activity.activates)
    use.activity.precharges = part(activity.precharges)
    use.activity.refreshes = part(activity.refreshes)
    use.activity.openCycles = part(activity.openCycles)
    use.activity.closedCycles = part(activity.closedCycles)
    use.activity.cycles = part(activity.cycles)
    return use
  }

  /// The energy line by line.
  func lines(of component: String) -> [EnergyLine] {
    let prices: [(String, String, Int, Double)] = [
      ("open and close rows", "row", activity.activates, memory.activateEnergy),
      ("read bursts", "burst", activity.reads, memory.readEnergy),
      ("write bursts", "burst", activity.writes, memory.writeEnergy),
      ("refresh", "refresh of a rank", activity.refreshes, memory.refreshEnergy),
      ("stand by, rows open", "clock cycle", activity.openCycles, memory.openEnergy),
      ("stand by, rows closed", "clock cycle", activity.closedCycles, memory.closedEnergy),
    ]
    return prices.filter { $0.2 > 0 }.map { reason, unit, count, price in
      EnergyLine(
        component: component, reason: reason,
        amount: EnergyLine.Amount(unit: unit, count: count, bits: nil, price: price),
        energy: Picojoules(price * Double(count)), path: "memories[0].dram")
    }
  }
}

extension LayerCost {
  /// Makes the use of the dynamic memory that of one inference of a batch, its energy included.
  public mutating func divideDRAM(by batch: Int) {
    guard batch > 1, let all = dram else { return }
    let share = all.share(of: batch)
    dram = share
    if energy.count > 1 { energy[1].energy = share.energy }
  }
}
