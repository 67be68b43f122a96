public import Quantities

/// A dynamic memory behind one channel: its structure, timing and currents.
///
/// The figures are those of data sheets, in the form of DRAMsim3's configuration files.
///
/// - Units: timings in memory clock cycles, currents in mA of one chip, voltage in V.
public struct DRAMStandard: Hashable, Sendable {
  /// The delays between commands, in memory clock cycles, named as in JEDEC standards.
  public struct Timing: Hashable, Sendable {
    /// Read latency CL and write latency CWL.
    public var readLatency, writeLatency: Int
    /// tRCD, tRP and tRAS.
    public var activateToRead, prechargeTime, rowActive: Int
    /// tRFC and tREFI.
    public var refreshTime, refreshInterval: Int
    /// tRRD_S and tRRD_L.
    public var activateShort, activateLong: Int
    /// tWTR_S and tWTR_L.
    public var writeToReadShort, writeToReadLong: Int
    /// tFAW: the window of four activations.
    public var fourActivates: Int
    /// tWR and tRTP.
    public var writeRecovery, readToPrecharge: Int
    /// tCCD_S and tCCD_L.
    public var columnShort, columnLong: Int
    /// tRTRS: switching between ranks.
    public var rankSwitch: Int
    /// tPPD: between precharges, 0 where there is none.
    public var prechargeToPrecharge: Int
  }

  /// The currents of one chip in mA.
  public struct Currents: Hashable, Sendable {
    /// IDD0: activating and precharging.
    public var activate: Double
    /// IDD2N: standing by, all banks closed.
    public var closed: Double
    /// IDD3N: standing by, a bank open.
    public var open: Double
    /// IDD4W and IDD4R.
    public var write, read: Double
    /// IDD5AB: refreshing.
    public var refresh: Double
  }

  /// The name: `ddr3-1600`.
  public var name: String
  /// Where the figures come from.
  public var source: String
  /// Bank groups of a rank, banks of a group, ranks of the channel.
  public var bankGroups, banksPerGroup, ranks: Int
  /// Columns of a row.
  public var columns: Int
  /// The width of one chip and of the channel in bits.
  public var chipBits, busBits: Int
  /// Transfers of one burst; two a clock cycle.
  public var burstLength: Int
  /// The period of the memory clock in ns.
  public var clockPeriod: Double
  /// The supply in V.
  public var voltage: Double
  /// The delays between commands.
  public var timing: Timing
  /// The currents.
  public var currents: Currents

  /// The chips of a rank.
  public var chips: Int { busBits / chipBits }
  /// The banks of a rank.
  public var banks: Int { bankGroups * banksPerGroup }
  /// The clock cycles that the data of one burst take.
  public var burstCycles: Int { burstLength / 2 }
  /// The bytes of one burst.
  public var burstBytes: Int { busBits / 8 * burstLength }
  /// The bytes of one row of one bank of all chips.
  public var rowBytes: Int { columns * busBits / 8 }

  /// The energy of one activation and precharge of a rank in pJ.
  ///
  /// - Model: `V * (IDD0 tRC - IDD3N tRAS - IDD2N tRP)`, Micron's power calculation (TN-41-01).
  public var activateEnergy: Double {
    let row = timing.rowActive + timing.prechargeTime
    return picojoules(
      currents.activate * Double(row) - currents.open * Double(timing.rowActive)
        - currents.closed * Double(timing.prechargeTime))
  }
  /// The energy of one read burst in pJ, standing by excluded.
  public var readEnergy: Double {
    picojoules((currents.read - currents.open) * Double(burstCycles))
  }
  /// The energy of one write burst in pJ, standing by excluded.
  public var writeEnergy: Double {
    picojoules((currents.write - currents.open) * Double(burstCycles))
  }
  /// The energy of one refresh of a rank in pJ, standing by excluded.
  public var refreshEnergy: Double {
    picojoules((currents.refresh - currents.open) * Double(timing.refreshTime))
  }
  /// The energy of one clock cycle of a rank with a bank open, in pJ.
  public var openEnergy: Double { picojoules(currents.open) }
  /// The energy of one clock cycle of a rank with all banks closed, in pJ.
  public var closedEnergy: Double { picojoules(currents.closed) }

  /// mA times clock cycles as pJ: V x mA x ns.
  private func picojoules(_ charge: Double) -> Double {
    voltage * charge * Double(chips) * clockPeriod
  }
}

extension DRAMStandard {
  /// The memories that come with the tool.
  public static let all: [DRAMStandard] = [ddr3, lpddr4]

  /// DDR3-1600, two ranks of eight 8 Gb chips.
  public static let ddr3 = DRAMStandard(
    name: "ddr3-1600", source: "DRAMsim3, configs/DDR3_8Gb_x8_1600.ini", bankGroups: 1,
    banksPerGroup: 8, ranks: 2, columns: 2048, chipBits: 8, busBits: 64, burstLength: 8,
    clockPeriod: 1.25, voltage: 1.35,
    timing: Timing(
      readLatency: 11, writeLatency: 8, activateToRead: 11, prechargeTime: 11, rowActive: 28,
      refreshTime: 280, refreshInterval: 7800, activateShort: 6, activateLong: 6,
      writeToReadShort: 6, writeToReadLong: 6, fourActivates: 32, writeRecovery: 12,
      readToPrecharge: 6, columnShort: 4, columnLong: 4, rankSwitch: 1, prechargeToPrecharge: 0),
    currents: Currents(activate: 67, closed: 36, open: 51, write: 125, read: 125, refresh: 245))

  /// LPDDR4-2400, two ranks of four 8 Gb chips.
  public static let lpddr4 = DRAMStandard(
    name: "lpddr4-2400", source: "DRAMsim3, configs/LPDDR4_8Gb_x16_2400.ini", bankGroups: 2,
    banksPerGroup: 4, ranks: 2, columns: 1024, chipBits: 16, busBits: 64, burstLength: 16,
    clockPeriod: 0.83, voltage: 1.2,
    timing: Timing(
      readLatency: 17, writeLatency: 14, activateToRead: 15, prechargeTime: 15, rowActive: 32,
      refreshTime: 392, refreshInterval: 8660, activateShort: 8, activateLong: 8,
      writeToReadShort: 8, writeToReadLong: 16, fourActivates: 32, writeRecovery: 30,
      readToPrecharge: 12, columnShort: 4, columnLong: 6, rankSwitch: 1, prechargeToPrecharge: 2),
    currents: Currents(activate: 80, closed: 34, open: 47, write: 228, read: 243, refresh: 280))
}

extension DRAMStandard {
  /// The peak rate in bits a cycle of a clock: two transfers of the width a memory clock cycle.
  public func bitsPerCycle(at clock: Hertz) -> Double {
    2 * Double(busBits) / clockPeriod * 1e9 / clock.value
  }
}
